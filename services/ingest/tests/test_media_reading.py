"""Files of every kind we take, read in the cage: sound, tags, lyrics, covers, oddities."""

from __future__ import annotations

import shutil
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from libs.common.sandbox import open_sandbox
from services.ingest.adapters.media.inspection import Inspector
from services.ingest.domain.formats import Codec, Container
from services.ingest.domain.reasons import Reason, Refused
from tests.audio import FORMATS, RATE_HZ, write_audio
from tests.music import Piece, play
from tests.tagging import Tags, cover, write

if TYPE_CHECKING:
    from pathlib import Path

    from services.ingest.domain.inspection import Inspection

DURATION_S = 3.0
TRUTH = {
    "flac": (Container.FLAC, Codec.FLAC, 44_100, 16),
    "flac-24": (Container.FLAC, Codec.FLAC, 44_100, 24),
    "flac-96k": (Container.FLAC, Codec.FLAC, 96_000, 24),
    "mp3": (Container.MP3, Codec.MP3, 44_100, None),
    "mp3-vbr": (Container.MP3, Codec.MP3, 44_100, None),
    "aac": (Container.MP4, Codec.AAC, 44_100, None),
    "alac": (Container.MP4, Codec.ALAC, 44_100, 16),
    "ogg": (Container.OGG, Codec.VORBIS, 44_100, None),
    "opus": (Container.OGG, Codec.OPUS, 48_000, None),
    "wav": (Container.WAV, Codec.PCM, 44_100, 16),
    "aiff": (Container.AIFF, Codec.PCM, 44_100, 24),
    "adts": (Container.ADTS, Codec.AAC, 44_100, None),
    "webm": (Container.MATROSKA, Codec.OPUS, 48_000, None),
}
SAID = Tags(
    title="Größe — 東京の夜",
    artists=("Björk Þór", "坂本 光"),
    album="Nachtlieder / Δ",
    album_artist="Various Artists",
    track=3,
    track_total=12,
    disc=2,
    disc_total=3,
    date="2019-05-17",
    genre="Electronic",
    composer="J. S. Bach",
    isrc="DEAB11900001",
    comment="kept",
    lyrics="First line\nZweite Zeile",
    timed_lyrics=((1_000, "First line"), (4_500, "Zweite Zeile")),
    cover=cover("#2f5d62", (640, 480), "JPEG"),
    musicbrainz_recording_id="b1a9c0e9-d987-4042-ae91-78d6a3267d69",
    musicbrainz_release_id="2f6c8a3e-6a4c-4b4b-9b0a-6a0f1f3a5c11",
    track_gain="-7.50 dB",
    track_peak="0.988525",
)
SANDBOX = open_sandbox()
INSPECTOR = Inspector(SANDBOX)


def inspect(path: Path, name: str | None = None) -> Inspection:
    scratch = path.parent / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    return INSPECTOR.inspect(path, name or path.name, scratch)


def short(folder: Path, form: str) -> Path:
    ending, how = FORMATS[form]
    return write_audio(folder / f"song.{ending}", play(Piece(duration_s=DURATION_S)), how)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_its_sound_its_words_and_its_cover(form: str, tmp_path: Path) -> None:
    tagged = short(tmp_path, form)
    if form != "webm":
        write(tagged, SAID)
    found = inspect(tagged)

    coded = found.encoding
    assert (coded.container, coded.codec, coded.sample_rate_hz, coded.bit_depth) == TRUTH[form]
    assert coded.duration_s == pytest.approx(DURATION_S, abs=0.07)
    pcm = INSPECTOR.decoded(tagged, tmp_path / "scratch")
    assert pcm.samples().shape == (2, pcm.shape.frames)
    assert pcm.shape.sample_rate_hz == min(coded.sample_rate_hz, 48_000)
    assert np.abs(pcm.samples()).max() == pytest.approx(0.8, abs=0.15)
    assert found.notes == ()
    if form == "webm":
        return
    tags = found.tags
    assert (tags.title, tags.album, tags.artists) == (SAID.title, SAID.album, SAID.artists)
    assert (tags.track, tags.track_total, tags.disc, tags.disc_total) == (3, 12, 2, 3)
    assert (tags.date, tags.genres, tags.isrc) == (SAID.date, (SAID.genre,), SAID.isrc)
    assert (tags.album_artists, tags.comment) == ((SAID.album_artist,), SAID.comment)
    assert tags.lyrics == SAID.lyrics
    assert tuple((line.time_ms, line.text) for line in tags.synced_lyrics) == SAID.timed_lyrics
    assert (tags.musicbrainz.recording, tags.musicbrainz.release) == (
        SAID.musicbrainz_recording_id,
        SAID.musicbrainz_release_id,
    )
    assert tags.replay_gain.track_gain_db == -7.5
    assert found.cover is not None
    assert (found.cover.width_px, found.cover.height_px) == (640, 480)
    with Image.open(tmp_path / "scratch" / "cover-300.webp") as small:
        assert small.size == (300, 225)


