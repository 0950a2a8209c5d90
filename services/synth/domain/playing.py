"""What a conductor hands to an engine, and what any engine can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

import numpy as np
import numpy.typing as npt

RATE_HZ = 44_100
QUANTUM = 441
"""Samples. Engines work in tens of milliseconds; whatever is asked for is cut from them."""
FRAME = 4_410
"""Samples. What goes out at once: ten quanta."""

Sound = npt.NDArray[np.float32]
Deck = NewType("Deck", int)
"""Where an engine keeps what one stream sounds like from moment to moment."""


class Part(StrEnum):
    """What a note is played by."""

    PAD = "pad"
    BASS = "bass"
    MELODY = "melody"
    PLUCK = "pluck"
    BELL = "bell"
    KICK = "kick"
    SNARE = "snare"
    HAT = "hat"
    SHAKER = "shaker"
    SWELL = "swell"


@dataclass(frozen=True, slots=True)
class Note:
    """One note of a stream, as it is to be played.

    Position and length are samples, the position from the beginning of the stream; pitch is
    a MIDI number, velocity goes from 0 to 1, pan from -1 (left) to 1.
    """

    position: int
    length: int
    pitch: float
    velocity: float
    pan: float
    part: Part


@dataclass(frozen=True, slots=True)
class Setting:
    """How things stand during one quantum. An engine glides from one to the next."""

    sound: str
    """The name of the instruments and the room, of those the engine was given."""
    tempo_bpm: float
    intensity: float
    timbre: float
    percussion: float


@dataclass(frozen=True, slots=True)
class Span:
    """So many quanta of one stream in a row: one setting for each."""

    position: int
    settings: tuple[Setting, ...]
    notes: tuple[Note, ...]
    """Those whose onset lies in it, by position."""

    @property
    def length(self) -> int:
        """In samples."""
        return len(self.settings) * QUANTUM


class Engine(Protocol):
    """Plays spans of many streams at once.

    What comes out depends on what a deck has played since it was opened and on nothing else:
    not on how the quanta were grouped into spans, nor on what other decks play.
    """

    @property
    def name(self) -> str:
        """The engine and where it computes: numba, torch on cuda:0."""

    @property
    def at_once(self) -> int:
        """How many decks it had best be given in one call; what it made is sent before the next."""

    def open(self) -> Deck:
        """Make room for a stream, silent so far. Raises ResourceExhausted when it is full."""

    def close(self, deck: Deck) -> None:
        """Forget a stream."""

    def render(self, work: Sequence[tuple[Deck, Span]]) -> Sound:
        """Play a span on each deck: (deck, 2, samples), full scale 1. All spans are as long."""

    def snapshot(self, deck: Deck) -> bytes:
        """Everything that what comes next depends on, besides the spans to come."""

    def restore(self, snapshot: bytes) -> Deck:
        """Make room for a stream as it was. Raises InvalidInput for what it did not write."""
