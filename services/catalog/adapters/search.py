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
from services.catalog.domain.names import beginning, searchable

LIKENESSES = (0.6, 0.45, 0.3)
"""How much of the query a name must share: less only where more finds nothing.

Two letters exchanged in a word of five leave a third of its trigrams.
"""
MOST_CANDIDATES = 2000
"""Names compared in full. Where more match, the query is vague; those it begins are kept."""
MOST_BEGUN = 100
LEAST_LETTERS = 3
"""Fewer letters of an alphabet only say how a name begins."""

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
        async with transaction(self._pool) as connection:
            for likeness in LIKENESSES if searchable(query) else ():
                await connection.execute(
                    f"SET LOCAL pg_trgm.word_similarity_threshold = {likeness}"
                )
                asked = (viewer_id, searchable(query), beginning(query), limit)
                artists = await _ids(connection, "artists", *asked)
                albums = await _ids(connection, "albums", *asked)
                tracks = await _ids(connection, "tracks", *asked)
                if artists or albums or tracks:
                    return Found(
                        await artists_by_id(connection, viewer_id, artists),
                        await albums_by_id(connection, viewer_id, albums),
                        await tracks_by_id(connection, viewer_id, tracks),
                    )
        return Found((), (), ())


async def _ids(
    connection: Connection, table: str, viewer_id: str, words: str, begins: str, limit: int
) -> Sequence[str]:
    vague = len(words) < LEAST_LETTERS and words.isascii()
    rows = await connection.fetch(
        f"""
        SELECT id FROM (
            (SELECT id, sort_key, search_text FROM {table}
            WHERE {VISIBLE[table]} AND sort_key >= $3 AND sort_key < $3 || U&'\\+10FFFF'
            ORDER BY sort_key LIMIT {MOST_BEGUN})
            UNION
            (SELECT id, sort_key, search_text FROM {table}
            WHERE search_text %> $2 AND NOT $5::boolean AND {VISIBLE[table]}
            LIMIT {MOST_CANDIDATES})
        ) AS candidate
        ORDER BY word_similarity($2, search_text) + similarity($2, sort_key) DESC, sort_key, id
        LIMIT $4
        """,
        viewer_id, words, begins, limit, vague,
    )  # fmt: skip
    return [row["id"] for row in rows]
