from dataclasses import replace

import numpy as np
import pyloudnorm
import pytest
from scipy import signal

from scripts.demo.instruments import INSTRUMENTS
from scripts.demo.mastering import loudness_lufs, true_peak
from scripts.demo.mixing import LEAD_IN_S, render
from scripts.demo.music import Music
from scripts.demo.pieces import PIECES
from scripts.demo.synthesis import RATE_HZ, Audio, filtered

SHORT = replace(
    PIECES[8].music,
    form=(replace(PIECES[8].music.form[-1], layers="tune hands low bow choir", tune="a"),),
)


def peak_dbtp(audio: Audio) -> float:
    return float(20 * np.log10(np.abs(signal.resample_poly(audio, 4, 1, axis=1)).max()))


@pytest.fixture(scope="module")
def short() -> Audio:
    return render(SHORT)


def check(audio: Audio, music: Music) -> None:
    lufs = pyloudnorm.Meter(RATE_HZ).integrated_loudness(audio.T.astype(np.float64))
    assert lufs == pytest.approx(-16, abs=1)
    assert peak_dbtp(audio) <= -1
    assert np.isfinite(audio).all()
    assert np.abs(audio.mean(axis=1)).max() < 1e-3
    assert np.abs(audio[:, -32:]).max() < 1e-4
    written_s = music.length_beats * 60 / music.tempo_bpm
    assert audio.shape == (2, int((written_s + LEAD_IN_S + 1.2 + music.hall_s) * RATE_HZ))
    # A click is a step: its third difference towers over those of the music around it.
    bend = np.abs(np.diff(audio, 3, axis=1)).max(axis=0)
    windows = bend[: len(bend) // 441 * 441].reshape(-1, 441).max(axis=1)
    calm = signal.medfilt(windows, 9)
    assert (windows < 25 * calm + 0.02).all()


@pytest.mark.slow
def test_a_short_piece_is_loud_enough_clean_and_ends_in_silence(short: Audio) -> None:
    check(short, SHORT)


@pytest.mark.slow
def test_the_same_music_renders_to_the_same_samples(short: Audio) -> None:
    assert np.array_equal(short, render(SHORT))


@pytest.mark.slow
@pytest.mark.parametrize("index", [4, 6])
def test_a_whole_piece_is_loud_enough_clean_and_soft_on_the_ear(index: int) -> None:
    audio = render(PIECES[index].music)
    check(audio, PIECES[index].music)
    hz, power = signal.welch(audio.mean(axis=0), RATE_HZ, nperseg=8192)
    assert 300 < (hz * np.sqrt(power)).sum() / np.sqrt(power).sum() < 3000


@pytest.mark.slow
@pytest.mark.parametrize("lufs", [-30, -16])
def test_loudness_agrees_with_an_independent_meter(short: Audio, lufs: float) -> None:
    audio = short * np.float32(10 ** ((lufs + 16) / 20))
    judge = pyloudnorm.Meter(RATE_HZ).integrated_loudness(audio.T.astype(np.float64))
    assert loudness_lufs(audio) == pytest.approx(judge, abs=0.3)


def test_the_true_peak_lies_between_the_samples() -> None:
    # At a quarter of the rate and 45 degrees, every sample is 3 dB under the crest.
    wave = np.sin(np.pi / 2 * np.arange(4000) + np.pi / 4) * np.hanning(4000)
    audio = np.stack([wave, wave]).astype(np.float32)
    assert np.abs(audio).max() < 0.71
    assert true_peak(audio).max() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_instrument_starts_softly_stays_in_tune_and_under_the_hiss(name: str) -> None:
    tone = INSTRUMENTS[name].tone(440, 0.6, 1.5)
    assert tone.shape[0] == 2
    assert np.abs(tone[:, 0]).max() < 0.02 * np.abs(tone).max()
    spectrum = np.abs(np.fft.rfft(tone.mean(axis=0) * np.hanning(tone.shape[1]))) ** 2
    hz = np.fft.rfftfreq(tone.shape[1], 1 / RATE_HZ)
    assert spectrum[hz > 16000].sum() < 5e-3 * spectrum.sum()
    if INSTRUMENTS[name].release_s < 2:
        assert hz[np.argmax(np.where(hz < 600, spectrum, 0))] == pytest.approx(440, abs=3)


def test_a_filter_of_gain_one_changes_nothing(short: Audio) -> None:
    assert np.allclose(filtered(short, np.ones_like), short, atol=1e-5)
