"""Files of every kind we take, read in the cage: sound, tags, lyrics, covers, oddities."""

from __future__ import annotations

import shutil
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from services.ingest.adapters.media.inspection import Inspector
from services.ingest.adapters.media.sandbox import open_sandbox
from services.ingest.domain.formats import Codec, Container
from services.ingest.domain.reasons import Reason, Refused
from tests import audio
from tests.music import RATE_HZ, Piece, play

if TYPE_CHECKING:
    from pathlib import Path

    from services.ingest.domain.inspection import Inspection

DURATION_S = 3.0
TRUTH = {
    "song.flac": (Container.FLAC, Codec.FLAC, 44_100, 16),
    "song-24.flac": (Container.FLAC, Codec.FLAC, 96_000, 24),
    "song.mp3": (Container.MP3, Codec.MP3, 44_100, None),
    "song-vbr.mp3": (Container.MP3, Codec.MP3, 44_100, None),
    "song-aac.m4a": (Container.MP4, Codec.AAC, 44_100, None),
    "song-alac.m4a": (Container.MP4, Codec.ALAC, 44_100, 16),
    "song.ogg": (Container.OGG, Codec.VORBIS, 44_100, None),
    "song.opus": (Container.OGG, Codec.OPUS, 48_000, None),
    "song.wav": (Container.WAV, Codec.PCM, 44_100, 16),
    "song.aiff": (Container.AIFF, Codec.PCM, 44_100, 24),
    "song.aac": (Container.ADTS, Codec.AAC, 44_100, None),
    "song.webm": (Container.MATROSKA, Codec.OPUS, 48_000, None),
}
SANDBOX = open_sandbox()
INSPECTOR = Inspector(SANDBOX)


def inspect(path: Path, name: str | None = None) -> Inspection:
    scratch = path.parent / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    return INSPECTOR.inspect(path, name or path.name, scratch)


def short(path: Path) -> Path:
    piece = play(Piece(duration_s=DURATION_S))
    return audio.write_audio(path, piece, audio.FORMATS.get(path.name, ("auto",)))


@pytest.mark.slow
@pytest.mark.parametrize("name", audio.FORMATS)
def test_every_format_gives_its_sound_its_words_and_its_cover(name: str, tmp_path: Path) -> None:
    tagged = audio.write_tags(short(tmp_path / name), audio.picture())
    found = inspect(tagged)

    coded = found.encoding
    assert (coded.container, coded.codec, coded.sample_rate_hz, coded.bit_depth) == TRUTH[name]
    assert coded.duration_s == pytest.approx(DURATION_S, abs=0.07)
    pcm = INSPECTOR.decoded(tagged, tmp_path / "scratch")
    assert pcm.samples().shape == (2, pcm.shape.frames)
    assert pcm.shape.sample_rate_hz == min(coded.sample_rate_hz, 48_000)
    assert np.abs(pcm.samples()).max() == pytest.approx(0.8, abs=0.15)
    assert found.notes == ()
    if name == "song.webm":
        return
    tags = found.tags
    assert (tags.title, tags.album, tags.artists) == (audio.TITLE, audio.ALBUM, audio.ARTISTS)
    assert (tags.track, tags.track_total, tags.disc, tags.disc_total) == (3, 12, 2, 3)
    assert (tags.date, tags.genres, tags.isrc) == ("2019-05-17", ("Electronic",), "DEAB11900001")
    assert (tags.album_artists, tags.comment) == ((audio.ALBUM_ARTIST,), "kept")
    assert tags.lyrics == audio.LYRICS
    assert [(line.time_ms, line.text) for line in tags.synced_lyrics] == list(audio.SYNCED)
    assert (tags.musicbrainz.recording, tags.musicbrainz.release) == (
        audio.RECORDING_ID,
        audio.RELEASE_ID,
    )
    assert tags.replay_gain.track_gain_db == -7.5
    assert found.cover is not None
    assert (found.cover.width_px, found.cover.height_px) == (640, 480)
    with Image.open(tmp_path / "scratch" / "cover-300.webp") as small:
        assert small.size == (300, 225)


@pytest.mark.slow
def test_a_mislabelled_file_is_read_as_what_it_is_and_said_so(tmp_path: Path) -> None:
    path = short(tmp_path / "song.flac")
    found = inspect(path, "song.mp3")
    assert found.encoding.container is Container.FLAC
    assert found.notes == ("It is named .mp3 and really is flac; it was read as that.",)


@pytest.mark.slow
def test_a_cover_too_large_is_left_out_and_the_track_goes_on(tmp_path: Path) -> None:
    bomb = _png_header(30_000, 30_000)
    found = inspect(audio.write_tags(short(tmp_path / "song.mp3"), bomb))
    assert found.cover is None
    assert found.tags.title == audio.TITLE
    assert "50 megapixels" in found.notes[0]


@pytest.mark.slow
def test_a_picture_alone_is_normalised_or_refused(tmp_path: Path) -> None:
    good, bad = tmp_path / "folder.jpg", tmp_path / "bad.jpg"
    good.write_bytes(audio.picture(3_000, 1_500))
    bad.write_bytes(b"<svg onload=alert(1)>")
    cover = INSPECTOR.normalise_cover(good, tmp_path)
    assert (cover.width_px, cover.height_px) == (1_400, 700)
    with pytest.raises(Refused) as refusal:
        INSPECTOR.normalise_cover(bad, tmp_path)
    assert refusal.value.reason is Reason.UNSUPPORTED_FORMAT


@pytest.mark.slow
@pytest.mark.parametrize("junk", [b"\0" * 5_000, b"TAG" + b"old title".ljust(125, b"\0")])
def test_junk_that_real_files_carry_is_tolerated(junk: bytes, tmp_path: Path) -> None:
    path = short(tmp_path / "song.mp3")
    path.write_bytes(path.read_bytes() + junk)
    assert inspect(path).encoding.duration_s == pytest.approx(DURATION_S, abs=0.1)


@pytest.mark.slow
def test_mono_stays_mono_and_surround_is_mixed_to_stereo(tmp_path: Path) -> None:
    mono = play(Piece(duration_s=2))[:1]
    six = np.repeat(mono, 6, axis=0)
    assert inspect(audio.write_audio(tmp_path / "one.flac", mono)).pcm.channels == 1
    found = inspect(audio.write_audio(tmp_path / "six.flac", six))
    assert (found.encoding.channels, found.pcm.channels) == (6, 2)


@pytest.mark.slow
def test_samples_are_decoded_again_when_the_scratch_folder_is_gone(tmp_path: Path) -> None:
    path = short(tmp_path / "song.flac")
    first = inspect(path).pcm
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    pcm = INSPECTOR.decoded(path, elsewhere)
    assert pcm.shape == first
    lossless = play(Piece(duration_s=DURATION_S))[:, : int(DURATION_S * RATE_HZ)]
    assert np.abs(pcm.samples() - lossless).max() <= 2**-15


def _png_header(width_px: int, height_px: int) -> bytes:
    """The beginning of a PNG that claims a size; nobody should go on to unpack it."""
    small = bytearray(audio.picture(8, 8, "PNG"))
    small[16:24] = width_px.to_bytes(4, "big") + height_px.to_bytes(4, "big")
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4, "big")
    return bytes(small)
