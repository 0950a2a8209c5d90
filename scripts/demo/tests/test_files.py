from dataclasses import replace
from io import BytesIO
from pathlib import Path

import mutagen
import numpy as np
import pytest
from mutagen.flac import FLAC
from mutagen.id3 import ID3
from mutagen.oggopus import OggOpus
from PIL import Image

from scripts.demo import files
from scripts.demo.covers import cover
from scripts.demo.pieces import PIECES
from scripts.demo.records import Album, Piece
from scripts.demo.tags import synced_lyrics, tag
from services.synth.domain.playing import RATE_HZ

ALBUMS = list(dict.fromkeys(piece.album for piece in PIECES))


def tagged(folder: Path, piece: Piece) -> Path:
    path = folder / f"piece.{piece.container}"
    t = np.arange(RATE_HZ) / RATE_HZ
    tone = (8000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16)
    files.encode(np.stack([tone, tone], axis=1), path)
    tag(path, piece, cover(piece.album))
    return path


def brief(piece: Piece) -> Piece:
    return replace(piece, music=replace(piece.music, bars=3, turns=()))


def test_a_flac_carries_its_tags_lyrics_and_cover(tmp_path: Path) -> None:
    piece = PIECES[1]
    file = FLAC(tagged(tmp_path, piece))
    assert file["title"] == ["Letters to the Lighthouse"]
    assert file["artists"] == ["Quiet Harbour", "Tin Kite"]
    assert file["tracknumber"] == ["2"]
    assert file["tracktotal"] == ["3"]
    assert file["initialkey"] == ["G"]
    assert file["comment"] == ["Tutti demo library"]
    assert file["lyrics"][0].startswith("[00:05.71]I wrote the weather")
    assert file["unsyncedlyrics"][0].splitlines()[1] == "and gave it to the tide"
    assert file.pictures[0].type == 3
    assert Image.open(BytesIO(file.pictures[0].data)).size == (1000, 1000)


def test_an_mp3_of_a_compilation_carries_its_tags_and_cover(tmp_path: Path) -> None:
    (piece,) = [piece for piece in PIECES if piece.container == "mp3"]
    tags = ID3(tagged(tmp_path, piece))
    assert tags["TPE2"].text == ["Various Artists"]
    assert tags["TCMP"].text == ["1"]
    assert tags["TRCK"].text == ["2/3"]
    assert tags["TBPM"].text == ["118"]
    assert tags["APIC:"].mime == "image/jpeg"


def test_an_opus_file_carries_its_tags_and_cover(tmp_path: Path) -> None:
    (piece,) = [piece for piece in PIECES if piece.container == "opus"]
    file = OggOpus(tagged(tmp_path, piece))
    assert file["album"] == ["Sunday Circuits"]
    assert len(file["metadata_block_picture"][0]) > 10_000


def test_lyrics_fall_within_the_piece_in_order() -> None:
    (piece,) = [piece for piece in PIECES if piece.lyrics]
    stamps = [line[1:9] for line in synced_lyrics(piece).splitlines()]
    assert stamps == sorted(stamps)
    assert stamps[-1] < "01:15.00"


def test_the_library_is_four_albums_by_five_artists_of_twelve_pieces() -> None:
    assert len(ALBUMS) == 4
    assert len({artist for piece in PIECES for artist in piece.artists}) == 5
    assert len({files.place(piece) for piece in PIECES}) == len(PIECES) == 12
    for album in ALBUMS:
        places = [(piece.disc, piece.track) for piece in PIECES if piece.album == album]
        totals = enumerate(album.disc_tracks, 1)
        assert places == [(disc, track + 1) for disc, total in totals for track in range(total)]


@pytest.mark.parametrize("album", ALBUMS, ids=[album.title for album in ALBUMS])
def test_a_cover_is_a_square_jpeg_of_its_own(album: Album) -> None:
    picture = Image.open(BytesIO(cover(album)))
    assert (picture.format, picture.size) == ("JPEG", (1000, 1000))
    assert np.asarray(picture).std() > 15


@pytest.mark.slow
def test_files_are_written_once_whole_and_alike(tmp_path: Path) -> None:
    pieces = [brief(PIECES[8]), brief(PIECES[10])]
    first = list(files.library(tmp_path / "first", pieces))
    written = [path.stat().st_mtime_ns for path in first]
    assert list(files.library(tmp_path / "first", pieces)) == first
    assert [path.stat().st_mtime_ns for path in first] == written
    assert not list((tmp_path / "first").rglob(".*"))
    second = list(files.library(tmp_path / "second", pieces))
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert mutagen.File(one).info.length > 5
