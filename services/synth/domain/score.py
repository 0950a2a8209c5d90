"""What composition writes: phrases of eight bars in four four, in beats, for any intensity."""

from dataclasses import dataclass
from typing import Self

from services.synth.domain.parameters import Mode, Parameters
from services.synth.domain.playing import Part
from services.synth.domain.theory import Chord

BEATS = 4
"""Of a bar."""
BARS = 8
"""Of a phrase."""
PHRASES = 4
"""Of a section."""

DRUMS = frozenset({Part.KICK, Part.SNARE, Part.HAT, Part.SHAKER})
"""The parts that answer to percussion; all others answer to intensity."""
HELD = frozenset({Part.PAD, Part.BASS})
"""The parts that are begun again where the music changes while they would sound."""


@dataclass(frozen=True, slots=True)
class Piece:
    """All that the notes depend on, besides their place."""

    style: str
    tonic: int
    mode: Mode
    seed: int

    @classmethod
    def of(cls, parameters: Parameters) -> Self:
        """What is composed for these."""
        return cls(parameters.style, parameters.tonic, parameters.mode, parameters.seed)


@dataclass(frozen=True, slots=True)
class Event:
    """A note as composed."""

    beat: float
    """From the beginning of the phrase, with the swing of its style."""
    late_ms: float
    """What the hand of the player adds; below 0 is early."""
    beats: float
    """How long it is held."""
    pitch: float
    velocity: float
    pan: float
    part: Part
    threshold: float
    """It sounds where intensity, for drums percussion, is at least this when it begins."""

    @property
    def bar(self) -> int:
        """Of the phrase, from 0."""
        return int(self.beat) // BEATS


@dataclass(frozen=True, slots=True)
class Harmony:
    """A chord in its place."""

    beat: float
    beats: float
    chord: Chord

    @property
    def end(self) -> float:
        """The beat it lasts to."""
        return self.beat + self.beats


@dataclass(frozen=True, slots=True)
class Phrase:
    """Eight bars: their chords, and the notes of each bar by beat."""

    number: int
    harmony: tuple[Harmony, ...]
    bars: tuple[tuple[Event, ...], ...]

    def chord_at(self, beat: float) -> Chord:
        """The chord of a beat."""
        return next(each.chord for each in self.harmony if beat < each.end)

    def held_into(self, bar: int) -> tuple[Event, ...]:
        """What was begun before a bar and sounds on in it, as if begun with the bar."""
        start = bar * BEATS
        return tuple(
            Event(
                start,
                0,
                event.beat + event.beats - start,
                event.pitch,
                event.velocity,
                event.pan,
                event.part,
                event.threshold,
            )
            for before in self.bars[:bar]
            for event in before
            if event.part in HELD and event.beat + event.beats >= start + 1
        )
