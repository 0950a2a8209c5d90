"""An engine of sines and an echo: quick to begin, and with a memory that must not be lost."""

import itertools
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from libs.common.faults import InvalidInput
from services.synth.domain.playing import QUANTUM, RATE_HZ, Deck, Sound, Span

VOICES = 6
_NOTE = struct.Struct("<qqddd")
_ECHO_BYTES = 2 * QUANTUM * 4


@dataclass
class TinyDeck:
    notes: list[tuple[int, int, float, float, float]] = field(default_factory=list)
    echo: npt.NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((2, QUANTUM), np.float32)
    )


class TinyEngine:
    name = "tiny"
    at_once = 2

    def __init__(self) -> None:
        self.decks: dict[Deck, TinyDeck] = {}
        self.renders = 0
        self._numbers = itertools.count()

    def open(self) -> Deck:
        deck = Deck(next(self._numbers))
        self.decks[deck] = TinyDeck()
        return deck

    def close(self, deck: Deck) -> None:
        del self.decks[deck]

    def render(self, work: Sequence[tuple[Deck, Span]]) -> Sound:
        self.renders += 1
        return np.stack([self._play(self.decks[deck], span) for deck, span in work])

    def snapshot(self, deck: Deck) -> bytes:
        kept = self.decks[deck]
        return kept.echo.tobytes() + b"".join(_NOTE.pack(*note) for note in kept.notes)

    def restore(self, snapshot: bytes) -> Deck:
        if len(snapshot) < _ECHO_BYTES:
            raise InvalidInput("this is no snapshot")
        deck = self.open()
        echo = np.frombuffer(snapshot[:_ECHO_BYTES], np.float32).reshape(2, QUANTUM)
        notes = list(_NOTE.iter_unpack(snapshot[_ECHO_BYTES:]))
        self.decks[deck] = TinyDeck(notes, echo.copy())
        return deck

    def _play(self, deck: TinyDeck, span: Span) -> Sound:
        return np.concatenate(
            [
                self._quantum(deck, span, span.position + index * QUANTUM, index)
                for index in range(len(span.settings))
            ],
            axis=1,
        )

    def _quantum(self, deck: TinyDeck, span: Span, start: int, index: int) -> Sound:
        deck.notes += [
            (note.position, note.length, note.pitch, note.velocity, note.pan)
            for note in span.notes
            if start <= note.position < start + QUANTUM
        ]
        deck.notes = [note for note in deck.notes if note[0] + note[1] > start][-VOICES:]
        out = 0.5 * deck.echo
        clock = np.arange(start, start + QUANTUM)
        for position, length, pitch, velocity, pan in deck.notes:
            age = clock - position
            turns = age * (440 * 2 ** ((pitch - 69) / 12) / RATE_HZ)
            wave = np.sin(2 * np.pi * turns) * ((age >= 0) & (age < length))
            level = 0.1 * velocity * span.settings[index].timbre
            out[0] += (level * (1 - pan) * wave).astype(np.float32)
            out[1] += (level * (1 + pan) * wave).astype(np.float32)
        deck.echo = out
        return out
