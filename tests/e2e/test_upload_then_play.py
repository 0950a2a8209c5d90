"""From one's own files to sound, whatever their format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import PIECES, RECORDING_ID
from tests.sounds import heard

if TYPE_CHECKING:
    from tests.e2e.conftest import Shelf

pytestmark = pytest.mark.slow

CODECS = {"wav": "pcm", "aiff": "pcm", "ogg": "vorbis"}
LOSSLESS = {"flac", "alac", "wav", "aiff"}
QUALITIES = {"original": 0, "high": 320, "medium": 128, "low": 64, "opus": 96, "preview": 0}
"""With the bitrate that is promised, in kbit/s, where one is."""


@pytest.mark.parametrize("form", PIECES)
def test_a_file_is_known_by_what_it_says_of_itself(shelf: Shelf, form: str) -> None:
    said, track = PIECES[form].tags, shelf.tracks[form]
    assert track["title"] == said.title
    assert tuple(credit["name"] for credit in track["artists"]) == said.artists
    assert track["album_title"] == said.album
    assert (track["track_number"], track["disc_number"] or 0) == (said.track, said.disc)
    assert track["date"] == said.date
    assert track["genres"] == ([said.genre] if said.genre else [])
    assert track["composers"] == ([said.composer] if said.composer else [])


@pytest.mark.parametrize("form", PIECES)
def test_it_is_known_what_kind_of_file_it_was(shelf: Shelf, form: str) -> None:
    source = shelf.tracks[form]["format"]
    assert source["codec"] == CODECS.get(form, form)
    assert source["lossless"] == (form in LOSSLESS)
    assert source["size_bytes"] == shelf.files[form].stat().st_size
    assert source["file_name"] == shelf.files[form].name
    assert source["channels"] == 2
    assert shelf.tracks[form]["duration_ms"] == pytest.approx(8000, abs=60)


@pytest.mark.parametrize("form", PIECES)
def test_it_sounds_the_same_in_every_quality(shelf: Shelf, form: str) -> None:
    for quality in QUALITIES:
        sound = heard(shelf.sound(form, quality))
        assert sound.duration_s == pytest.approx(8.0, abs=0.12), quality
        assert sound.tone_hz == pytest.approx(PIECES[form].tone_hz, abs=1.0), quality


def test_the_original_is_the_very_file(shelf: Shelf) -> None:
    for form, file in shelf.files.items():
        assert shelf.sound(form, "original") == file.read_bytes()


def test_each_quality_is_as_large_as_it_says(shelf: Shelf) -> None:
    track = shelf.tracks["flac"]
    told = {each["quality"]: each for each in track["renditions"]}
    assert set(QUALITIES) | {"hls"} == set(told)
    for quality, bitrate_kbps in QUALITIES.items():
        size_bytes = len(shelf.sound("flac", quality))
        assert size_bytes == told[quality]["size_bytes"]
        if bitrate_kbps:
            assert size_bytes * 8 / 8.0 / 1000 == pytest.approx(bitrate_kbps, rel=0.35)


def test_what_an_engine_heard_comes_along(shelf: Shelf) -> None:
    track = shelf.tracks["flac"]
    assert -40 < track["loudness"]["integrated_lufs"] < 0
    assert track["loudness"]["true_peak_dbtp"] < 1
    assert 0 <= track["analysis"]["energy"] <= 1
    assert track["analysis"]["engine"]
    assert track["musicbrainz_recording_id"] == RECORDING_ID


def test_an_album_of_two_discs_is_one_album(shelf: Shelf) -> None:
    album = shelf.owner.albums()["Zwei Scheiben"]
    assert (album["disc_count"], album["track_count"]) == (2, 2)
    assert [credit["name"] for credit in album["artists"]] == ["Ævar Örn"]
    tracks = shelf.owner.get(f"/albums/{album['id']}")["tracks"]
    assert [(track["disc_number"], track["title"]) for track in tracks] == [
        (1, PIECES["flac"].tags.title),
        (2, PIECES["mp3"].tags.title),
    ]


def test_every_artist_of_a_track_can_be_found(shelf: Shelf) -> None:
    names = {artist["name"] for artist in shelf.owner.get("/artists", limit=500)["items"]}
    assert names == {"Ævar Örn", "坂本 龍一", "Bo", "Cleo", "Dag", "Éva"}
    found = shelf.owner.get("/search", q="sakamoto 坂本")
    assert "坂本 龍一" in [artist["name"] for artist in found["artists"]]
    guest = next(a for a in shelf.owner.get("/artists")["items"] if a["name"] == "Dag")
    answer = shelf.owner.get(f"/artists/{guest['id']}")
    assert [album["title"] for album in answer["appears_on"]] == ["Nachts"]


def test_a_typing_error_is_forgiven(shelf: Shelf) -> None:
    found = shelf.owner.get("/search", q="preludde a lapres midi")
    assert found["tracks"][0]["title"] == PIECES["flac"].tags.title
