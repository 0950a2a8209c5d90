"""What every engine promises, whatever it is made of."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from libs.common.faults import CannotStart, InvalidInput, ResourceExhausted
from services.synth.adapters.engines import ENGINES, EngineChoice, open_engine
from services.synth.adapters.engines.sounds import sounds_of
from services.synth.domain.playing import QUANTUM, Part, Span
from services.synth.tests.instruments import (
    SECOND,
    busy,
    cut,
    engine_of,
    note,
    plain,
    played,
    setting,
)

if TYPE_CHECKING:
    from pathlib import Path

    from services.synth.domain.playing import Engine

pytestmark = pytest.mark.slow


TORCH = pytest.mark.skipif(
    find_spec("torch") is None, reason="torch is not installed: make .torch/.installed"
)
CHOICES = [pytest.param(name, marks=TORCH if name == "torch" else ()) for name in sorted(ENGINES)]


@pytest.fixture(scope="module", params=CHOICES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return engine_of(request.param)


def test_a_minute_in_one_span_is_a_minute_in_many(engine: Engine) -> None:
    seconds = 60 if engine.name == "numba" else 8  # torch on a processor is little faster
    minute = busy(seconds, "drift")
    dice = np.random.default_rng(5)
    lengths: list[int] = []
    while sum(lengths) < seconds * SECOND:
        lengths.append(min(int(dice.integers(1, 40)), seconds * SECOND - sum(lengths)))
    one, other = engine.open(), engine.open()
    whole = played(engine, one, [minute])
    pieces = played(engine, other, cut(minute, lengths))
    assert np.sqrt(np.mean(whole**2)) > 0.05
    assert np.array_equal(whole, pieces)
    engine.close(one)
    engine.close(other)


def test_a_snapshot_goes_on_with_the_same_samples(engine: Engine) -> None:
    first, second = cut(busy(8, "nocturne"), (3 * SECOND + 7, 5 * SECOND - 7))
    deck = engine.open()
    played(engine, deck, [first])
    snapshot = engine.snapshot(deck)
    again = engine.restore(snapshot)
    assert len(snapshot) < 600_000
    assert engine.snapshot(again) == snapshot
    assert np.array_equal(played(engine, deck, [second]), played(engine, again, [second]))
    engine.close(deck)
    engine.close(again)


def test_decks_do_not_hear_each_other(engine: Engine) -> None:
    alone, beside, loud = engine.open(), engine.open(), engine.open()
    music, noise = busy(3, "pulse", seed=1), busy(3, "choir", seed=2)
    heard = played(engine, alone, [music])
    together = engine.render([(loud, noise), (beside, music)])
    assert np.array_equal(together[1], heard)
    for deck in (alone, beside, loud):
        engine.close(deck)


def test_without_notes_there_is_silence(engine: Engine) -> None:
    deck = engine.open()
    quiet = Span(0, (setting("deep"),) * SECOND, ())
    assert not played(engine, deck, [quiet]).any()
    engine.close(deck)


def test_the_last_note_ends_in_true_silence(engine: Engine) -> None:
    deck = engine.open()
    once = Span(0, (setting("drift"),) * SECOND, (note(0, 60, 4410),))
    assert played(engine, deck, [once]).any()
    later = [Span(SECOND * QUANTUM * second, once.settings, ()) for second in range(1, 40)]
    assert not played(engine, deck, later)[:, -44_100:].any()
    engine.close(deck)


def test_what_another_wrote_is_refused(engine: Engine) -> None:
    deck = engine.open()
    snapshot = engine.snapshot(deck)
    other = engine_of(engine.name.split()[0], plain=plain())
    foreign = other.snapshot(other.open())
    damaged = bytearray(snapshot)
    damaged[-9] ^= 1
    for bytes_ in (b"", b"music", snapshot[:-1], bytes(damaged), foreign):
        with pytest.raises(InvalidInput):
            engine.restore(bytes_)
    engine.close(deck)


def test_a_full_engine_refuses_and_has_room_again(engine: Engine) -> None:
    decks = [engine.open() for _ in range(8)]
    with pytest.raises(ResourceExhausted):
        engine.open()
    with pytest.raises(ResourceExhausted):
        engine.restore(engine.snapshot(decks[0]))
    engine.close(decks[0])
    decks[0] = engine.open()
    for deck in decks:
        engine.close(deck)


def test_a_sound_that_is_not_there_is_refused(engine: Engine) -> None:
    deck = engine.open()
    with pytest.raises(InvalidInput, match="no sound 'polka'"):
        played(engine, deck, [Span(0, (setting("polka"),), ())])
    engine.close(deck)


def test_what_is_steered_is_heard_at_once_and_only_from_then_on(engine: Engine) -> None:
    dark, bright = setting("drift", intensity=0.1), setting("drift", intensity=1.0)
    notes = tuple(note(0, pitch, 20 * 44_100) for pitch in (50, 57, 62))
    one, other = engine.open(), engine.open()
    stays = played(engine, one, [Span(0, (dark,) * 4 * SECOND, notes)])
    opens = played(engine, other, [Span(0, (dark,) * 3 * SECOND + (bright,) * SECOND, notes)])
    at = 3 * SECOND * QUANTUM
    assert np.array_equal(stays[:, :at], opens[:, :at])
    assert _brightness(opens[:, at + 11_025 :]) > 1.3 * _brightness(stays[:, at + 11_025 :])
    engine.close(one)
    engine.close(other)


def test_percussion_can_be_turned_off(engine: Engine) -> None:
    deck = engine.open()
    strokes = tuple(note(at, 36, 4410, Part.KICK) for at in range(0, 44_100, 8820))
    off = Span(0, (setting("pulse", percussion=0.0),) * SECOND, strokes)
    assert not played(engine, deck, [off]).any()
    engine.close(deck)


@TORCH
def test_engines_play_the_same() -> None:
    """Of every style, all parts at once while everything is steered.

    What differs are the curves that numba reads in coarser steps, by 82 dB less than is heard.
    """
    spans = [busy(6, name) for name in sounds_of()]
    one, other = (
        engine.render([(engine.open(), span) for span in spans])
        for engine in (engine_of("numba"), engine_of("torch"))
    )
    loud = np.sqrt(np.mean(one**2, axis=(1, 2)))
    apart = np.sqrt(np.mean((one - other) ** 2, axis=(1, 2)))
    assert (loud > 0.03).all()
    assert (20 * np.log10(apart / loud) < -75).all()


@TORCH
def test_how_many_play_beside_it_changes_no_sample_of_a_deck() -> None:
    engine = engine_of("torch")
    span = busy(1, "plucked")
    alone = engine.render([(engine.open(), span)])[0]
    for beside in range(1, 4):
        others = [(engine.open(), busy(1, "pulse", seed=seed)) for seed in range(beside)]
        deck = engine.open()
        assert np.array_equal(engine.render([*others, (deck, span)])[-1], alone)
        for each in (deck, *(other for other, _ in others)):
            engine.close(each)


@TORCH
def test_a_device_that_there_is_not_cannot_start() -> None:
    with pytest.raises(CannotStart, match="torch has no device 'cuda:99': choose one of auto, cpu"):
        open_engine(EngineChoice("torch", device="cuda:99"))


def test_an_engine_that_there_is_not_cannot_start() -> None:
    with pytest.raises(CannotStart, match="choose one of numba"):
        open_engine(EngineChoice("gramophone"))


def test_kernels_that_cannot_be_kept_are_no_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="kernels cannot be kept in"):
        open_engine(EngineChoice("numba", kernels=tmp_path / "file" / "kernels"))


def _brightness(sound: np.ndarray) -> float:
    level = np.abs(np.fft.rfft(sound.mean(axis=0) * np.hanning(sound.shape[1])))
    hertz = np.fft.rfftfreq(sound.shape[1], 1 / 44_100)
    return float((level * hertz).sum() / level.sum())
