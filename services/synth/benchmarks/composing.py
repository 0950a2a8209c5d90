"""What two hours of each style are made of, and how long a phrase takes to compose.

``python -m services.synth.benchmarks.composing``
"""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise

import numpy as np

from services.synth.domain.composition import compose
from services.synth.domain.playing import Part
from services.synth.domain.score import BARS, BEATS, DRUMS, Event, Phrase, Piece
from services.synth.domain.styles import styles
from services.synth.domain.theory import scale_tones
from tests.benchmarks.figures import machine

SEED = 1
MINUTES = 120
HEADINGS = (
    "style",
    "phrases",
    "in key %",
    "chord / scale / chromatic %",
    "semitones a voice moves",
    "tunes that come again",
    "notes a minute at intensity 0 / 0.5 / 1",
    "ms a phrase p50 / p99",
)


def main() -> None:
    """Print a table in Markdown."""
    print(machine())
    print("|", " | ".join(HEADINGS), "|")
    print("|", " | ".join("---" for _ in HEADINGS), "|")
    for name in styles():
        print("|", " | ".join(_row(name)), "|", flush=True)


def _row(name: str) -> tuple[str, ...]:
    begins_with = styles()[name].parameters(SEED)
    count = round(MINUTES * begins_with.tempo_bpm / (BARS * BEATS))
    phrases, times_ms = [], []
    for number in range(count):
        began = time.process_time()
        phrases.append(compose(Piece.of(begins_with), number))
        times_ms.append(1000 * (time.process_time() - began))
    scale = scale_tones(begins_with.tonic, begins_with.mode)
    pitched = [event for phrase in phrases for event in _events(phrase) if event.part not in DRUMS]
    inside = np.mean([event.pitch % 12 in scale for event in pitched])
    tunes = {tuple((e.beat, e.pitch) for e in _events(p, Part.MELODY)) for p in phrases}
    density = (
        sum(event.threshold <= intensity for event in pitched) / MINUTES
        for intensity in (0.0, 0.5, 1.0)
    )
    return (
        name,
        str(count),
        f"{100 * inside:.1f}",
        _shares(phrases, scale),
        f"{_movement(phrases):.2f}",
        str(count - len(tunes)),
        " / ".join(f"{notes:.0f}" for notes in density),
        f"{np.percentile(times_ms, 50):.1f} / {np.percentile(times_ms, 99):.1f}",
    )


def _shares(phrases: list[Phrase], scale: frozenset[int]) -> str:
    roles: Counter[str] = Counter()
    for phrase in phrases:
        for event in _events(phrase, Part.MELODY):
            tone = int(event.pitch) % 12
            of_chord = tone in phrase.chord_at(event.beat).tones
            roles["chord" if of_chord else "scale" if tone in scale else "chromatic"] += 1
    shares = (100 * roles[role] / roles.total() for role in ("chord", "scale", "chromatic"))
    return " / ".join(f"{share:.1f}" for share in shares)


def _movement(phrases: list[Phrase]) -> float:
    chords: dict[tuple[int, float], list[float]] = {}
    for phrase in phrases:
        for event in _events(phrase, Part.PAD):
            chords.setdefault((phrase.number, event.beat), []).append(event.pitch)
    voiced = [sorted(pitches) for _, pitches in sorted(chords.items())]
    return float(np.mean([np.abs(np.subtract(a, b)) for a, b in pairwise(voiced)]))


def _events(phrase: Phrase, *parts: Part) -> list[Event]:
    return [event for bar in phrase.bars for event in bar if not parts or event.part in parts]


if __name__ == "__main__":
    main()
