"""Names found however they are typed, by the trigrams they share with what was asked.

Names that hold every word of the query as it is typed are found first, for an
index knows at once where all trigrams of a word are. Where there are none, each
word is taken for those most like it among the words that names are made of.
What that does not find is compared with whole names, which takes longest:
``word_similarity`` compares the query with the stretch of a name most like it,
and a name typed with an error still shares most trigrams.
See https://www.postgresql.org/docs/current/pgtrgm.html.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.albums import albums_by_id
from services.catalog.adapters.artists import artists_by_id
from services.catalog.adapters.lists import Conditions
from services.catalog.adapters.rows import SEEN
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.music import Album, Artist, Track
from services.catalog.domain.names import beginning, searchable

LIKENESSES = (0.6, 0.45, 0.3)
"""How much of the query a name must share: less only where more finds nothing.

Two letters exchanged in a word of five leave a third of its trigrams.
"""
LEAST_SIMILAR, MOST_MEANT = 0.25, 5
"""How like a word those must be for which it is taken: with two letters exchanged, one of six."""
MOST_CANDIDATES = 1000
"""Names looked at. Where more match, the query is vague; those it begins are kept."""
MOST_BEGUN = 100
MOST_COMPARED = 200
"""Names compared by trigrams, which takes most of the time: the likeliest at a first look."""
LEAST_LETTERS = 3
"""What an index of trigrams can find. Fewer letters of an alphabet only say how a name begins."""
WILD, LITERAL = re.compile(r"[%_\\]"), r"\\\g<0>"
"""What LIKE takes for a pattern, and how it does not."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the names found to answer with: after how many, how many."""

    artists: slice
    albums: slice
    tracks: slice
    library_id: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for."""

    viewer_id: str
    query: str
    wanted: Wanted
    typed: bool = True
    """Whether names must hold all words as they are typed."""
    meant: Sequence[Sequence[str]] = ()
    """Words that each of the query may mean; names must hold one of each."""


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

    async def names(self, viewer_id: str, query: str, wanted: Wanted) -> Found:
        """Artists, albums and tracks whose names are like the query, the likeliest first."""
        async with transaction(self._pool) as connection:
            # A short word is in so many names that PostgreSQL would read them one by one.
            await connection.execute("SET LOCAL enable_seqscan = off")
            async for asked in _readings(connection, Asked(viewer_id, query, wanted)):
                artists = await _ids(connection, "artists", asked, wanted.artists.stop)
                albums = await _ids(connection, "albums", asked, wanted.albums.stop)
                tracks = await _ids(connection, "tracks", asked, wanted.tracks.stop)
                # Also those left out count: what is little like the query is no second page.
                if artists or albums or tracks:
                    return Found(
                        await artists_by_id(connection, viewer_id, artists[wanted.artists]),
                        await albums_by_id(connection, viewer_id, albums[wanted.albums]),
                        await tracks_by_id(connection, viewer_id, tracks[wanted.tracks]),
                    )
        return Found((), (), ())


async def _readings(connection: Connection, asked: Asked) -> AsyncIterator[Asked]:
    """Ways to read a query, from what is typed to what is a little like it."""
    words = searchable(asked.query).split()
    if not words:
        return
    await _be_content_with(connection, 1.0)
    yield asked
    meant = await _meant(connection, [word for word in words if len(word) > LEAST_LETTERS])
    if meant and all(meant):
        yield replace(asked, typed=False, meant=meant)
    for likeness in LIKENESSES:
        await _be_content_with(connection, likeness)
        yield replace(asked, typed=False)


async def _be_content_with(connection: Connection, likeness: float) -> None:
    await connection.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {likeness}")


async def _meant(connection: Connection, typed: Sequence[str]) -> Sequence[Sequence[str]]:
    """The words most like each of those typed."""
    await connection.execute(f"SET LOCAL pg_trgm.similarity_threshold = {LEAST_SIMILAR}")
    rows = await connection.fetch(
        f"""
        SELECT ARRAY(
            SELECT word FROM words WHERE word % typed
            ORDER BY similarity(word, typed) DESC, word LIMIT {MOST_MEANT}
        ) AS words
        FROM unnest($1::text[]) AS t(typed)
        """,
        typed,
    )
    return [row["words"] for row in rows]


async def _ids(connection: Connection, table: str, asked: Asked, most: int) -> Sequence[str]:
    if not most:
        return []
    words = searchable(asked.query)
    values = Conditions([asked.viewer_id, words, beginning(asked.query), most])
    within = ""
    if asked.wanted.library_id:
        within = f"AND library_id = {values.parameter(asked.wanted.library_id)}"
    among, begun, visible = _places(table, within)
    like = _like(values, words, asked)
    likeliest = _likeliest(values, words) if asked.typed else ""
    rows = await connection.fetch(
        f"""
        SELECT id FROM (
            SELECT * FROM (
                (SELECT begun.* FROM {among} (
                    SELECT id, sort_key, search_text FROM {table}
                    WHERE {begun} AND sort_key >= $3 AND sort_key < $3 || U&'\\+10FFFF'
                    ORDER BY sort_key LIMIT {MOST_BEGUN}
                ) AS begun ORDER BY sort_key LIMIT {MOST_BEGUN})
                UNION
                (SELECT id, sort_key, search_text FROM {table}
                WHERE {like} AND {visible} LIMIT {MOST_CANDIDATES})
            ) AS candidate {likeliest}
        ) AS compared
        ORDER BY word_similarity($2, search_text) + similarity($2, sort_key) DESC, sort_key, id
        LIMIT $4
        """,
        *values.values,
    )
    return [row["id"] for row in rows]


def _places(table: str, within: str) -> tuple[str, str, str]:
    """SQL for where names may stand: what they are joined with, if in order, and in any order.

    Names in order are found library by library; artists are in order as they are.
    """
    here = f"library_id = {SEEN} {within}"
    if table == "artists":
        anywhere = f"EXISTS (SELECT FROM artist_libraries WHERE artist_id = artists.id AND {here})"
        return "", anywhere, anywhere
    return "visible_libraries($1) AS seen(id), LATERAL", f"library_id = seen.id {within}", here


def _likeliest(values: Conditions, words: str) -> str:
    """SQL to keep names with whole words of the query, or its beginnings, in short titles."""
    held = []
    for word in words.split():
        start, end = values.parameter(f" {word}"), values.parameter(f"{word} ")
        held += [
            f"2 * (strpos(' ' || search_text, {start}) > 0)::int / {len(word) + 1}.0",
            f"(strpos(search_text || ' ', {end}) > 0)::int / {len(word) + 1}.0",
            f"(strpos(' ' || sort_key, {start}) > 0)::int * {len(word)}.0 / (length(sort_key) + 2)",
        ]
    return f"ORDER BY {' + '.join(held)} DESC, sort_key LIMIT {MOST_COMPARED}"


def _like(values: Conditions, words: str, asked: Asked) -> str:
    """SQL for how like the query the text of a name must be."""
    if len(words) < LEAST_LETTERS and words.isascii():
        return "false"
    for meant in asked.meant:
        values.add("string_to_array(search_text, ' ') && {}::text[]", meant)
    long = [word for word in words.split() if len(word) >= LEAST_LETTERS]
    if not (asked.meant or (asked.typed and long)):
        return "search_text %> $2"
    for word in words.split() if asked.typed else ():
        if word in long:
            values.add("search_text LIKE {}", f"%{WILD.sub(LITERAL, word)}%")
        else:
            values.add("strpos(search_text, {}) > 0", word)
    return " AND ".join(values.sql)
