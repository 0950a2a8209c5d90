"""Listens on their way, in PostgreSQL."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from libs.common.postgres import Connection
from services.catalog.adapters.rows import SEEN, Json
from services.catalog.domain.scrobbling import SHORTEST_MS, Listen, ScrobbledTrack

TRACK = f"""
    SELECT track.title, track.duration_ms, track.track_number, track.isrc,
        track.musicbrainz_recording_id,
        coalesce(album.title, '') AS album,
        coalesce(album.musicbrainz_release_id, '') AS musicbrainz_release_id,
        coalesce((SELECT string_agg(name || join_phrase, '' ORDER BY position)
            FROM track_artists WHERE track_id = track.id), '') AS artist,
        coalesce((SELECT string_agg(name || join_phrase, '' ORDER BY position)
            FROM album_artists WHERE album_id = album.id), '') AS album_artist,
        ARRAY(SELECT artist.musicbrainz_artist_id
            FROM track_artists AS credit JOIN artists AS artist ON artist.id = credit.artist_id
            WHERE credit.track_id = track.id AND artist.musicbrainz_artist_id <> ''
            ORDER BY position) AS musicbrainz_artist_ids
    FROM tracks AS track LEFT JOIN albums AS album ON album.id = track.album_id
    WHERE track.id = $2 AND track.library_id = {SEEN}
"""
KEEP_REFUSED_DAYS, KEEP_WAITING_DAYS = 30, 90


async def queue(connection: Connection, user_id: str, track_id: str, at: datetime) -> None:
    """Have a listen told to whom its user connected, if the transaction commits."""
    scrobblers = await connection.fetch(
        "SELECT id FROM scrobblers WHERE user_id = $1 AND sealed IS NOT NULL", user_id
    )
    if not scrobblers:
        return
    track = await scrobbled_track(connection, user_id, track_id)
    if track is None or track.duration_ms < SHORTEST_MS or not track.artist:
        return
    await connection.executemany(
        "INSERT INTO scrobbles (scrobbler_id, listened_at, track) VALUES ($1, $2, $3)",
        [(row["id"], at, dataclasses.asdict(track)) for row in scrobblers],
    )


async def scrobbled_track(
    connection: Connection, viewer_id: str, track_id: str
) -> ScrobbledTrack | None:
    """What is told about a track that the viewer sees."""
    row = await connection.fetchrow(TRACK, viewer_id, track_id)
    if row is None:
        return None
    return ScrobbledTrack(**dict(row))


async def next_listens(
    connection: Connection, scrobbler_id: str, most: int
) -> tuple[Sequence[int], Sequence[Listen]]:
    """The ids of rows that wait longest, and what they say."""
    rows = await connection.fetch(
        """
        SELECT id, listened_at, track FROM scrobbles
        WHERE scrobbler_id = $1 AND refusal IS NULL ORDER BY id LIMIT $2
        """,
        scrobbler_id, most,
    )  # fmt: skip
    return [row["id"] for row in rows], [_listen(row) for row in rows]


async def taken(connection: Connection, ids: Sequence[int]) -> None:
    """Forget what was sent: the play itself is kept."""
    await connection.execute("DELETE FROM scrobbles WHERE id = ANY($1)", ids)


async def refused(connection: Connection, refusals: Sequence[tuple[int, str]]) -> None:
    """Keep why listens were not wanted; they are not sent again."""
    await connection.executemany("UPDATE scrobbles SET refusal = $2 WHERE id = $1", refusals)


async def forget_old(connection: Connection) -> None:
    """Forget old refusals, and listens that nobody could be told for long."""
    await connection.execute(
        """
        DELETE FROM scrobbles
        WHERE queued_at < now() - make_interval(days => $1) AND refusal IS NOT NULL
            OR queued_at < now() - make_interval(days => $2)
        """,
        KEEP_REFUSED_DAYS, KEEP_WAITING_DAYS,
    )  # fmt: skip


def _listen(row: asyncpg.Record) -> Listen:
    stored: Json = row["track"]
    known = {field.name for field in dataclasses.fields(ScrobbledTrack)}
    track = ScrobbledTrack(**{name: value for name, value in stored.items() if name in known})
    return Listen(row["listened_at"], track)
