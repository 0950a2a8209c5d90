"""What all writers of music share."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from libs.common.postgres import Connection
from services.catalog.domain.music import Credit
from services.catalog.domain.names import folded, searchable, sort_name


async def become_writer(connection: Connection) -> None:
    """Wait to be the only writer of music until the transaction ends.

    Two writers at once could make an artist twice, or drop an album while the
    other puts a track on it. A write takes some milliseconds, a recording
    seconds to prepare: waiting costs nothing.
    """
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('catalog music'))")


async def keep_music(connection: Connection) -> None:
    """Wait until nobody writes music, and let nobody until the transaction ends.

    What is kept of a track with a playlist would else miss a change of the
    track that is not to be seen yet. Several may keep it at once.
    """
    await connection.execute("SELECT pg_advisory_xact_lock_shared(hashtext('catalog music'))")


def new_id() -> str:
    """An id as the database makes them, for rows that refer to each other before they are there."""
    return uuid4().hex


async def insert(connection: Connection, table: str, columns: Mapping[str, object]) -> str:
    """Insert a row and answer its new id."""
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    row_id: str = await connection.fetchval(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) RETURNING id",
        *columns.values(),
    )
    return row_id


async def update(
    connection: Connection, table: str, row_id: str, columns: Mapping[str, object]
) -> None:
    """Set columns of a row."""
    if columns:
        changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=2))
        await connection.execute(
            f"UPDATE {table} SET {changes} WHERE id = $1", row_id, *columns.values()
        )


async def credit(
    connection: Connection, kind: str, row_id: str, library_id: str, artists: Sequence[Credit]
) -> set[str]:
    """Write who made a track or album; answer the ids of artists who are or were credited."""
    before = await connection.fetch(
        f"DELETE FROM {kind}_artists WHERE {kind}_id = $1 RETURNING artist_id", row_id
    )
    artist_ids = [await artist_id_of(connection, each) for each in artists]
    await connection.executemany(
        f"""
        INSERT INTO {kind}_artists ({kind}_id, position, library_id, artist_id, name, join_phrase)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
            (row_id, position, library_id, artist_id, each.name, each.join_phrase)
            for position, (artist_id, each) in enumerate(zip(artist_ids, artists, strict=True))
        ],
    )
    return {row["artist_id"] for row in before} | set(artist_ids)


async def artist_id_of(connection: Connection, credited: Credit) -> str:
    """Find whom a credit means, or make the artist.

    MusicBrainz ids tell namesakes apart. A credit without one means the
    namesake without one, or else the one known longest; a credit with one
    that is new claims the namesake that has none.
    """
    row = await connection.fetchrow(
        """
        SELECT id, musicbrainz_artist_id FROM artists
        WHERE musicbrainz_artist_id = $2 AND $2 <> ''
            OR name_key = $1 AND ($2 = '' OR musicbrainz_artist_id = '')
        ORDER BY musicbrainz_artist_id = $2 DESC, added_at LIMIT 1
        """,
        folded(credited.name), credited.musicbrainz_artist_id,
    )  # fmt: skip
    if row is None:
        return await _make_artist(connection, credited)
    if credited.musicbrainz_artist_id and not row["musicbrainz_artist_id"]:
        claimed = {"musicbrainz_artist_id": credited.musicbrainz_artist_id}
        await update(connection, "artists", row["id"], claimed)
    artist_id: str = row["id"]
    return artist_id


async def _make_artist(connection: Connection, credited: Credit) -> str:
    columns = artist_names(credited.name, sort_name(credited.name))
    return await insert(
        connection,
        "artists",
        {**columns, "musicbrainz_artist_id": credited.musicbrainz_artist_id},
    )


def artist_names(name: str, sorted_as: str) -> Mapping[str, object]:
    """Columns of an artist that follow from the name."""
    return {
        "name": name,
        "sort_name": sorted_as,
        "name_key": folded(name),
        "sort_key": folded(sorted_as),
        "search_text": searchable(name),
    }


async def refresh_words(connection: Connection, track_ids: Sequence[str]) -> None:
    """Bring what tracks are found and ordered by in line with their album and artists."""
    rows = await connection.fetch(
        """
        SELECT track.id, track.title, coalesce(album.title, '') AS album,
            coalesce(album.sort_key, '') AS album_key,
            ARRAY(SELECT name FROM track_artists WHERE track_id = track.id ORDER BY position)
                AS artists
        FROM tracks AS track LEFT JOIN albums AS album ON album.id = track.album_id
        WHERE track.id = ANY($1)
        """,
        track_ids,
    )
    await connection.executemany(
        "UPDATE tracks SET search_text = $2, album_key = $3 WHERE id = $1",
        [
            (row["id"], searchable(row["title"], *row["artists"], row["album"]), row["album_key"])
            for row in rows
        ],
    )
