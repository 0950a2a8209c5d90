"""Which album the tags of a recording mean, and what more they say of it."""

import asyncpg

from libs.common.postgres import Connection
from services.catalog.adapters.writing import credit, insert, update
from services.catalog.domain.publishing import AlbumTags, Recording, unedited


async def album_of(connection: Connection, recording: Recording) -> tuple[str | None, set[str]]:
    """Find or make the album a recording is from; also who is credited on it."""
    tags = recording.album
    if not tags.title:
        return None, set()
    row = await _known_album(connection, recording.library_id, tags)
    if row:
        await _complete(connection, row, tags)
        return row["id"], set()
    columns = {**tags.columns(), "library_id": recording.library_id}
    album_id = await insert(connection, "albums", columns)
    artist_ids = await credit(connection, "album", album_id, recording.library_id, tags.artists)
    return album_id, artist_ids


async def _known_album(
    connection: Connection, library_id: str, tags: AlbumTags
) -> asyncpg.Record | None:
    return await connection.fetchrow(
        """
        SELECT id, edited, date, original_date, label, barcode, musicbrainz_release_id,
            musicbrainz_release_group_id
        FROM albums WHERE library_id = $1 AND (
            musicbrainz_release_id = $3 AND $3 <> ''
            OR tagged_as = $2 AND ($3 = '' OR musicbrainz_release_id = '')
        )
        ORDER BY musicbrainz_release_id = $3 DESC, added_at, id LIMIT 1
        """,
        library_id, tags.identity, tags.musicbrainz_release_id,
    )  # fmt: skip


async def _complete(connection: Connection, row: asyncpg.Record, tags: AlbumTags) -> None:
    """Fill in what earlier files of the album did not say."""
    offered = {name: value for name, value in tags.columns().items() if name in row and value}
    missing = {name: value for name, value in offered.items() if not row[name]}
    await update(connection, "albums", row["id"], unedited(missing, row["edited"]))
