"""Music from its parameters to samples: loud as it should be, and brighter with intensity."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyloudnorm
import pytest
import soundfile
from scipy import signal

from services.synth.domain.composition import compose
from services.synth.domain.conductor import Conductor
from services.synth.domain.parameters import Change, Mode
from services.synth.domain.phrases import Phrases
from services.synth.domain.playing import QUANTUM, RATE_HZ, Part, Span
from services.synth.domain.styles import style_named, styles
from services.synth.render import main, rendered, spans
from services.synth.tests.instruments import SECOND, engine_of, note, played, setting

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from services.synth.domain.playing import Engine, Sound

pytestmark = pytest.mark.slow
WINDOW = 65_536
MOST_OUT_OF_TUNE_CENTS = 12
"""Nine in ten of what stands out. Noise among the notes breaks it, or strange harmonics."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_of("numba")


@pytest.mark.parametrize("style", sorted(styles()))
def test_every_style_is_as_loud_as_the_others_and_brighter_with_intensity(
    engine: Engine, style: str
) -> None:
    centroids_hz = []
    for intensity in (0.15, 0.9):
        sound = _music(engine, style, intensity, seconds=40)
        loudness = pyloudnorm.Meter(RATE_HZ).integrated_loudness(sound.T)
        assert loudness == pytest.approx(-16, abs=1)
        assert 20 * np.log10(np.abs(signal.resample_poly(sound, 4, 1, axis=1)).max()) < -1
        assert np.abs(sound.mean(axis=1)).max() < 0.001
        assert np.percentile(_out_of_tune_cents(sound), 90) < MOST_OUT_OF_TUNE_CENTS
        centroids_hz.append(_centroid_hz(sound))
    assert all(later > 1.2 * earlier for earlier, later in pairwise(centroids_hz))


@pytest.mark.parametrize("style", sorted(styles()))
def test_swells_leave_the_scale_to_the_notes(engine: Engine, style: str) -> None:
    chord = [note(0, pitch, 12 * RATE_HZ) for pitch in (48, 55, 60, 64)]
    swell = note(0, 60, 12 * RATE_HZ, Part.SWELL)
    steady = (setting(style, intensity=0.9),) * 12 * SECOND
    deck = engine.open()
    heard = played(engine, deck, [Span(0, steady, (*chord, swell))])
    engine.close(deck)
    assert np.percentile(_out_of_tune_cents(heard), 90) < MOST_OUT_OF_TUNE_CENTS


def test_ten_changes_a_minute_do_not_click(engine: Engine) -> None:
    parameters = style_named("pulse").parameters(3)
    conductor = Conductor(parameters, Phrases(compose))
    changes = [
        Change(tonic=2, mode=Mode.LYDIAN),
        Change(intensity=1.0),
        Change(style="choir"),
        Change(timbre=1.0, percussion=0.0),
        Change(tempo_bpm=61, intensity=0.1),
        Change(style="plucked", percussion=1.0),
        Change(tempo_bpm=118),
        Change(style="deep", timbre=0.0),
        Change(intensity=0.9, seed=5),
        Change(style="nocturne"),
    ]
    deck, heard = engine.open(), []
    for change in changes:
        conductor.schedule(change, conductor.position)
        heard.append(played(engine, deck, [conductor.advance(6 * SECOND)[0]]))
    engine.close(deck)
    sound = np.concatenate(heard, axis=1)
    jerk = np.abs(np.diff(sound, 3, axis=1)).max(axis=0)
    borders = jerk[QUANTUM - 3 :: QUANTUM]
    around = signal.order_filter(jerk, np.ones(401), 399)[QUANTUM - 3 :: QUANTUM]
    assert (borders > 4 * around + 2e-4).sum() == 0
    assert np.abs(sound).max() < 10 ** (-1 / 20)


def test_a_file_has_the_length_that_was_asked_for_and_ends_softly(tmp_path: Path) -> None:
    path = tmp_path / "night.flac"
    main(["--style", "nocturne", "--minutes", "0.2", "--seed", "7", "--to", str(path)])
    sound, rate_hz = soundfile.read(path)
    assert (len(sound), rate_hz) == (round(0.2 * 60 * RATE_HZ), RATE_HZ)
    assert np.abs(sound[-200:]).max() < 1e-4 < np.abs(sound[: RATE_HZ // 10]).max()


def test_the_same_words_give_the_same_file(tmp_path: Path) -> None:
    for name in ("one.wav", "two.wav"):
        main(["--style", "drift", "--minutes", "0.05", "--seed", "9", "--to", str(tmp_path / name)])
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


@pytest.mark.parametrize("wrong", [["--to", "a.mp3"], ["--to", "a.wav", "--intensity", "2"]])
def test_what_cannot_be_rendered_is_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--style", "drift", *wrong])


def _music(engine: Engine, style: str, intensity: float, seconds: int) -> Sound:
    parameters = style_named(style).parameters(7).changed(Change(intensity=intensity))
    return np.concatenate(list(rendered(spans(parameters, seconds), engine)), axis=1)


def _out_of_tune_cents(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """How far what stands out between 80 and 1200 Hz is from the nearest key of a piano."""
    window = signal.windows.blackmanharris(WINDOW)
    found = []
    for start in range(0, sound.shape[1] - WINDOW, WINDOW // 2):
        heard = sound[:, start : start + WINDOW].mean(axis=0) * window
        levels_db = 20 * np.log10(np.abs(np.fft.rfft(heard)) + 1e-12)
        peaks, _ = signal.find_peaks(
            levels_db, height=levels_db.max() - 40, distance=12, prominence=15
        )
        below, at, above = levels_db[peaks - 1], levels_db[peaks], levels_db[peaks + 1]
        places = peaks + 0.5 * (below - above) / (below - 2 * at + above)
        found.append(places * RATE_HZ / WINDOW)
    hertz = np.concatenate(found)
    semitones = 12 * np.log2(hertz[(hertz > 80) & (hertz < 1200)] / 440)
    return np.asarray(100 * np.abs(semitones - np.round(semitones)))


def _centroid_hz(sound: npt.NDArray[np.float32]) -> float:
    hertz, power = signal.welch(sound.mean(axis=0), RATE_HZ, nperseg=8192)
    return float((hertz * np.sqrt(power)).sum() / np.sqrt(power).sum())
