"""What was played, in PostgreSQL."""

import logging
from collections.abc import Iterable

from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.rows import SEEN
from services.catalog.adapters.scrobbling.queue import queue
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.listening import Play, Playback
from services.catalog.domain.moments import END_OF_TIME, microseconds, moment_at
from services.catalog.domain.paging import Page, PageAsked

logger = logging.getLogger(__name__)


class Plays:
    """Keeps the history of every listener, and counts it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(self, playbacks: Iterable[Playback]) -> None:
        """Keep what was played; what is known already, or cannot be seen, changes nothing."""
        async with transaction(self._pool) as connection:
            for playback in playbacks:
                await _record(connection, playback)

    async def page(self, viewer_id: str, asked: PageAsked) -> Page[Play]:
        """The viewer's history, last first, as far as they still see the tracks."""
        async with self._pool.acquire() as connection:
            started_us, play_id = asked.after or (microseconds(END_OF_TIME), "")
            rows = await connection.fetch(
                f"""
                SELECT play.id, play.track_id, play.started_at, play.played_ms, play.client
                FROM plays AS play JOIN tracks AS track ON track.id = play.track_id
                WHERE play.user_id = $1 AND (play.started_at, play.id) < ($2, $3)
                    AND track.library_id = {SEEN}
                ORDER BY play.started_at DESC, play.id DESC LIMIT $4
                """,
                viewer_id, moment_at(int(started_us)), play_id, asked.size + 1,
            )  # fmt: skip
            page = Page.of(rows, asked, lambda row: (microseconds(row["started_at"]), row["id"]))
            ids = list({row["track_id"] for row in page.rows})
            tracks = {t.id: t for t in await tracks_by_id(connection, viewer_id, ids)}
        plays = [
            Play(
                row["id"], tracks[row["track_id"]], row["started_at"], row["played_ms"],
                row["client"],
            )
            for row in page.rows if row["track_id"] in tracks
        ]  # fmt: skip
        return Page(plays, page.next_token)


async def _record(connection: Connection, playback: Playback) -> None:
    duration_ms = await connection.fetchval(
        f"""
        SELECT duration_ms FROM tracks
        WHERE id = $2 AND library_id = {SEEN} FOR KEY SHARE
        """,
        playback.user_id, playback.track_id,
    )  # fmt: skip
    if duration_ms is None:
        logger.info("play of an unseen track left out", extra={"play_id": playback.id})
        return
    counted = playback.counts(duration_ms)
    new = await connection.fetchval(
        """
        INSERT INTO plays (id, user_id, track_id, started_at, played_ms, ended, counted, client,
            session_id, previous_track_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        playback.id, playback.user_id, playback.track_id, playback.started_at,
        playback.played_ms, playback.ended, counted, playback.client, playback.session_id,
        playback.previous_track_id,
    )  # fmt: skip
    if new and counted:
        await connection.execute(
            """
            INSERT INTO track_plays (user_id, track_id, play_count, last_played_at)
            VALUES ($1, $2, 1, $3)
            ON CONFLICT (user_id, track_id) DO UPDATE SET
                play_count = track_plays.play_count + 1, album_id = excluded.album_id,
                last_played_at = greatest(track_plays.last_played_at, excluded.last_played_at)
            """,
            playback.user_id, playback.track_id, playback.started_at,
        )  # fmt: skip
        await queue(connection, playback.user_id, playback.track_id, playback.started_at)
