"""What engines play, measured: pitch, aliases, peaks, loudness, clicks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyloudnorm
import pytest
from scipy import signal

from services.synth.adapters.engines import ENGINES
from services.synth.adapters.engines.layout import LATENCY
from services.synth.adapters.engines.sounds import sounds_of
from services.synth.domain.playing import QUANTUM, RATE_HZ, Note, Part, Span
from services.synth.tests.instruments import (
    SECOND,
    busy,
    engine_of,
    instrument_of,
    note,
    plain,
    played,
    setting,
    tone,
)

if TYPE_CHECKING:
    from services.synth.domain.playing import Engine

pytestmark = pytest.mark.slow
WINDOW = 65_536


@pytest.fixture(scope="module", params=sorted(ENGINES))
def saw(request: pytest.FixtureRequest) -> Engine:
    return engine_of(request.param, plain=plain())


@pytest.fixture(scope="module", params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    return engine_of(request.param)


@pytest.mark.parametrize(("pitch", "limit_db"), [(45, -80), (69, -80), (84, -80), (100, -80)])
def test_a_saw_has_no_aliases(saw: Engine, pitch: int, limit_db: float) -> None:
    wave = tone(saw, pitch, 12)[-WINDOW:].astype(np.float64)
    power = np.abs(np.fft.rfft(wave * signal.windows.blackmanharris(WINDOW))) ** 2
    bins = np.arange(len(power))
    distance = np.abs(bins / _bin_of(pitch) - np.round(bins / _bin_of(pitch))) * _bin_of(pitch)
    aliases = power[(distance > 12) & (bins > 12)].sum()
    assert 10 * np.log10(aliases / power.sum()) < limit_db


@pytest.mark.parametrize("pitch", [33, 45.5, 57, 69, 81, 93])
def test_notes_are_in_tune(saw: Engine, pitch: float) -> None:
    wave = tone(saw, pitch)[-WINDOW:]
    level = np.log(np.abs(np.fft.rfft(wave * signal.windows.blackmanharris(WINDOW))) + 1e-12)
    near = int(_bin_of(pitch))
    peak = near - 4 + int(np.argmax(level[near - 4 : near + 6]))
    below, at, above = level[peak - 1 : peak + 2]
    found = peak + 0.5 * (below - above) / (below - 2 * at + above)
    assert abs(1200 * np.log2(found / _bin_of(pitch))) < 1


def test_a_note_begins_when_it_is_due(saw: Engine) -> None:
    for onset in (0, 4410, 4410 + 62, 10_000):
        deck = saw.open()
        late = Span(0, (setting(),) * 50, (note(onset, 69),))
        heard = np.abs(played(saw, deck, [late])[0]) > 1e-5
        assert abs(int(np.argmax(heard)) - LATENCY - onset) < 63 + 20
        saw.close(deck)


@pytest.mark.parametrize("sound", sorted(sounds_of()))
def test_no_peak_is_above_one_db_below_full_scale(engine: Engine, sound: str) -> None:
    crowd = tuple(
        Note(at, 20_000, 40 + at % 37, 1.0, 0.0, part)
        for at in range(0, 3 * 44_100, 5_000)
        for part in (Part.PAD, Part.PLUCK, Part.BASS, Part.KICK, Part.SNARE)
    )
    deck = engine.open()
    loud = (setting(sound, intensity=1.0, percussion=1.0),) * 4 * SECOND
    heard = played(engine, deck, [Span(0, loud, crowd)])
    engine.close(deck)
    assert 20 * np.log10(np.abs(signal.resample_poly(heard, 8, 1, axis=1)).max()) < -1.0
    assert np.isfinite(heard).all()


def test_a_steady_tone_comes_to_sixteen_below_full_scale(saw: Engine) -> None:
    for pitch, velocity in ((57, 0.35), (69, 0.45), (76, 0.55)):
        deck = saw.open()
        chord = Note(0, 30 * 44_100, pitch, velocity, 0.0, Part.PAD)
        heard = played(saw, deck, [Span(0, (setting(),) * 30 * SECOND, (chord,))])
        saw.close(deck)
        loudness = pyloudnorm.Meter(RATE_HZ).integrated_loudness(heard[:, -10 * RATE_HZ :].T)
        assert loudness == pytest.approx(-16.3, abs=0.3)


def test_nothing_clicks_where_quanta_meet(engine: Engine) -> None:
    deck = engine.open()
    heard = played(engine, deck, [busy(20, "choir")])
    engine.close(deck)
    jerk = np.abs(np.diff(heard, 3, axis=1)).max(axis=0)
    at = jerk[QUANTUM - 3 :: QUANTUM][:1990]
    off = jerk[QUANTUM // 2 :: QUANTUM][:1990]
    assert np.median(at) < 1.2 * np.median(off)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_a_note_that_makes_room_does_not_click(name: str) -> None:
    engine = engine_of(name, plain=plain(instrument_of("sine", attack_ms=30)))
    deck = engine.open()
    crowd = tuple(note(at, 40 + at // 441, 400_000) for at in range(0, 30 * 441, 441))
    heard = played(engine, deck, [Span(0, (setting(),) * SECOND, crowd)])
    spectrum = np.abs(np.fft.rfft(heard[0, :22_050] * np.hanning(22_050))) ** 2
    high = spectrum[np.fft.rfftfreq(22_050, 1 / RATE_HZ) > 3000].sum()
    assert 10 * np.log10(high / spectrum.sum()) < -55


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_what_is_steered_does_not_step(name: str) -> None:
    engine = engine_of(name, plain=plain(instrument_of("sine", level_db=(-30, -12))))
    deck = engine.open()
    settings = [setting(intensity=float(number % 20 >= 10)) for number in range(3 * SECOND)]
    heard = played(engine, deck, [Span(0, tuple(settings), (note(0, 57, 3 * 44_100),))])
    spectrum = np.abs(np.fft.rfft(heard[0, 44_100:] * np.hanning(88_200))) ** 2
    high = spectrum[np.fft.rfftfreq(88_200, 1 / RATE_HZ) > 1500].sum()
    assert 10 * np.log10(high / spectrum.sum()) < -60


def test_a_room_keeps_sounding_and_fades(engine: Engine) -> None:
    deck = engine.open()
    once = Span(0, (setting("nocturne"),) * 4 * SECOND, (note(0, 72, 2000, Part.PLUCK),))
    heard = played(engine, deck, [once])
    engine.close(deck)
    levels_db = [
        10 * np.log10(np.mean(heard[:, at : at + 22_050] ** 2))
        for at in range(44_100, 150_000, 22_050)
    ]
    assert levels_db[0] > -70
    assert all(later < earlier - 2 for earlier, later in pairwise(levels_db))


def _bin_of(pitch: float) -> float:
    return float(440 * 2 ** ((pitch - 69) / 12) * WINDOW / RATE_HZ)
