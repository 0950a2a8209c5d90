"""What is made of decoded sound: renditions, outline, loudness, fingerprint, analysis."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from libs.common.sandbox import open_sandbox
from services.ingest.adapters.engines import ENGINES, analysis_engine
from services.ingest.adapters.media.encode import most_energetic_s, render, render_hls
from services.ingest.adapters.media.fingerprint import fingerprint
from services.ingest.adapters.media.inspection import Inspector, Pcm
from services.ingest.adapters.media.loudness import measure_loudness
from services.ingest.adapters.media.peaks import waveform_json
from services.ingest.domain.analysis import Analysis
from services.ingest.domain.fingerprints import (
    Fingerprint,
    Verdict,
    lookup_words,
    similarity,
    verdict,
)
from services.ingest.domain.keys import Key
from services.ingest.domain.pcm import PcmShape
from services.ingest.domain.plain import from_json, to_json
from services.ingest.domain.renditions import HLS_BITRATES_BPS, Rendition
from tests.audio import RATE_HZ, Audio, write_audio
from tests.music import Piece, play

if TYPE_CHECKING:
    from pathlib import Path

SANDBOX = open_sandbox()
INSPECTOR = Inspector(SANDBOX)
DURATION_S = 40.0


def as_pcm(audio: Audio, folder: Path, rate_hz: int = RATE_HZ) -> Pcm:
    """Sound as the decoder would have left it."""
    path = folder / "sound.f32"
    audio.T.astype("<f4").tofile(path)
    return Pcm(path, PcmShape(rate_hz, len(audio), audio.shape[1], 0))


def sine(frequency_hz: float, peak_db: float, duration_s: float, channels: int = 2) -> Audio:
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    tone = 10 ** (peak_db / 20) * np.sin(2 * np.pi * frequency_hz * time_s + math.pi / 4)
    return np.tile(tone.astype(np.float32), (channels, 1))


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Pcm:
    return as_pcm(play(Piece(duration_s=DURATION_S)), tmp_path_factory.mktemp("song"))


@pytest.mark.slow
@pytest.mark.parametrize("rendition", Rendition)
def test_a_rendition_plays_as_long_as_its_source_at_its_bitrate(
    rendition: Rendition, song: Pcm, tmp_path: Path
) -> None:
    made = render(SANDBOX, rendition, song, tmp_path)
    expected_s = 30.0 if rendition is Rendition.PREVIEW else DURATION_S
    assert made.duration_s == pytest.approx(expected_s, abs=0.05)
    share = 0.3 if rendition is Rendition.OPUS else 0.05  # Opus saves where it may
    bitrate_bps = made.size_bytes * 8 / made.duration_s
    assert bitrate_bps == pytest.approx(rendition.bitrate_bps, rel=share)
    with av.open(str(tmp_path / made.file_name)) as file:
        assert not {"title", "artist"} & {name.lower() for name in file.metadata}
        frames = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)
    assert frames.shape[1] / (48_000 if rendition is Rendition.OPUS else RATE_HZ) == pytest.approx(
        expected_s, abs=0.001
    )  # gapless: encoder delay and padding are declared, and cut again by players


@pytest.mark.slow
def test_hls_has_two_rungs_in_byte_ranges_of_six_seconds(song: Pcm, tmp_path: Path) -> None:
    files = render_hls(SANDBOX, song, tmp_path)
    names = {file.file_name for file in files}
    assert names == {path.name for path in tmp_path.iterdir()}
    master = (tmp_path / "master.m3u8").read_text()
    for rung in HLS_BITRATES_BPS:
        assert f"{rung}.m3u8" in master
        playlist = (tmp_path / f"{rung}.m3u8").read_text()
        lengths = [float(line[8:-1]) for line in playlist.splitlines() if line[:7] == "#EXTINF"]
        assert sum(lengths) == pytest.approx(DURATION_S, abs=0.1)
        assert max(lengths) < 6.1
        assert "#EXT-X-BYTERANGE" in playlist
        assert str(tmp_path) not in playlist
    assert 'CODECS="mp4a.40.2"' in master


@pytest.mark.slow
def test_the_preview_begins_where_the_energy_is(tmp_path: Path) -> None:
    quiet, loud = sine(440, -40, 40), sine(440, -6, 30)
    pcm = as_pcm(np.concatenate([quiet, loud, quiet], axis=1), tmp_path)
    assert most_energetic_s(pcm, 30) == pytest.approx(40.0, abs=0.1)
    assert most_energetic_s(as_pcm(loud, tmp_path), 30) == 0.0


def test_the_outline_follows_the_sound(tmp_path: Path) -> None:
    half = sine(1_000, -6.02, 1.0)
    outline = json.loads(waveform_json(as_pcm(np.pad(half, ((0, 0), (0, RATE_HZ))), tmp_path)))
    points = np.array(outline["data"]).reshape(-1, 2)
    assert outline["length"] == len(points)
    assert 1_000 <= len(points) <= 2_000
    middle = len(points) // 2
    assert np.all(np.abs(points[5 : middle - 5, 1] - 64) <= 2)
    assert np.all(np.abs(points[5 : middle - 5, 0] + 64) <= 2)
    assert not points[middle + 1 :].any()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parts", "lufs", "range_lu"),
    [
        # EBU Tech 3341 cases 1 to 3, and Tech 3342 cases 1 and 2; levels are of each channel.
        ([(-23, 20)], -23.0, 0.0),
        ([(-33, 20)], -33.0, 0.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0, None),
        ([(-20, 20), (-30, 20)], None, 10.0),
        ([(-20, 20), (-15, 20)], None, 5.0),
    ],
)
def test_loudness_meets_the_signals_of_the_ebu(
    parts: list[tuple[float, float]], lufs: float | None, range_lu: float | None, tmp_path: Path
) -> None:
    sound = np.concatenate([sine(1_000, db, seconds) for db, seconds in parts], axis=1)
    found = measure_loudness(SANDBOX, as_pcm(sound, tmp_path))
    if lufs is not None:
        assert found.integrated_lufs == pytest.approx(lufs, abs=0.1)
        assert found.track_gain_db == pytest.approx(-18 - lufs, abs=0.1)
    if range_lu is not None:
        assert found.range_lu == pytest.approx(range_lu, abs=1.0)


@pytest.mark.slow
def test_peaks_between_samples_are_found(tmp_path: Path) -> None:
    # At a quarter of the rate and 45 degrees every sample lies 3 dB below the peak.
    tone = sine(RATE_HZ / 4, -6.0, 2.0)
    tone[:, :4_410] *= np.linspace(0, 1, 4_410, dtype=np.float32)  # a sudden start would ring
    found = measure_loudness(SANDBOX, as_pcm(tone, tmp_path))
    assert found.true_peak_dbtp == pytest.approx(-6.0, abs=0.2)


@pytest.mark.slow
def test_mono_is_as_loud_as_it_is_heard(tmp_path: Path) -> None:
    mono = measure_loudness(SANDBOX, as_pcm(sine(1_000, -20, 5.0, channels=1), tmp_path))
    assert mono.integrated_lufs == pytest.approx(-20.0, abs=0.1)


def test_what_is_too_quiet_or_too_short_has_no_loudness(tmp_path: Path) -> None:
    found = measure_loudness(SANDBOX, as_pcm(sine(1_000, -80, 0.3), tmp_path))
    assert (found.integrated_lufs, found.range_lu, found.track_gain_db) == (None, None, None)


@pytest.mark.slow
def test_a_recording_is_known_again_in_every_encoding(song: Pcm, tmp_path: Path) -> None:
    original = fingerprint(SANDBOX, song)
    keys = set(lookup_words(original))
    for name, arguments in {
        "a.mp3": ("-b:a", "64k"),
        "b.opus": ("-c:a", "libopus", "-b:a", "48k"),
        "c.m4a": ("-c:a", "aac", "-b:a", "64k"),
        "d.mp3": ("-b:a", "128k", "-af", "adelay=1500:all=1"),
    }.items():
        scratch = tmp_path / f"{name}.scratch"
        scratch.mkdir()
        path = write_audio(tmp_path / name, song.samples(), arguments)
        again = fingerprint(SANDBOX, INSPECTOR.decoded(path, scratch))
        assert verdict(original, again) is Verdict.SAME, (name, similarity(original, again))
        assert len(keys & set(lookup_words(again))) >= 5, name


@pytest.mark.slow
def test_another_take_and_another_piece_are_other_recordings(song: Pcm, tmp_path: Path) -> None:
    original = fingerprint(SANDBOX, song)
    take = play(Piece(duration_s=DURATION_S, take=1))
    other = play(Piece(96, 7, True, "rock", DURATION_S))
    for audio in (take, other):
        assert verdict(original, fingerprint(SANDBOX, as_pcm(audio, tmp_path))) is not Verdict.SAME
    assert verdict(original, fingerprint(SANDBOX, as_pcm(other, tmp_path))) is Verdict.DIFFERENT


def test_the_same_beginning_with_another_length_is_for_a_person_to_judge() -> None:
    words = tuple(int(word) for word in np.random.default_rng(5).integers(0, 2**32, 900))
    edit, album = Fingerprint(words, 200.0), Fingerprint(words, 320.0)
    assert verdict(edit, album) is Verdict.UNSURE
    assert from_json(Fingerprint, to_json(edit)) == edit
    assert all(-(2**31) <= word < 2**31 for word in lookup_words(edit))


def test_fingerprints_of_almost_nothing_are_no_evidence() -> None:
    nothing = Fingerprint((), 1.0)
    assert similarity(nothing, nothing) == 0.0
    assert lookup_words(nothing) == []


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "piece",
    [
        Piece(124, 9, True, "house", 25),
        Piece(96, 2, False, "rock", 25),
        Piece(140, 4, True, "breakbeat", 25),
        Piece(84, 7, False, "ballad", 25),
    ],
    ids=lambda piece: piece.style,
)
def test_an_engine_hears_tempo_beats_and_key(engine: str, piece: Piece) -> None:
    heard = analysis_engine(engine).analyse(play(piece), RATE_HZ)
    assert heard.tempo_bpm == pytest.approx(piece.tempo_bpm, rel=0.01)
    assert heard.key == Key(piece.tonic, piece.minor)
    period_s = 60 / piece.tempo_bpm
    gaps = [later - earlier for earlier, later in pairwise(heard.beats_s)]
    assert np.median(gaps) == pytest.approx(period_s, abs=0.01)
    phase = np.array(heard.beats_s) / period_s % 1.0
    assert np.mean(np.minimum(phase, 1 - phase) < 0.1) > 0.9
    assert from_json(Analysis, to_json(heard)) == heard


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_claims_nothing_of_silence_and_little_of_noise(engine: str) -> None:
    listen = analysis_engine(engine).analyse
    silence = listen(np.zeros((2, 10 * RATE_HZ), np.float32), RATE_HZ)
    assert (silence.tempo_bpm, silence.key, silence.beats_s) == (None, None, ())
    assert (silence.energy, silence.danceability, silence.onset_rate_hz) == (0.0, 0.0, 0.0)
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (2, 10 * RATE_HZ)).astype(np.float32)
    heard = listen(noise, RATE_HZ)
    assert heard.tempo_confidence < 0.3
    assert heard.spectral_flatness > 0.4
    click = listen(np.ones((1, 100), np.float32), RATE_HZ)
    assert click.tempo_bpm is None


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_measures_the_colour_of_a_tone(engine: str) -> None:
    heard = analysis_engine(engine).analyse(sine(2_000, -6, 3.0), RATE_HZ)
    assert heard.spectral_centroid_hz == pytest.approx(2_000, rel=0.02)
    assert heard.spectral_rolloff_hz == pytest.approx(2_000, rel=0.02)
    assert heard.spectral_flatness < 0.01


def test_an_engine_nobody_knows_is_refused_with_the_names_of_those_we_have() -> None:
    with pytest.raises(ValueError, match="choose one of pulse"):
        analysis_engine("essentia")
