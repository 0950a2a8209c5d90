"""What sounds alike, in PostgreSQL."""

import itertools
import math
from collections.abc import Sequence

from libs.common.postgres import Connection, Pool
from services.catalog.adapters.rows import SEEN
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.music import UnknownTrack
from services.catalog.domain.sound import Place, SimilarTrack, between, similarity

DIMENSIONS = 9
APART = " + ".join(f"(place[{n}] - ($2::real[])[{n}]) ^ 2" for n in range(1, DIMENSIONS + 1))
"""SQL for the square of the distance from a place, $2."""


class Sounds:
    """Compares recordings by what analysis heard in them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def like(self, viewer_id: str, track_id: str, limit: int) -> Sequence[SimilarTrack]:
        """The tracks nearest to one, which is left out; none if it was not analysed."""
        async with self._pool.acquire() as connection:
            place = await _place(connection, viewer_id, track_id)
            if place is None:
                return []
            nearest = await _nearest(connection, viewer_id, place, [track_id], limit)
            found = [(each, _distance(place, there)) for each, there in nearest]
            return await _similar(connection, viewer_id, found)

    async def path(
        self, viewer_id: str, from_id: str, to_id: str, limit: int
    ) -> Sequence[SimilarTrack]:
        """Tracks that lead from one to another in even steps, each as like as it is the last."""
        async with self._pool.acquire() as connection:
            start = await _place(connection, viewer_id, from_id)
            end = await _place(connection, viewer_id, to_id)
            steps: list[tuple[str, Place | None]] = [(from_id, start)]
            if start is not None and end is not None:
                for target in between(start, end, limit - 1):
                    passed = [track_id for track_id, _ in steps] + [to_id]
                    steps += await _nearest(connection, viewer_id, target, passed, 1)
            steps.append((to_id, end))
            likeness = [(steps[0][0], 0.0)] + [
                (track_id, _distance(before, place))
                for (_, before), (track_id, place) in itertools.pairwise(steps)
            ]
            return await _similar(connection, viewer_id, likeness)


async def _place(connection: Connection, viewer_id: str, track_id: str) -> Place | None:
    """Where a track that the viewer sees stands; None if it was not analysed."""
    row = await connection.fetchrow(
        f"""
        SELECT place FROM tracks LEFT JOIN sounds ON track_id = id
        WHERE id = $2 AND tracks.library_id = {SEEN}
        """,
        viewer_id, track_id,
    )  # fmt: skip
    if row is None:
        raise UnknownTrack("there is no such track")
    place: Place | None = row["place"]
    return place


async def _nearest(
    connection: Connection, viewer_id: str, place: Place, without: Sequence[str], limit: int
) -> Sequence[tuple[str, Place]]:
    rows = await connection.fetch(
        f"""
        SELECT track_id, place FROM sounds
        WHERE library_id = {SEEN} AND track_id <> ALL($3) ORDER BY {APART}, track_id LIMIT $4
        """,
        viewer_id, place, without, limit,
    )  # fmt: skip
    return [(row["track_id"], row["place"]) for row in rows]


async def _similar(
    connection: Connection, viewer_id: str, found: Sequence[tuple[str, float]]
) -> Sequence[SimilarTrack]:
    tracks = await tracks_by_id(connection, viewer_id, [track_id for track_id, _ in found])
    distances = dict(found)
    return [SimilarTrack(track, similarity(distances[track.id])) for track in tracks]


def _distance(one: Place | None, other: Place | None) -> float:
    """How far apart two places are; for ever from what was not analysed."""
    return math.inf if one is None or other is None else math.dist(one, other)
