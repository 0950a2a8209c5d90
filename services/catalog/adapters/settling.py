"""What follows from tracks: albums and artists count them, and vanish with the last one."""

from collections.abc import Collection

from libs.common.postgres import Connection

MEASURE_ALBUMS = """
    UPDATE albums SET track_count = found.tracks, duration_ms = found.duration_ms,
        disc_count = greatest(albums.disc_count, found.discs, 1),
        cover_sha256 = coalesce(found.cover, ''), genres = heard.names, genre_keys = heard.keys
    FROM unnest($1::text[]) AS wanted(id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS tracks, sum(duration_ms) AS duration_ms, max(disc_number) AS discs,
            mode() WITHIN GROUP (ORDER BY cover_sha256) FILTER (WHERE cover_sha256 <> '') AS cover
        FROM tracks WHERE album_id = wanted.id HAVING count(*) > 0
    ) AS found
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(name ORDER BY times DESC, folded), '{}') AS names,
            coalesce(array_agg(folded ORDER BY times DESC, folded), '{}') AS keys
        FROM (
            SELECT folded, min(name) AS name, count(*) AS times
            FROM tracks, unnest(genre_keys, genres) AS genre(folded, name)
            WHERE album_id = wanted.id GROUP BY folded
        ) AS counted
    ) AS heard
    WHERE albums.id = wanted.id
"""

DROP_ALBUMS = """
    DELETE FROM albums WHERE id = ANY($1)
        AND NOT EXISTS (SELECT FROM tracks WHERE tracks.album_id = albums.id)
    RETURNING id
"""

MEASURE_ARTISTS = """
    INSERT INTO artist_libraries AS here
        (artist_id, library_id, album_count, track_count, cover_sha256, cover_date)
    SELECT artist_id, $2, album_count, track_count, coalesce(cover_sha256, ''), coalesce(date, '')
    FROM unnest($1::text[]) AS named(artist_id)
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT album_id) AS album_count FROM album_artists AS a
        WHERE a.artist_id = named.artist_id AND a.library_id = $2
    ) AS on_albums
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT track_id) AS track_count FROM track_artists AS t
        WHERE t.artist_id = named.artist_id AND t.library_id = $2
    ) AS on_tracks
    LEFT JOIN LATERAL (
        SELECT albums.cover_sha256, albums.date FROM album_artists AS a
        JOIN albums ON albums.id = a.album_id
        WHERE a.artist_id = named.artist_id AND a.library_id = $2 AND albums.cover_sha256 <> ''
        ORDER BY albums.date DESC, albums.added_at DESC LIMIT 1
    ) AS newest ON true
    WHERE album_count + track_count > 0
    ON CONFLICT (artist_id, library_id) DO UPDATE SET album_count = excluded.album_count,
        track_count = excluded.track_count, cover_sha256 = excluded.cover_sha256,
        cover_date = excluded.cover_date
    WHERE (here.album_count, here.track_count, here.cover_sha256, here.cover_date)
        IS DISTINCT FROM (excluded.album_count, excluded.track_count, excluded.cover_sha256,
            excluded.cover_date)
"""

LEAVE_LIBRARY = """
    DELETE FROM artist_libraries AS here WHERE artist_id = ANY($1) AND library_id = $2
        AND NOT EXISTS (
            SELECT FROM track_artists AS t
            WHERE t.artist_id = here.artist_id AND t.library_id = here.library_id
        ) AND NOT EXISTS (
            SELECT FROM album_artists AS a
            WHERE a.artist_id = here.artist_id AND a.library_id = here.library_id
        )
"""

DROP_ARTISTS = """
    DELETE FROM artists WHERE id = ANY($1)
        AND NOT EXISTS (SELECT FROM artist_libraries WHERE artist_id = artists.id)
    RETURNING id
"""


async def settle(
    connection: Connection,
    library_id: str,
    album_ids: Collection[str],
    artist_ids: Collection[str],
) -> None:
    """Bring albums and artists of one library in line with its tracks."""
    rows = await connection.fetch(
        "SELECT artist_id FROM album_artists WHERE album_id = ANY($1::text[])", list(album_ids)
    )
    concerned = sorted({row["artist_id"] for row in rows} | set(artist_ids))
    await connection.execute(MEASURE_ALBUMS, list(album_ids))
    dropped = await connection.fetch(DROP_ALBUMS, list(album_ids))
    await connection.execute(MEASURE_ARTISTS, concerned, library_id)
    await connection.execute(LEAVE_LIBRARY, concerned, library_id)
    dropped += await connection.fetch(DROP_ARTISTS, concerned)
    await forget_marks(connection, [row["id"] for row in dropped])


async def forget_marks(connection: Connection, entity_ids: Collection[str]) -> None:
    """Drop favourites and ratings of what is gone."""
    for table in ("favourites", "ratings"):
        await connection.execute(
            f"DELETE FROM {table} WHERE entity_id = ANY($1::text[])", list(entity_ids)
        )
