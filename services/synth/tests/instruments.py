"""Plain sounds and spans, for tests that measure what an engine plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines import EngineChoice, open_engine
from services.synth.adapters.engines.layout import DRUMS, INSTRUMENTS
from services.synth.adapters.engines.sounds import Drum, Instrument, Reverb, Sound
from services.synth.domain.playing import QUANTUM, Note, Part, Setting, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from services.synth.domain.playing import Deck, Engine

SECOND = 100
"""Quanta."""


def plain(instrument: Instrument | None = None) -> Sound:
    """Every part the same, and no room."""
    tone = instrument or instrument_of("saw")
    drum = Drum(level_db=(-12, -12), body=0.8, reverb=0)
    told = dict.fromkeys(INSTRUMENTS, tone) | dict.fromkeys(DRUMS, drum)
    return Sound.model_validate(told | {"gain_db": (14, 14), "reverb": Reverb(level=0, early=0)})


def instrument_of(wave: str, **told: object) -> Instrument:
    """An instrument that is nothing but a wave."""
    values = {
        "waves": (wave, wave),
        "level_db": (-12, -12),
        "cutoff_hz": (18_000, 18_000),
        "detune_cents": 0,
        "velocity_octaves": 0,
        "key_follow": 0,
        "reverb": 0,
        "attack_ms": 10,
        "release_ms": 60,
    }
    return Instrument.model_validate(values | told)


def engine_of(name: str, most_decks: int = 8, **sounds: Sound) -> Engine:
    """An engine with these sounds, or with those of all styles."""
    if sounds:
        return open_engine(EngineChoice(name, most_decks=most_decks, sounds=sounds))
    return open_engine(EngineChoice(name, most_decks=most_decks))


def setting(sound: str = "plain", **changed: float) -> Setting:
    """How things stand unless said otherwise."""
    values = {"tempo_bpm": 90.0, "intensity": 0.5, "timbre": 0.5, "percussion": 0.5} | changed
    return Setting(sound, **values)


def note(at: int, pitch: float, length: int = 44_100, part: Part = Part.PAD) -> Note:
    """A note in the middle."""
    return Note(at, length, pitch, 0.7, 0.0, part)


def busy(seconds: int, sound: str, seed: int = 3) -> Span:
    """Many notes of all parts, while everything is steered."""
    dice = np.random.default_rng(seed)
    parts = list(Part)
    notes = sorted(
        (
            Note(
                int(dice.integers(0, seconds * 44_100)),
                int(dice.integers(500, 60_000)),
                float(dice.integers(30, 96)),
                float(dice.uniform(0.1, 1)),
                float(dice.uniform(-1, 1)),
                parts[int(dice.integers(len(parts)))],
            )
            for _ in range(12 * seconds)
        ),
        key=lambda each: each.position,
    )
    settings = [
        setting(
            sound,
            tempo_bpm=60.0 + 30 * (second % 3),
            intensity=second % 5 / 4,
            timbre=second % 4 / 3,
            percussion=second % 3 / 2,
        )
        for second in range(seconds)
    ]
    return Span(0, tuple(each for each in settings for _ in range(SECOND)), tuple(notes))


def cut(span: Span, lengths: Sequence[int]) -> Iterable[Span]:
    """The same span in pieces of so many quanta."""
    first = 0
    for length in lengths:
        start, end = span.position + first * QUANTUM, span.position + (first + length) * QUANTUM
        notes = tuple(each for each in span.notes if start <= each.position < end)
        yield Span(start, span.settings[first : first + length], notes)
        first += length


def played(engine: Engine, deck: Deck, spans: Iterable[Span]) -> npt.NDArray[np.float32]:
    """Spans one after the other: (2, samples)."""
    return np.concatenate([engine.render([(deck, span)])[0] for span in spans], axis=1)


def tone(engine: Engine, pitch: float, seconds: int = 4) -> npt.NDArray[np.float32]:
    """One long note on a deck of its own, its left side."""
    deck = engine.open()
    long = Span(0, (setting(),) * SECOND * seconds, (note(0, pitch, seconds * 44_100),))
    try:
        return np.asarray(engine.render([(deck, long)])[0, 0])
    finally:
        engine.close(deck)