@pytest.mark.slow
def test_a_mislabelled_file_is_read_as_what_it_is_and_said_so(tmp_path: Path) -> None:
    path = short(tmp_path, "flac")
    found = inspect(path, "song.mp3")
    assert found.encoding.container is Container.FLAC
    assert found.notes == ("It is named .mp3 and really is flac; it was read as that.",)


@pytest.mark.slow
def test_a_cover_too_large_is_left_out_and_the_track_goes_on(tmp_path: Path) -> None:
    path = short(tmp_path, "mp3")
    write(path, replace(SAID, cover=_png_header(30_000, 30_000)))
    found = inspect(path)
    assert found.cover is None
    assert found.tags.title == SAID.title
    assert "50 megapixels" in found.notes[0]


@pytest.mark.slow
def test_a_picture_alone_is_normalised_or_refused(tmp_path: Path) -> None:
    good, bad = tmp_path / "folder.jpg", tmp_path / "bad.jpg"
    good.write_bytes(cover("#2f5d62", (3_000, 1_500), "JPEG"))
    bad.write_bytes(b"<svg onload=alert(1)>")
    made = INSPECTOR.normalise_cover(good, tmp_path)
    assert (made.width_px, made.height_px) == (1_400, 700)
    with pytest.raises(Refused) as refusal:
        INSPECTOR.normalise_cover(bad, tmp_path)
    assert refusal.value.reason is Reason.UNSUPPORTED_FORMAT


@pytest.mark.slow
@pytest.mark.parametrize("junk", [b"\0" * 5_000, b"TAG" + b"old title".ljust(125, b"\0")])
def test_junk_that_real_files_carry_is_tolerated(junk: bytes, tmp_path: Path) -> None:
    path = short(tmp_path, "mp3")
    path.write_bytes(path.read_bytes() + junk)
    assert inspect(path).encoding.duration_s == pytest.approx(DURATION_S, abs=0.1)


@pytest.mark.slow
def test_mono_stays_mono_and_surround_is_mixed_to_stereo(tmp_path: Path) -> None:
    mono = play(Piece(duration_s=2))[:1]
    six = np.repeat(mono, 6, axis=0)
    assert inspect(write_audio(tmp_path / "one.flac", mono)).pcm.channels == 1
    found = inspect(write_audio(tmp_path / "six.flac", six))
    assert (found.encoding.channels, found.pcm.channels) == (6, 2)


@pytest.mark.slow
def test_samples_are_decoded_again_when_the_scratch_folder_is_gone(tmp_path: Path) -> None:
    path = short(tmp_path, "flac")
    first = inspect(path).pcm
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    pcm = INSPECTOR.decoded(path, elsewhere)
    assert pcm.shape == first
    lossless = play(Piece(duration_s=DURATION_S))[:, : int(DURATION_S * RATE_HZ)]
    assert np.abs(pcm.samples() - lossless).max() <= 2**-15


def _png_header(width_px: int, height_px: int) -> bytes:
    """The beginning of a PNG that claims a size; nobody should go on to unpack it."""
    small = bytearray(cover("#2f5d62", (8, 8)))
    small[16:24] = width_px.to_bytes(4, "big") + height_px.to_bytes(4, "big")
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4, "big")
    return bytes(small)
