"""Playlists people make and share, over the service's own API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import grpc
import pytest

from services.catalog.tests.recordings import recording
from services.catalog.tests.refusals import refusal
from tutti.catalog.v1 import accounts_pb2, catalog_pb2
from tutti.catalog.v1 import listening_pb2 as pb
from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceStub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub
    from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceAsyncStub
    from tutti.catalog.v1.music_pb2 import Track


@pytest.fixture
def listening(running: Running) -> ListeningServiceAsyncStub:
    return ListeningServiceStub(running.channel)


@pytest.fixture
async def ada(ingest: Ingest) -> accounts_pb2.User:
    return await ingest.user("ada")


@pytest.fixture
async def tracks(ingest: Ingest, ada: accounts_pb2.User) -> Sequence[Track]:
    albums = {"One": "Dawn", "Two": "Dawn", "Three": "Dusk"}
    return await ingest.publish(ada, *(recording(t, album=a) for t, a in albums.items()))


@pytest.fixture
async def playlist(
    listening: ListeningServiceAsyncStub, ada: accounts_pb2.User, tracks: Sequence[Track]
) -> pb.Playlist:
    request = pb.CreatePlaylistRequest(
        viewer_id=ada.id,
        name="  Morning ",
        comment="slowly",
        track_ids=[track.id for track in tracks],
    )
    return (await listening.CreatePlaylist(request)).playlist


async def entries(
    listening: ListeningServiceAsyncStub, viewer_id: str, playlist_id: str
) -> Sequence[pb.PlaylistEntry]:
    request = pb.GetPlaylistRequest(viewer_id=viewer_id, playlist_id=playlist_id)
    return (await listening.GetPlaylist(request)).entries


async def titles(
    listening: ListeningServiceAsyncStub, viewer_id: str, playlist_id: str
) -> list[str]:
    return [each.track.title for each in await entries(listening, viewer_id, playlist_id)]


async def test_a_playlist_knows_what_it_holds(
    listening: ListeningServiceAsyncStub, playlist: pb.Playlist, tracks: Sequence[Track]
) -> None:
    assert (playlist.name, playlist.comment, playlist.owner_name) == ("Morning", "slowly", "ada")
    assert (playlist.track_count, playlist.duration_ms) == (3, 3 * 180_000)
    assert list(playlist.cover_sha256s) == [tracks[0].cover_sha256, tracks[2].cover_sha256]
    assert playlist.version == 1
    assert await titles(listening, playlist.owner_id, playlist.id) == ["One", "Two", "Three"]
    listed = await listening.ListPlaylists(pb.ListPlaylistsRequest(viewer_id=playlist.owner_id))
    assert list(listed.playlists) == [playlist]


async def test_a_playlist_comes_in_pages(
    listening: ListeningServiceAsyncStub, playlist: pb.Playlist
) -> None:
    request = pb.GetPlaylistRequest(
        viewer_id=playlist.owner_id, playlist_id=playlist.id, page_size=2
    )
    first = await listening.GetPlaylist(request)
    request.page_token = first.next_page_token
    second = await listening.GetPlaylist(request)
    assert [len(first.entries), len(second.entries)] == [2, 1]
    assert second.next_page_token == ""
    assert second.playlist == playlist


async def test_playlists_are_listed_by_name_page_by_page(
    listening: ListeningServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    for name in ("b", "Élan", "A", "east", "a"):
        await listening.CreatePlaylist(pb.CreatePlaylistRequest(viewer_id=ada.id, name=name))
    request, listed = pb.ListPlaylistsRequest(viewer_id=ada.id, page_size=2), []
    while True:
        reply = await listening.ListPlaylists(request)
        listed += [playlist.name for playlist in reply.playlists]
        if not reply.next_page_token:
            break
        request.page_token = reply.next_page_token
    assert {*listed[:2]} == {"A", "a"}
    assert listed[2:] == ["b", "east", "Élan"]


async def test_tracks_are_added_removed_and_moved_all_or_nothing(
    listening: ListeningServiceAsyncStub, playlist: pb.Playlist, tracks: Sequence[Track]
) -> None:
    one, two, three = await entries(listening, playlist.owner_id, playlist.id)
    edit = pb.EditPlaylistTracksRequest(
        viewer_id=playlist.owner_id,
        playlist_id=playlist.id,
        version=1,
        remove_entry_ids=[two.entry_id],
        add_track_ids=[tracks[0].id],
        add_at=0,
        move=pb.Move(entry_id=three.entry_id, to=1),
    )
    edited = (await listening.EditPlaylistTracks(edit)).playlist
    assert (edited.version, edited.track_count) == (2, 3)
    after = await entries(listening, playlist.owner_id, playlist.id)
    assert [each.track.title for each in after] == ["One", "Three", "One"]
    assert [each.entry_id for each in after[1:]] == [three.entry_id, one.entry_id]
    edit.version = 2
    for broken in (["unknown"], [tracks[0].id, "unknown"]):
        edit.add_track_ids[:] = broken
        assert (await refusal(listening.EditPlaylistTracks(edit)))[0] is grpc.StatusCode.NOT_FOUND
    edit.add_track_ids[:] = []
    edit.move.entry_id = two.entry_id
    assert (await refusal(listening.EditPlaylistTracks(edit)))[0] is grpc.StatusCode.NOT_FOUND
    assert list(await entries(listening, playlist.owner_id, playlist.id)) == list(after)


async def test_an_edit_of_an_old_version_is_aborted(
    listening: ListeningServiceAsyncStub, playlist: pb.Playlist, tracks: Sequence[Track]
) -> None:
    edit = pb.EditPlaylistTracksRequest(
        viewer_id=playlist.owner_id,
        playlist_id=playlist.id,
        version=1,
        add_track_ids=[tracks[0].id],
    )
    await listening.EditPlaylistTracks(edit)
    code, words = await refusal(listening.EditPlaylistTracks(edit))
    assert code is grpc.StatusCode.ABORTED
    assert "read it again" in words


async def test_edits_at_the_same_time_lose_nothing(
    listening: ListeningServiceAsyncStub, playlist: pb.Playlist, tracks: Sequence[Track]
) -> None:
    there = await entries(listening, playlist.owner_id, playlist.id)
    edits = [
        pb.EditPlaylistTracksRequest(
            viewer_id=playlist.owner_id,
            playlist_id=playlist.id,
            add_track_ids=[tracks[n % 3].id],
            add_at=n % 5,
        )
        for n in range(24)
    ]
    edits[7].remove_entry_ids.append(there[0].entry_id)
    edits[11].move.CopyFrom(pb.Move(entry_id=there[2].entry_id, to=0))
    replies = await asyncio.gather(*map(listening.EditPlaylistTracks, edits))
    assert {reply.playlist.version for reply in replies} == set(range(2, 26))
    after = await entries(listening, playlist.owner_id, playlist.id)
    assert len(after) == len({each.entry_id for each in after}) == 3 - 1 + 24


async def test_what_a_listener_may_not_see_is_left_out(
    ingest: Ingest,
    listening: ListeningServiceAsyncStub,
    music: CatalogServiceAsyncStub,
    ada: accounts_pb2.User,
) -> None:
    bob, cleo = await ingest.user("bob"), await ingest.user("cleo")
    (hers,) = await ingest.publish(bob, recording("Hers"))
    (shared,) = await ingest.publish(cleo, recording("Shared"))
    await music.EditLibrary(
        catalog_pb2.EditLibraryRequest(
            viewer_id=cleo.id,
            library_id=cleo.own_library_id,
            member_ids=catalog_pb2.StringList(values=[bob.id, ada.id]),
        )
    )
    request = pb.CreatePlaylistRequest(
        viewer_id=bob.id, name="Both", public=True, track_ids=[hers.id, shared.id]
    )
    playlist = (await listening.CreatePlaylist(request)).playlist
    assert playlist.track_count == 2
    found = await listening.GetPlaylist(
        pb.GetPlaylistRequest(viewer_id=cleo.id, playlist_id=playlist.id)
    )
    assert found.playlist.track_count == 1
    assert [each.track.title for each in found.entries] == ["Shared"]
    code, _ = await refusal(
        listening.CreatePlaylist(
            pb.CreatePlaylistRequest(viewer_id=cleo.id, name="Theft", track_ids=[hers.id])
        )
    )
    assert code is grpc.StatusCode.NOT_FOUND
    await music.RemoveTracks(catalog_pb2.RemoveTracksRequest(viewer_id=bob.id, track_ids=[hers.id]))
    assert await titles(listening, bob.id, playlist.id) == ["Shared"]


async def test_who_sees_and_who_changes_a_playlist(
    ingest: Ingest,
    listening: ListeningServiceAsyncStub,
    ada: accounts_pb2.User,
) -> None:
    bob, cleo = await ingest.user("bob"), await ingest.user("cleo")
    create = pb.CreatePlaylistRequest(viewer_id=bob.id, name="Bob's")
    playlist_id = (await listening.CreatePlaylist(create)).playlist.id

    def edit(viewer: accounts_pb2.User, **changes: object) -> pb.EditPlaylistRequest:
        request = pb.EditPlaylistRequest(viewer_id=viewer.id, playlist_id=playlist_id)
        for name, value in changes.items():
            setattr(request, name, value)
        return request

    for stranger in (ada, cleo):
        code, _ = await refusal(listening.EditPlaylist(edit(stranger, name="Mine")))
        assert code is grpc.StatusCode.NOT_FOUND
    open_to_cleo = edit(bob)
    open_to_cleo.editors.user_ids.extend([cleo.id, cleo.id, bob.id])
    shared = (await listening.EditPlaylist(open_to_cleo)).playlist
    assert list(shared.editor_ids) == [cleo.id]
    renamed = (await listening.EditPlaylist(edit(cleo, name="Ours", comment="both"))).playlist
    assert (renamed.name, renamed.comment, renamed.version) == ("Ours", "both", 3)
    code, _ = await refusal(listening.EditPlaylist(edit(cleo, public=True)))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    removal = pb.RemovePlaylistRequest(viewer_id=cleo.id, playlist_id=playlist_id)
    assert (await refusal(listening.RemovePlaylist(removal)))[0] is (
        grpc.StatusCode.PERMISSION_DENIED
    )
    await listening.EditPlaylist(edit(bob, public=True))
    dan = await ingest.user("dan")
    assert await titles(listening, dan.id, playlist_id) == []
    code, _ = await refusal(listening.EditPlaylist(edit(dan, name="Mine")))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    await listening.EditPlaylist(edit(ada, name="Decent"))
    removal.viewer_id = ada.id
    await listening.RemovePlaylist(removal)
    for viewer in (ada, bob, cleo):
        code, _ = await refusal(
            listening.GetPlaylist(
                pb.GetPlaylistRequest(viewer_id=viewer.id, playlist_id=playlist_id)
            )
        )
        assert code is grpc.StatusCode.NOT_FOUND


async def test_a_playlist_is_manual_or_smart_for_good(
    listening: ListeningServiceAsyncStub, playlist: pb.Playlist, tracks: Sequence[Track]
) -> None:
    rule = pb.SmartRule(
        conditions=[pb.Condition(field=pb.FIELD_YEAR, operator=pb.OPERATOR_IS, value="1999")]
    )
    owner_id = playlist.owner_id
    code, _ = await refusal(
        listening.EditPlaylist(
            pb.EditPlaylistRequest(viewer_id=owner_id, playlist_id=playlist.id, rule=rule)
        )
    )
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    both = pb.CreatePlaylistRequest(
        viewer_id=owner_id, name="Both", rule=rule, track_ids=[tracks[0].id]
    )
    assert (await refusal(listening.CreatePlaylist(both)))[0] is grpc.StatusCode.INVALID_ARGUMENT
    del both.track_ids[:]
    smart = (await listening.CreatePlaylist(both)).playlist
    code, _ = await refusal(
        listening.EditPlaylistTracks(
            pb.EditPlaylistTracksRequest(
                viewer_id=owner_id, playlist_id=smart.id, add_track_ids=[tracks[0].id]
            )
        )
    )
    assert code is grpc.StatusCode.FAILED_PRECONDITION


async def test_what_makes_no_playlist_is_refused(
    running: Running, listening: ListeningServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    for name, comment in (
        (" ", ""),
        ("x" * 201, ""),
        ("a\nb", ""),
        ("a", "x" * 4001),
        ("a", "\0"),
    ):
        broken = pb.CreatePlaylistRequest(viewer_id=ada.id, name=name, comment=comment)
        code, _ = await refusal(listening.CreatePlaylist(broken))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
    nobodys = pb.CreatePlaylistRequest(viewer_id="nobody", name="a")
    assert (await refusal(listening.CreatePlaylist(nobodys)))[0] is grpc.StatusCode.NOT_FOUND
    playlist = (
        await listening.CreatePlaylist(pb.CreatePlaylistRequest(viewer_id=ada.id, name="a"))
    ).playlist
    edit = pb.EditPlaylistRequest(
        viewer_id=ada.id, playlist_id=playlist.id, editors=pb.UserIds(user_ids=["nobody"])
    )
    assert (await refusal(listening.EditPlaylist(edit)))[0] is grpc.StatusCode.INVALID_ARGUMENT
    edit.editors.user_ids[:] = [str(n) for n in range(101)]
    assert (await refusal(listening.EditPlaylist(edit)))[0] is grpc.StatusCode.INVALID_ARGUMENT
    too_long = pb.CreatePlaylistRequest(viewer_id=ada.id, name="a", track_ids=["x"] * 10_001)
    code, _ = await refusal(listening.CreatePlaylist(too_long))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    await running.database.execute(
        """
        INSERT INTO playlists (owner_id, name, name_key, comment, public)
        SELECT $1, 'p', 'p', '', false FROM generate_series(1, 999)
        """,
        ada.id,
    )
    one_more = pb.CreatePlaylistRequest(viewer_id=ada.id, name="a")
    code, _ = await refusal(listening.CreatePlaylist(one_more))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
