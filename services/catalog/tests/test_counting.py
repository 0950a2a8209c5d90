"""What is counted when it is written is what there is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from services.catalog.adapters.writing import become_writer
from services.catalog.domain.playlists import COVERS
from services.catalog.tests.recordings import recording
from tutti.catalog.v1 import accounts_pb2, listening_pb2
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceStub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub
    from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceAsyncStub

COUNTED = """
    SELECT min(name), sum(albums)::int, sum(tracks)::int FROM (
        SELECT folded, name, 0 AS albums, 1 AS tracks
        FROM tracks, unnest(genre_keys, genres) AS genre(folded, name)
        UNION ALL
        SELECT folded, name, 1, 0
        FROM albums, unnest(genre_keys, genres) AS genre(folded, name)
    ) AS written GROUP BY folded ORDER BY folded
"""

ENTRIES = """
    SELECT track.duration_ms, track.cover_sha256
    FROM playlist_entries AS entry JOIN tracks AS track ON track.id = entry.track_id
    WHERE entry.playlist_id = $2 AND track.library_id IN (SELECT visible_libraries($1))
    ORDER BY entry.place
"""


@pytest.fixture
def listening(running: Running) -> ListeningServiceAsyncStub:
    return ListeningServiceStub(running.channel)


async def test_genres_are_counted_through_publishing_editing_and_removal(
    running: Running, ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")

    async def counted() -> list[tuple[str, int, int]]:
        answer = await music.ListGenres(pb.ListGenresRequest(viewer_id=ada.id))
        genres = [(each.name, each.album_count, each.track_count) for each in answer.genres]
        assert genres == [tuple(row) for row in await running.database.fetch(COUNTED)]
        return genres

    first, second, _ = await ingest.publish(
        ada,
        recording("One", genres=["Jazz", "Soul"]),
        recording("Two", genres=["JAZZ"]),
        recording("Three", album="Dusk", genres=["Folk"]),
    )
    assert await counted() == [("Folk", 1, 1), ("JAZZ", 1, 2), ("Soul", 1, 1)]
    listed = await music.ListTracks(pb.ListTracksRequest(viewer_id=ada.id, genre="jazz"))
    assert listed.total_count == len(listed.tracks) == 2
    genres = pb.StringList(values=["Folk"])
    await music.EditTrack(
        pb.EditTrackRequest(viewer_id=ada.id, track_id=first.id, genres=genres, album_title="Dusk")
    )
    assert await counted() == [("Folk", 1, 2), ("JAZZ", 1, 1)]
    await music.RemoveTracks(pb.RemoveTracksRequest(viewer_id=ada.id, track_ids=[second.id]))
    assert await counted() == [("Folk", 1, 2)]
    assert await running.database.fetchval("SELECT count(*) FROM genre_counts") == 1


async def test_plays_go_with_a_track_to_another_album(
    running: Running, ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    track, _ = await ingest.publish(ada, recording("One"), recording("Two"))
    await running.database.execute(
        "INSERT INTO track_plays (user_id, track_id, play_count, last_played_at)"
        " VALUES ($1, $2, 3, now())",
        ada.id, track.id,
    )  # fmt: skip

    async def played() -> list[tuple[str, int]]:
        request = pb.ListAlbumsRequest(viewer_id=ada.id, order=pb.ALBUM_ORDER_FREQUENT)
        answer = await music.ListAlbums(request)
        assert answer.total_count == len(answer.albums)
        return [(album.title, album.play_count) for album in answer.albums]

    assert await played() == [("Dawn", 3)]
    await music.EditTrack(
        pb.EditTrackRequest(viewer_id=ada.id, track_id=track.id, album_title="Dusk")
    )
    assert await played() == [("Dusk", 3)]


Told = list[tuple[int, int, list[str]]]
"""Number, length and first covers of what each viewer sees in a playlist."""


async def listed(
    running: Running, viewers: Sequence[accounts_pb2.User], playlist: listening_pb2.Playlist
) -> Told:
    """What a list of playlists tells viewers about their only one, which is what it holds."""
    told = []
    for viewer in viewers:
        request = listening_pb2.ListPlaylistsRequest(viewer_id=viewer.id)
        (each,) = (await ListeningServiceStub(running.channel).ListPlaylists(request)).playlists
        rows = await running.database.fetch(ENTRIES, viewer.id, playlist.id)
        covers = dict.fromkeys(row["cover_sha256"] for row in rows if row["cover_sha256"])
        there = len(rows), sum(row["duration_ms"] for row in rows), list(covers)[:COVERS]
        assert (each.track_count, each.duration_ms, list(each.cover_sha256s)) == there
        told.append(there)
    return told


async def test_what_is_in_a_playlist_is_counted_for_who_sees_it_through_all_changes(
    running: Running,
    ingest: Ingest,
    music: CatalogServiceAsyncStub,
    listening: ListeningServiceAsyncStub,
) -> None:
    viewers = [await ingest.user(name) for name in ("ada", "bob", "cleo")]
    _, bob, cleo = viewers
    albums = ["Dawn", "", "Noon", "Dawn", "Dusk", "Night", "Rain"]
    bobs = await ingest.publish(bob, *(recording(f"{n}", album=a) for n, a in enumerate(albums)))
    (lent,) = await ingest.publish(cleo, recording("Lent", album="Snow", duration_ms=1000))
    library = pb.EditLibraryRequest(viewer_id=cleo.id, library_id=cleo.own_library_id)
    library.member_ids.values.append(bob.id)
    await music.EditLibrary(library)
    track_ids = [lent.id, *(track.id for track in bobs), lent.id]
    request = listening_pb2.CreatePlaylistRequest(
        viewer_id=bob.id, name="All", public=True, track_ids=track_ids
    )
    playlist = (await listening.CreatePlaylist(request)).playlist
    assert [count for count, _, _ in await listed(running, viewers, playlist)] == [9, 9, 2]

    read = listening_pb2.GetPlaylistRequest(viewer_id=bob.id, playlist_id=playlist.id)
    first, *_, last, _ = (await listening.GetPlaylist(read)).entries
    edit = listening_pb2.EditPlaylistTracksRequest(
        viewer_id=bob.id,
        playlist_id=playlist.id,
        move=listening_pb2.Move(entry_id=last.entry_id, to=0),
        remove_entry_ids=[first.entry_id],
        add_track_ids=[bobs[2].id, bobs[2].id],
    )
    assert (await listening.EditPlaylistTracks(edit)).playlist.track_count == 10
    assert [count for count, _, _ in await listed(running, viewers, playlist)] == [10, 10, 1]

    better = recording("Better", album="Rain", duration_ms=7000)
    better.replaces_track_id = bobs[2].id
    await ingest.publish(bob, better)
    told = await listed(running, viewers, playlist)
    assert told[0][1] == 6 * 180_000 + 3 * 7000 + 1000
    gone = [bobs[2].id, bobs[0].id]
    await music.RemoveTracks(pb.RemoveTracksRequest(viewer_id=bob.id, track_ids=gone))
    assert [count for count, _, _ in await listed(running, viewers, playlist)] == [6, 6, 1]
    library.member_ids.Clear()
    library.member_ids.SetInParent()
    await music.EditLibrary(library)
    assert [count for count, _, _ in await listed(running, viewers, playlist)] == [6, 5, 1]
    removal = listening_pb2.RemovePlaylistRequest(viewer_id=bob.id, playlist_id=playlist.id)
    await listening.RemovePlaylist(removal)
    assert await running.database.fetchval("SELECT count(*) FROM playlist_contents") == 0


async def test_a_playlist_made_while_a_track_changes_counts_what_the_track_becomes(
    running: Running, ingest: Ingest, listening: ListeningServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    (track,) = await ingest.publish(ada, recording("One"))

    async def made() -> listening_pb2.Playlist:
        request = listening_pb2.CreatePlaylistRequest(
            viewer_id=ada.id, name="Now", track_ids=[track.id]
        )
        return (await listening.CreatePlaylist(request)).playlist

    async with running.database.acquire() as connection, connection.transaction():
        await become_writer(connection)
        await connection.execute("UPDATE tracks SET duration_ms = 7 WHERE id = $1", track.id)
        making = asyncio.create_task(made())
        await asyncio.wait([making], timeout=0.2)
    assert (await making).duration_ms == 7
