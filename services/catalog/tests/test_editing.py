"""What people write about music."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import grpc
import pytest

from services.catalog.tests.recordings import ARRIVES_S, recording
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2

if TYPE_CHECKING:
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1 import accounts_pb2
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub


@pytest.fixture
async def ada(ingest: Ingest) -> accounts_pb2.User:
    return await ingest.user("ada")


async def test_a_track_is_changed_and_that_is_announced(
    ingest: Ingest, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    (track,) = await ingest.publish(ada, recording("One", label="Old", comment="stays"))
    edit = pb.EditTrackRequest(
        viewer_id=ada.id,
        track_id=track.id,
        title=" The O\u0308ne ",
        artist_names=["Ada", "Bob", "Eve"],
        track_number=7,
        disc_number=2,
        date="2001-02",
        label="",
        explicit=True,
        genres=pb.StringList(values=["Dub", "dub", "Jazz"]),
        composers=pb.StringList(),
    )
    edited = (await music.EditTrack(edit)).track
    assert (edited.title, edited.sort_title) == ("The Öne", "Öne, The")
    assert [(each.name, each.join_phrase) for each in edited.artists] == [
        ("Ada", ", "),
        ("Bob", " & "),
        ("Eve", ""),
    ]
    assert (edited.disc_number, edited.track_number, edited.date) == (2, 7, "2001-02")
    assert (edited.label, edited.comment, edited.explicit) == ("", "stays", True)
    assert edited.genres == ["Dub", "Jazz"]
    announced = await asyncio.wait_for(ingest.edited.get(), ARRIVES_S)
    assert announced.track == edited
    found = await music.SearchNames(pb.SearchNamesRequest(viewer_id=ada.id, query="eve one"))
    assert [each.id for each in found.tracks] == [track.id]


async def test_a_track_moves_between_albums_by_their_titles(
    ingest: Ingest, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    one, two = await ingest.publish(
        ada, recording("One", album="A"), recording("Two", album="B", artists=["Ada", "Bob"])
    )
    move = pb.EditTrackRequest(viewer_id=ada.id, track_id=two.id, album_title="a")
    assert (await music.EditTrack(move)).track.album_id == one.album_id
    move.album_title, move.album_artist_names[:] = "C", ["Various Artists"]
    moved = (await music.EditTrack(move)).track
    assert moved.album_title == "C"
    albums = (await music.ListAlbums(pb.ListAlbumsRequest(viewer_id=ada.id))).albums
    assert [(album.title, album.track_count) for album in albums] == [("A", 1), ("C", 1)]
    out = pb.EditTrackRequest(viewer_id=ada.id, track_id=two.id, album_title="")
    assert (await music.EditTrack(out)).track.album_id == ""


SENSELESS: tuple[tuple[dict[str, object], str], ...] = (
    ({"title": ""}, "title must not be empty"),
    ({"title": "a\nb"}, "title must be one line"),
    ({"title": "x" * 256}, "at most 255"),
    ({"date": "yesterday"}, "date must be written like 1973"),
    ({"track_number": -1}, "track_number must be from 0 to 9999"),
    ({"artist_names": ["Ada", ""]}, "each of artist_names"),
    ({"artist_names": ["Ada"] * 51}, "artist_names must be at most 50"),
    ({"album_artist_names": ["Ada"]}, "need an album_title"),
    ({"genres": pb.StringList(values=["x"] * 51)}, "genres must be at most 50"),
    ({"comment": "x" * 4001}, "at most 4000"),
)


async def test_a_senseless_edit_is_refused_with_the_reason_and_changes_nothing(
    ingest: Ingest, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    (track,) = await ingest.publish(ada, recording("One"))
    for edit, reason in SENSELESS:
        request = pb.EditTrackRequest(viewer_id=ada.id, track_id=track.id, **edit)  # type: ignore[arg-type]  # varied
        with pytest.raises(grpc.aio.AioRpcError, match=reason) as refusal:
            await music.EditTrack(request)
        assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    asked = pb.GetTracksRequest(viewer_id=ada.id, track_ids=[track.id])
    assert (await music.GetTracks(asked)).tracks == [track]


async def test_an_album_is_changed_with_what_its_tracks_say_of_it(
    ingest: Ingest, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    (track,) = await ingest.publish(ada, recording("One", album="Dawn"))
    edit = pb.EditAlbumRequest(
        viewer_id=ada.id,
        album_id=track.album_id,
        title="The Dusk",
        artist_names=["Eve"],
        date="1980",
        original_date="1979-01-02",
        label="Warp",
        compilation=True,
    )
    album = (await music.EditAlbum(edit)).album
    assert (album.title, album.sort_title, album.artists[0].name) == (
        "The Dusk",
        "Dusk, The",
        "Eve",
    )
    assert (album.date, album.original_date, album.label) == ("1980", "1979-01-02", "Warp")
    assert album.compilation
    announced = await asyncio.wait_for(ingest.edited.get(), ARRIVES_S)
    assert announced.track.album_title == "The Dusk"
    again = pb.EditAlbumRequest(viewer_id=ada.id, album_id=album.id, sort_title="zz")
    assert (await music.EditAlbum(again)).album.sort_title == "zz"


async def test_later_files_of_an_edited_album_still_join_it(
    ingest: Ingest, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    (one,) = await ingest.publish(ada, recording("One", album="Dawn"))
    edit = pb.EditAlbumRequest(viewer_id=ada.id, album_id=one.album_id, title="Dusk", label="")
    await music.EditAlbum(edit)
    ready = recording("Two", album="Dawn")
    ready.album.label = "Warp"
    (two,) = await ingest.publish(ada, ready)
    assert (two.album_id, two.album_title) == (one.album_id, "Dusk")
    answer = await music.GetAlbum(pb.GetAlbumRequest(viewer_id=ada.id, album_id=one.album_id))
    assert (answer.album.label, answer.album.track_count) == ("", 2)


async def test_operators_rename_artists_everywhere(
    ingest: Ingest, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    bob = await ingest.user("bob")
    (track,) = await ingest.publish(bob, recording("One", artists=["Prince", "Eve"]))
    artist_id = track.artists[0].artist_id
    edit = pb.EditArtistRequest(viewer_id=bob.id, artist_id=artist_id, name="The Artist")
    with pytest.raises(grpc.aio.AioRpcError, match="only operators") as refusal:
        await music.EditArtist(edit)
    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
    edit.viewer_id = ada.id
    artist = (await music.EditArtist(edit)).artist
    assert (artist.name, artist.sort_name) == ("The Artist", "Artist, The")
    announced = await asyncio.wait_for(ingest.edited.get(), ARRIVES_S)
    assert [each.name for each in announced.track.artists] == ["The Artist", "Eve"]
    found = await music.SearchNames(pb.SearchNamesRequest(viewer_id=bob.id, query="the artist"))
    assert len(found.artists) == len(found.albums) == len(found.tracks) == 1
    sorted_as = pb.EditArtistRequest(viewer_id=ada.id, artist_id=artist_id, sort_name="Zz")
    assert (await music.EditArtist(sorted_as)).artist.sort_name == "Zz"


async def test_lyrics_are_written_and_removed(
    ingest: Ingest, music: CatalogServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    (track,) = await ingest.publish(ada, recording("One"))
    lines = [
        music_pb2.LyricLine(start_ms=2000, text="second"),
        music_pb2.LyricLine(start_ms=1000, text="first"),
    ]
    lyrics = music_pb2.Lyrics(language="eng", plain="first\nsecond", lines=lines)
    request = pb.SetLyricsRequest(viewer_id=ada.id, track_id=track.id, lyrics=lyrics)
    await music.SetLyrics(request)
    reading = pb.GetLyricsRequest(viewer_id=ada.id, track_id=track.id)
    assert [line.text for line in (await music.GetLyrics(reading)).lyrics.lines] == [
        "first",
        "second",
    ]
    request.ClearField("lyrics")
    await music.SetLyrics(request)
    with pytest.raises(grpc.aio.AioRpcError, match="no lyrics") as refusal:
        await music.GetLyrics(reading)
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND
    request.lyrics.lines.add(start_ms=-1)
    with pytest.raises(grpc.aio.AioRpcError, match="must start between"):
        await music.SetLyrics(request)
