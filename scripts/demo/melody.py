"""Melodies in phrases: a motif, its echo, a departure, a cadence; the best of many drafts.

The rules that rank the drafts are those of any counterpoint class: mostly steps, a leap
followed by a step back, one climax past the middle, no clash with the chord on a long note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scripts.demo.harmony import Chord

# Bars of note lengths in beats; a negative length is a rest.
RHYTHMS: dict[str, tuple[tuple[float, ...], ...]] = {
    "gentle": ((3, 1), (2, 2), (2, 1, 1), (-1, 2, 1), (1.5, 0.5, 2)),
    "lyric": ((2, 1, 1), (1.5, 0.5, 1, 1), (1, 1, 2), (1, 0.5, 0.5, 2), (-1, 1, 1, 1)),
    "syncopated": ((1.5, 1.5, 1), (-0.5, 0.5, 1, 0.5, 1.5), (1, 0.5, 1, 1.5), (0.5, 0.5, 1, 2)),
    "lively": ((0.5, 0.5, 1, 1, 1), (1, 0.5, 0.5, 1, 1), (1.5, 0.5, 1, 0.5, 0.5), (1, 1, 2)),
    "waltz": ((2, 1), (1, 1, 1), (1.5, 0.5, 1), (1, 0.5, 0.5, 1), (-1, 1, 1)),
    "barcarolle": ((1, 0.5, 1, 0.5), (1.5, 1, 0.5), (0.5, 0.5, 0.5, 1.5), (1.5, 1.5)),
}
_MOVES = (-2, -1, -1, -1, 1, 1, 1, 2, 3, -3)
_DRAFTS = 80


@dataclass(frozen=True, slots=True)
class Note:
    """A note as written; velocity lies in (0, 1]."""

    start_beat: float
    length_beats: float
    pitch: int
    velocity: float


@dataclass(frozen=True, slots=True)
class Singer:
    """What a melody may use: its rhythms, its middle pitch, and the scale steps it keeps to."""

    rhythm: str
    centre_pitch: int
    degrees: frozenset[int] = frozenset(range(7))


def melody(
    changes: Sequence[Chord], bar_beats: int, singer: Singer, rng: np.random.Generator
) -> list[Note]:
    """Sing over the changes in periods of eight bars, the last ending at rest."""
    first = changes[0].start_beat
    bars = round((changes[-1].start_beat + changes[-1].length_beats - first) / bar_beats)
    drafts = [_draft(changes, bars, bar_beats, singer, rng) for _ in range(_DRAFTS)]
    return min(drafts, key=lambda notes: _faults(notes, changes, first + 0.65 * bars * bar_beats))


def _draft(
    changes: Sequence[Chord], bars: int, bar_beats: int, singer: Singer, rng: np.random.Generator
) -> list[Note]:
    cells = RHYTHMS[singer.rhythm]
    one, two, three = (cells[i] for i in rng.choice(len(cells), 3, replace=False))
    theme, answer = (rng.choice(_MOVES, 16).tolist() for _ in range(2))
    phrases = ((one, two, theme), (one, two, theme), (three, one, answer), (one, (), theme))
    notes: list[Note] = []
    step = _nearest_step(changes[0], singer.centre_pitch)
    for index in range(bars // 2):
        opening, closing, moves = phrases[index % 4]
        rise = 2 if index % 4 == 2 else 0  # noqa: PLR2004 - the departure, third of four
        closing = closing or (bar_beats - 1, -1)
        start = changes[0].start_beat + 2 * index * bar_beats
        spoken = _speak(changes, start, (*opening, *closing), step + rise, moves, singer)
        notes += spoken
        step = _nearest_step(changes[0], (singer.centre_pitch * 2 + spoken[0].pitch) // 3)
    return notes


def _speak(
    changes: Sequence[Chord],
    start_beat: float,
    rhythm: Sequence[float],
    step: int,
    moves: Sequence[int],
    singer: Singer,
) -> list[Note]:
    notes = []
    for length, move in zip(rhythm, moves, strict=False):
        if length > 0:
            change = _chord_at(changes, start_beat)
            strong = start_beat % 1 == 0 and (length >= 1 or start_beat % 2 == 0)
            reach = 7  # semitones either side of the centre before the line turns back
            outside = abs(change.pitch(step + move) - singer.centre_pitch) > reach
            step += -move if outside else move
            step = _fitting(change, step, singer.degrees, strong=strong)
            notes.append(Note(start_beat, 0.94 * length, change.pitch(step), 0.7))
        start_beat += abs(length)
    return notes


def _chord_at(changes: Sequence[Chord], beat: float) -> Chord:
    return max((c for c in changes if c.start_beat <= beat + 1e-9), key=lambda c: c.start_beat)


def _nearest_step(change: Chord, pitch: int) -> int:
    return min(range(28), key=lambda step: abs(change.pitch(step) - pitch))


def _fitting(change: Chord, step: int, degrees: frozenset[int], *, strong: bool) -> int:
    """The nearest step the singer may use, a chord note where the beat is strong."""
    near = [step, step - 1, step + 1, step - 2, step + 2, step - 3, step + 3]
    usable = [s for s in near if s % 7 in degrees] or near
    return next((s for s in usable if not strong or change.holds(s)), usable[0])


def _faults(notes: Sequence[Note], changes: Sequence[Chord], climax_beat: float) -> float:
    pitches = [note.pitch for note in notes]
    moves = [b - a for a, b in pairwise(pitches)]
    leaps = sum(abs(m) - 4 for m in moves if abs(m) > 4)  # noqa: PLR2004 - over a major third
    tritones = sum(abs(m) == 6 for m in moves)  # noqa: PLR2004
    unresolved = sum(abs(a) > 5 and a * b >= 0 for a, b in pairwise(moves))  # noqa: PLR2004 - over a fourth
    still = sum(move == 0 for move in moves)
    peak = max(notes, key=lambda note: note.pitch)
    early = abs(peak.start_beat - climax_beat) / 16
    span = abs(max(pitches) - min(pitches) - 12)
    clashes = sum(
        note.length_beats >= 1
        and any(
            (note.pitch - p) % 12 in {1, 6}
            for p in _chord_at(changes, note.start_beat).pitch_classes
        )
        for note in notes
    )
    unrest = (_nearest_step(changes[-1], pitches[-1]) - changes[-1].root_step) % 7
    return (
        0.8 * leaps + 4 * tritones + 2 * unresolved + 1.2 * still + 3 * early
        + 0.7 * span + 1.5 * pitches.count(peak.pitch) + 2.5 * clashes + unrest
    )  # fmt: skip
