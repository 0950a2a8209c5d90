"""Libraries: who sees them, who may change them, and how they go."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import grpc
import pytest

from services.catalog.tests.recordings import ARRIVES_S, recording, sha256
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub

DENIED, INVALID = grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND


async def refusal(call: Awaitable[object]) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code()


async def seen_by(music: CatalogServiceAsyncStub, viewer_id: str) -> list[str]:
    answer = await music.ListLibraries(pb.ListLibrariesRequest(viewer_id=viewer_id))
    return [library.name for library in answer.libraries]


def members(library_id: str, viewer_id: str, *user_ids: str) -> pb.EditLibraryRequest:
    return pb.EditLibraryRequest(
        viewer_id=viewer_id, library_id=library_id, member_ids=pb.StringList(values=user_ids)
    )


async def test_everyone_sees_their_own_what_is_shared_and_operators_see_all(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada, bob, eve = [await ingest.user(name) for name in ("ada", "bob", "eve")]
    assert await seen_by(music, bob.id) == ["bob's music"]
    await music.EditLibrary(members(bob.own_library_id, bob.id, eve.id))
    request = pb.CreateLibraryRequest(viewer_id=ada.id, name="House", shared_with_all=True)
    house = (await music.CreateLibrary(request)).library
    assert house.owner_id == ""
    assert await seen_by(music, bob.id) == ["bob's music", "House"]
    assert sorted(await seen_by(music, eve.id)) == ["House", "bob's music", "eve's music"]
    assert len(await seen_by(music, ada.id)) == 4
    assert await seen_by(music, "nobody") == []
    await music.EditLibrary(members(bob.own_library_id, bob.id))
    assert await seen_by(music, eve.id) == ["eve's music", "House"]


async def test_whoever_does_not_see_a_library_finds_nothing_of_it(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    _, bob, eve = [await ingest.user(name) for name in ("ada", "bob", "eve")]
    ready = recording("One")
    ready.lyrics.plain = "la"
    (track,) = await ingest.publish(bob, ready)
    artist_id, cover = track.artists[0].artist_id, track.cover_sha256
    calls = (
        lambda who: music.GetArtist(pb.GetArtistRequest(viewer_id=who, artist_id=artist_id)),
        lambda who: music.GetAlbum(pb.GetAlbumRequest(viewer_id=who, album_id=track.album_id)),
        lambda who: music.GetLyrics(pb.GetLyricsRequest(viewer_id=who, track_id=track.id)),
        lambda who: music.GetCover(pb.GetCoverRequest(viewer_id=who, cover_sha256=cover)),
        lambda who: music.GetRendition(
            pb.GetRenditionRequest(
                viewer_id=who, track_id=track.id, quality=music_pb2.QUALITY_ORIGINAL
            )
        ),
    )
    for call in calls:
        await call(bob.id)
        assert await refusal(call(eve.id)) is NOT_FOUND
    changes = (
        music.EditTrack(pb.EditTrackRequest(viewer_id=eve.id, track_id=track.id)),
        music.EditAlbum(pb.EditAlbumRequest(viewer_id=eve.id, album_id=track.album_id)),
        music.EditArtist(pb.EditArtistRequest(viewer_id=eve.id, artist_id=artist_id)),
        music.SetLyrics(pb.SetLyricsRequest(viewer_id=eve.id, track_id=track.id)),
        music.EditLibrary(members(bob.own_library_id, eve.id)),
        music.RemoveLibrary(
            pb.RemoveLibraryRequest(viewer_id=eve.id, library_id=bob.own_library_id)
        ),
    )
    for change in changes:
        assert await refusal(change) is NOT_FOUND
    removal = pb.RemoveTracksRequest(viewer_id=eve.id, track_ids=[track.id])
    assert (await music.RemoveTracks(removal)).removed_count == 0
    assert await refusal(music.GetCover(pb.GetCoverRequest(viewer_id=bob.id))) is NOT_FOUND


async def test_members_see_but_do_not_change(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    _, bob, eve = [await ingest.user(name) for name in ("ada", "bob", "eve")]
    (track,) = await ingest.publish(bob, recording("One"))
    await music.EditLibrary(members(bob.own_library_id, bob.id, eve.id, bob.id))
    listing = await music.ListTracks(pb.ListTracksRequest(viewer_id=eve.id))
    assert [each.id for each in listing.tracks] == [track.id]
    changes = (
        music.EditTrack(pb.EditTrackRequest(viewer_id=eve.id, track_id=track.id)),
        music.EditAlbum(pb.EditAlbumRequest(viewer_id=eve.id, album_id=track.album_id)),
        music.SetLyrics(pb.SetLyricsRequest(viewer_id=eve.id, track_id=track.id)),
        music.RemoveTracks(pb.RemoveTracksRequest(viewer_id=eve.id, track_ids=[track.id])),
        music.EditLibrary(members(bob.own_library_id, eve.id)),
        music.CheckLibraryWritable(
            pb.CheckLibraryWritableRequest(viewer_id=eve.id, library_id=bob.own_library_id)
        ),
    )
    for change in changes:
        assert await refusal(change) is DENIED


async def test_only_operators_make_libraries_of_the_server(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    for wanted in ({"shared_with_all": True}, {"demo": True}, {"folder": "/music"}):
        request = pb.CreateLibraryRequest(viewer_id=bob.id, name="House", **wanted)
        assert await refusal(music.CreateLibrary(request)) is DENIED
    sharing = pb.EditLibraryRequest(
        viewer_id=bob.id, library_id=bob.own_library_id, shared_with_all=True
    )
    assert await refusal(music.EditLibrary(sharing)) is DENIED
    sharing.viewer_id = ada.id
    assert (await music.EditLibrary(sharing)).library.shared_with_all
    second = pb.CreateLibraryRequest(viewer_id=bob.id, name=" Second\t")
    assert await refusal(music.CreateLibrary(pb.CreateLibraryRequest(name=""))) is INVALID
    assert (await music.CreateLibrary(second)).library.owner_id == bob.id
    stranger = members(bob.own_library_id, bob.id, "nobody")
    assert await refusal(music.EditLibrary(stranger)) is INVALID


async def test_there_is_one_demo_library_for_everyone(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    request = pb.CreateLibraryRequest(viewer_id=ada.id, name="Demo", demo=True)
    first, second = [(await music.CreateLibrary(request)).library for _ in range(2)]
    assert first == second
    ready = recording("One")
    ready.library_id = first.id
    (track,) = await ingest.publish(ada, ready)
    assert track.demo
    assert "Demo" in await seen_by(music, bob.id)


async def test_a_user_may_add_to_their_own_library(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    own = await music.CheckLibraryWritable(pb.CheckLibraryWritableRequest(viewer_id=bob.id))
    assert own.library.id == bob.own_library_id
    request = pb.CheckLibraryWritableRequest(viewer_id=ada.id, library_id=bob.own_library_id)
    assert (await music.CheckLibraryWritable(request)).library.name == "bob's music"


async def test_a_removed_library_is_gone_at_once_and_its_tracks_soon(
    ingest: Ingest, running: Running, music: CatalogServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    await ingest.publish(ada, recording("Shared"))
    await ingest.publish(bob, *(recording(f"Part {n}") for n in range(3)), recording("Shared"))
    request = pb.RemoveLibraryRequest(viewer_id=bob.id, library_id=bob.own_library_id)
    assert (await music.RemoveLibrary(request)).removed_track_count == 4
    assert await seen_by(music, bob.id) == []
    assert (await music.ListTracks(pb.ListTracksRequest(viewer_id=bob.id))).total_count == 0
    removed = [await asyncio.wait_for(ingest.removed.get(), ARRIVES_S) for _ in range(4)]
    unused = {fact.content_sha256: fact.content_unused for fact in removed}
    assert unused == {
        **{sha256(f"Part {n}"): True for n in range(3)},
        sha256("Shared"): False,
    }
    assert not await running.database.fetchval(
        "SELECT count(*) FROM libraries WHERE id = $1", bob.own_library_id
    )
    own = music.CheckLibraryWritable(pb.CheckLibraryWritableRequest(viewer_id=bob.id))
    assert await refusal(own) is NOT_FOUND


async def test_counts_of_a_library_follow_its_tracks(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    tracks = await ingest.publish(ada, recording("One"), recording("Two"))
    request = pb.RemoveTracksRequest(viewer_id=ada.id, track_ids=[tracks[0].id])
    assert (await music.RemoveTracks(request)).removed_count == 1
    (library,) = (await music.ListLibraries(pb.ListLibrariesRequest(viewer_id=ada.id))).libraries
    assert (library.track_count, library.size_bytes) == (1, 1000)


async def test_artists_and_albums_leave_with_their_last_track(
    ingest: Ingest, running: Running, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    one, two = await ingest.publish(
        ada, recording("One"), recording("Two", artists=["Eve"], album="Other")
    )
    await running.database.execute(
        "INSERT INTO favourites (user_id, kind, entity_id) VALUES ($1, 'album', $2)",
        ada.id, one.album_id,
    )  # fmt: skip
    await music.RemoveTracks(pb.RemoveTracksRequest(viewer_id=ada.id, track_ids=[one.id]))
    artists = await music.ListArtists(pb.ListArtistsRequest(viewer_id=ada.id))
    assert [artist.name for artist in artists.artists] == ["Eve"]
    albums = await music.ListAlbums(pb.ListAlbumsRequest(viewer_id=ada.id))
    assert [album.id for album in albums.albums] == [two.album_id]
    assert not await running.database.fetchval("SELECT count(*) FROM favourites")
