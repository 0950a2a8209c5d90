"""Matching in PostgreSQL, many descriptions at once."""

from collections.abc import Sequence

from libs.common.postgres import Connection, Pool
from services.catalog.adapters.rows import SEEN
from services.catalog.domain.matching import (
    CLOSE_MS,
    Description,
    Match,
    artist_keys,
    file_name,
    isrc,
    recording_id,
)

BETWEEN = "\x1f"
"""Between the keys of artists, which hold no control characters."""

IS_BY = """EXISTS (
    SELECT FROM track_artists AS credit JOIN artists AS artist ON artist.id = credit.artist_id
    WHERE credit.track_id = track.id AND artist.name_key = {keys}
)"""
ALBUM_IS_BY = """EXISTS (
    SELECT FROM album_artists AS credit JOIN artists AS artist ON artist.id = credit.artist_id
    WHERE credit.album_id = track.album_id AND artist.name_key = {keys}
)"""
BY_ANY = "ANY(told.artists)"
BY_WHOLE = "told.artists[1]"

# A way that is surer comes first. Each finds its tracks by an index, for one description at a time:
# to join all descriptions with all tracks, a planner might read every track.
MATCHES = f"""
    SELECT found.id, found.duration_ms
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::bigint[]) WITH ORDINALITY
        AS given(track_id, recording_id, isrc, title, artists, album, file_name, duration_ms, place)
    CROSS JOIN LATERAL (
        SELECT given.track_id, given.recording_id, given.isrc, given.title, given.file_name,
            given.duration_ms, matching_title(given.title) AS title_key,
            nullif(matching_title(given.album), '') AS album_key,
            string_to_array(nullif(given.artists, ''), '{BETWEEN}') AS artists
        OFFSET 0  -- once for each description
    ) AS told
    LEFT JOIN LATERAL (
        SELECT track.id, track.duration_ms FROM (
            SELECT 1 AS way, 0 AS likeness, id FROM tracks
            WHERE id = told.track_id AND told.track_id <> ''
            UNION ALL
            SELECT 2, 0, id FROM tracks
            WHERE musicbrainz_recording_id = told.recording_id
                AND musicbrainz_recording_id <> '' AND told.recording_id <> ''
            UNION ALL
            SELECT 3, 0, id FROM tracks
            WHERE upper(replace(isrc, '-', '')) = told.isrc AND isrc <> '' AND told.isrc <> ''
            UNION ALL
            SELECT 4,
                CASE WHEN {IS_BY.format(keys=BY_WHOLE)} THEN 4 ELSE 0 END
                + CASE WHEN lower(track.title) = lower(told.title) THEN 2 ELSE 0 END,
                track.id
            FROM tracks AS track
            WHERE matching_title(track.title) = told.title_key AND told.title_key <> ''
                AND told.artists IS NOT NULL
                AND ({IS_BY.format(keys=BY_ANY)} OR {ALBUM_IS_BY.format(keys=BY_ANY)})
            UNION ALL
            SELECT 5, 0, track.id
            FROM tracks AS track JOIN albums AS album ON album.id = track.album_id
            WHERE matching_title(track.title) = told.title_key AND told.title_key <> ''
                AND told.artists IS NULL AND matching_title(album.title) = told.album_key
            UNION ALL
            SELECT 6, CASE WHEN matching_title(title) = told.title_key THEN 1 ELSE 0 END, id
            FROM tracks
            WHERE lower(format ->> 'file_name') = told.file_name AND told.file_name <> ''
                AND (told.title_key = matching_title(title) OR told.title_key = ''
                    OR abs(duration_ms - told.duration_ms) <= {CLOSE_MS})
            UNION ALL
            SELECT 7, 0, id FROM tracks
            WHERE matching_title(title) = told.title_key AND told.title_key <> ''
                AND told.artists IS NULL AND told.duration_ms > 0
                AND abs(duration_ms - told.duration_ms) <= {CLOSE_MS}
        ) AS candidate
        JOIN tracks AS track ON track.id = candidate.id
        LEFT JOIN albums AS album ON album.id = track.album_id
        WHERE track.library_id = {SEEN}
        ORDER BY candidate.way,
            candidate.likeness
                + CASE WHEN matching_title(album.title) = told.album_key THEN 3 ELSE 0 END
                + CASE WHEN abs(track.duration_ms - told.duration_ms) <= {CLOSE_MS}
                    THEN 1 ELSE 0 END DESC,
            abs(track.duration_ms - told.duration_ms), track.added_at, track.id
        LIMIT 1
    ) AS found ON true
    ORDER BY given.place
"""


class Matching:
    """Finds the tracks that descriptions mean."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def matches(
        self, viewer_id: str, descriptions: Sequence[Description]
    ) -> Sequence[Match | None]:
        """The track that each means, among those the viewer sees."""
        async with self._pool.acquire() as connection:
            return await matches(connection, viewer_id, descriptions)


async def matches(
    connection: Connection, viewer_id: str, descriptions: Sequence[Description]
) -> Sequence[Match | None]:
    """The track that each description means, in their order."""
    rows = await connection.fetch(
        MATCHES,
        viewer_id,
        [each.track_id for each in descriptions],
        [recording_id(each.musicbrainz_recording_id) for each in descriptions],
        [isrc(each.isrc) for each in descriptions],
        [each.title for each in descriptions],
        [BETWEEN.join(artist_keys(each.artist)) for each in descriptions],
        [each.album for each in descriptions],
        [file_name(each.file_name) for each in descriptions],
        [each.duration_ms for each in descriptions],
    )
    return [Match(row["id"], row["duration_ms"]) if row["id"] else None for row in rows]
