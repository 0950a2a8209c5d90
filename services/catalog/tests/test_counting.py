"""What is counted when it is written is what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.catalog.tests.recordings import recording
from tutti.catalog.v1 import catalog_pb2 as pb

if TYPE_CHECKING:
    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub

COUNTED = """
    SELECT min(name), sum(albums)::int, sum(tracks)::int FROM (
        SELECT folded, name, 0 AS albums, 1 AS tracks
        FROM tracks, unnest(genre_keys, genres) AS genre(folded, name)
        UNION ALL
        SELECT folded, name, 1, 0
        FROM albums, unnest(genre_keys, genres) AS genre(folded, name)
    ) AS written GROUP BY folded ORDER BY folded
"""


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
