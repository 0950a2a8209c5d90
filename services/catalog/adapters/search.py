"""Names found however they are typed, by the trigrams they share with what was asked.

``word_similarity`` compares a query with the stretch of a name most like it:
a name half typed, or typed with an error, still shares most trigrams. See
https://www.postgresql.org/docs/current/pgtrgm.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.albums import albums_by_id
from services.catalog.adapters.artists import artists_by_id
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.music import Album, Artist, Track
from services.catalog.domain.names import searchable

LEAST_LIKENESS = 0.3
"""Two letters exchanged in a word of five leave a third of its trigrams."""

HERE = "library_id IN (SELECT visible_libraries($1))"
VISIBLE = {
    "tracks": HERE,
    "albums": HERE,
    "artists": f"id IN (SELECT artist_id FROM artist_libraries WHERE {HERE})",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the likeliest first."""

    artists: Sequence[Artist]
    albums: Sequence[Album]
    tracks: Sequence[Track]


class Search:
    """Finds what the viewer sees by name."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def names(self, viewer_id: str, query: str, limit: int) -> Found:
        """Artists, albums and tracks whose names are like the query."""
        words = searchable(query)
        if not words:
            return Found((), (), ())
        async with transaction(self._pool) as connection:
            await connection.execute(
                f"SET LOCAL pg_trgm.word_similarity_threshold = {LEAST_LIKENESS}"
            )
            asked = (viewer_id, words, limit)
            artists = await _ids(connection, "artists", *asked)
            albums = await _ids(connection, "albums", *asked)
            tracks = await _ids(connection, "tracks", *asked)
            return Found(
                await artists_by_id(connection, viewer_id, artists),
                await albums_by_id(connection, viewer_id, albums),
                await tracks_by_id(connection, viewer_id, tracks),
            )


async def _ids(
    connection: Connection, table: str, viewer_id: str, words: str, limit: int
) -> Sequence[str]:
    rows = await connection.fetch(
        f"""
        SELECT id FROM {table} WHERE search_text %> $2 AND {VISIBLE[table]}
        ORDER BY word_similarity($2, search_text) + similarity($2, sort_key) DESC, sort_key, id
        LIMIT $3
        """,
        viewer_id, words, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]
