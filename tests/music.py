"""A small band: pieces of known tempo and key, for tests that need music and not noise."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.audio import RATE_HZ, Audio

STYLES = ("house", "rock", "ballad", "breakbeat")

_SCALES = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10)}
# Chords by scale degree, one a bar; each of these progressions is common and has its tonic.
_PROGRESSIONS = {
    False: ((0, 4, 5, 3), (0, 5, 1, 4), (0, 3, 4, 0), (0, 3, 0, 4)),
    True: ((0, 5, 2, 6), (0, 3, 4, 0), (0, 6, 5, 6), (0, 3, 0, 4)),
}
# Sixteenth notes of a bar on which each drum falls.
_DRUMS = {
    "house": {"kick": (0, 4, 8, 12), "snare": (4, 12), "hat": (2, 6, 10, 14)},
    "rock": {"kick": (0, 8, 10), "snare": (4, 12), "hat": (0, 2, 4, 6, 8, 10, 12, 14)},
    "ballad": {},
    "breakbeat": {"kick": (0, 3, 10), "snare": (4, 12, 15), "hat": (0, 2, 4, 6, 8, 10, 12, 14)},
}
_CHORD_STEPS = {
    "house": (2, 6, 10, 14),
    "rock": (0, 2, 4, 6, 8, 10, 12, 14),
    "ballad": (0, 4, 8, 12),
    "breakbeat": (0, 6, 12),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """What to play; ``tonic`` is a pitch class, C = 0. The same piece sounds the same."""

    tempo_bpm: float = 120.0
    tonic: int = 0
    minor: bool = False
    style: str = "house"
    duration_s: float = 12.0
    take: int = 0


def play(piece: Piece) -> Audio:
    """The piece as float32, shape (2, samples), at 44.1 kHz, peak 0.8.

    Another ``take`` keeps tempo, key, chords and style; melody, touch and timing differ.
    """
    total = round(piece.duration_s * RATE_HZ)
    left, right = np.zeros(total + 3 * RATE_HZ), np.zeros(total + 3 * RATE_HZ)
    rng = np.random.default_rng([piece.take, piece.tonic, STYLES.index(piece.style)])
    step_s = 60.0 / piece.tempo_bpm / 4
    bars = int(piece.duration_s / (step_s * 16)) + 1
    seed = piece.tonic + 12 * piece.minor
    progression = _PROGRESSIONS[piece.minor][seed % 4]
    for bar in range(bars):
        for step, sound, pan in _bar(piece, progression[bar % 4], rng):
            jitter_s = 0.002 * rng.standard_normal()
            at = max(0, round(((bar * 16 + step) * step_s + jitter_s) * RATE_HZ))
            if at < total:
                left[at : at + len(sound)] += sound * (1 - pan)
                right[at : at + len(sound)] += sound * (1 + pan)
    audio = np.stack([left, right])[:, :total]
    audio += 1e-4 * rng.standard_normal(audio.shape)  # a room is never quite silent
    return np.asarray(0.8 * audio / np.abs(audio).max(), dtype=np.float32)


_Note = tuple[int, NDArray[np.float64], float]


def _bar(piece: Piece, degree: int, rng: np.random.Generator) -> list[_Note]:
    notes: list[_Note] = []
    for drum, steps in _DRUMS[piece.style].items():
        notes += [(step, _drum(drum) * rng.uniform(0.85, 1.0), 0.0) for step in steps]
    chord = [_pitch(piece, degree + third) for third in (0, 2, 4)]
    if piece.style == "ballad":
        arpeggio = [*chord, chord[1] + 12]
        for index, step in enumerate(range(0, 16, 2)):
            notes.append((step, 0.5 * _tone(60 + arpeggio[index % 4], 1.2, 6), -0.2))
    for step in _CHORD_STEPS[piece.style]:
        touch = rng.uniform(0.12, 0.18)
        notes += [(step, touch * _tone(60 + pitch, 0.5, 8), 0.3) for pitch in chord]
    for step in (0, 4, 8, 12) if piece.style != "ballad" else (0, 8):
        notes.append((step, 0.5 * _tone(36 + chord[0], 0.4, 4), 0.0))
    for step in sorted(rng.choice(range(0, 16, 2), size=5, replace=False)):
        pitch = rng.choice(chord) if rng.random() < 0.7 else _pitch(piece, int(rng.integers(7)))
        notes.append((int(step), 0.3 * _tone(72 + int(pitch), 0.45, 5), -0.3))
    return notes


def _pitch(piece: Piece, degree: int) -> int:
    octave, step = divmod(degree, 7)
    pitch = piece.tonic + 12 * octave + _SCALES[piece.minor][step]
    # The dominant of a minor key takes the raised seventh, as in the music people know.
    return pitch + 1 if piece.minor and step == 6 and degree > 4 else pitch


@cache
def _tone(midi: int, length_s: float, partials: int) -> NDArray[np.float64]:
    time_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    base_hz = 440.0 * 2 ** ((midi - 69) / 12)
    envelope = np.exp(-4 * time_s / length_s) * np.minimum(1, time_s / 0.004)
    tone = np.zeros_like(time_s)
    for number in range(1, partials + 1):
        if number * base_hz < RATE_HZ / 2:
            tone += np.sin(2 * np.pi * number * base_hz * time_s) / number**1.3
    release = np.minimum(1, (length_s - time_s) / 0.01)
    return np.asarray(tone * envelope * release)


@cache
def _drum(name: str) -> NDArray[np.float64]:
    time_s = np.arange(round(0.25 * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(len(name)).standard_normal(len(time_s))
    match name:
        case "kick":
            sweep = 50 * time_s + 90 * 0.03 * (1 - np.exp(-time_s / 0.03))
            return np.asarray(1.2 * np.sin(2 * np.pi * sweep) * np.exp(-time_s / 0.08))
        case "snare":
            body = np.sin(2 * np.pi * 190 * time_s) * np.exp(-time_s / 0.05)
            return np.asarray(0.4 * noise * np.exp(-time_s / 0.06) + 0.4 * body)
        case _:
            bright = np.diff(noise, prepend=0.0)
            return np.asarray(0.2 * bright * np.exp(-time_s / 0.02))
