"""Errands from a worker's point of view: claim one, and say how it went."""

from asyncpg import Record

from libs.common.postgres import Connection
from services.ingest.adapters.postgres_library import lock_content
from services.ingest.adapters.postgres_session import Session
from services.ingest.domain.claims import NotYet
from services.ingest.domain.errands import MOST_ATTEMPTS, Errand
from services.ingest.domain.podcasts import (
    DOWNLOAD_PAUSES_S,
    LONGEST_PAUSE_S,
    PodcastStatus,
    Sound,
    pause_s,
)

LEASE_S = 3 * 3600
"""Longer than any errand takes: what is lost by its process is noticed long before."""
REMOVED_SOON_S = 2.0


class PostgresErrands:
    """Errands of one worker process."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def claim(self, errand_id: int) -> Errand | None:
        """Take the errand, or None where it is not to be had: claimed, done or not due.

        Commits before anything is fetched, so that an attempt that kills this
        process is counted.
        """
        connection = await self._session.connection()
        async with connection.transaction():
            row = await connection.fetchrow(
                """
                SELECT t.id, attempts + 1 AS attempt, setbacks, t.channel_id::text,
                    episode_id::text, coalesce(enclosure_url, url) AS url,
                    CASE WHEN whole THEN etag ELSE '' END AS etag,
                    CASE WHEN whole THEN last_modified ELSE '' END AS last_modified,
                    CASE WHEN whole THEN cover_of ELSE '' END AS cover_of
                FROM podcast_errands t JOIN podcast_channels c ON c.id = t.channel_id
                    LEFT JOIN podcast_episodes e ON e.id = episode_id
                    CROSS JOIN LATERAL (
                        -- What was read before counts only while all that came of it is whole.
                        SELECT NOT EXISTS (
                            SELECT FROM damages WHERE healed_at IS NULL AND cover_sha256 <> ''
                                AND key LIKE 'covers/' || cover_sha256 || '%'
                        ) AS whole
                    ) made
                WHERE t.id = $1 AND t.state = 'queued' AND due_at <= now() FOR UPDATE OF t
                """,
                errand_id,
            )
            if row is None:
                return None
            errand = Errand(**row)
            if errand.attempt > MOST_ATTEMPTS:
                await _give_up(connection, errand, "It never came back from the tries to read it.")
                return None
            await _take(connection, errand)
            return errand

    async def register(self, errand: Errand, content_sha256: str) -> None:
        """Say that the episode needs this file. Raises NotYet while the same is being removed."""
        connection = await self._session.connection()
        async with connection.transaction():
            if not await still_held(connection, errand):
                raise NotYet("nobody wants the file any more", REMOVED_SOON_S)
            await lock_content(connection, content_sha256)
            if await connection.fetchval(
                "SELECT begun FROM podcast_removals WHERE content_sha256 = $1", content_sha256
            ):
                raise NotYet("an earlier copy is being removed", REMOVED_SOON_S)
            await connection.execute(
                "UPDATE podcast_episodes SET content_sha256 = $2 WHERE id = $1",
                errand.episode_id, content_sha256,
            )  # fmt: skip

    async def downloaded(self, errand: Errand, sound: Sound) -> None:
        """End the errand: the file is stored."""
        connection = await self._session.connection()
        async with connection.transaction():
            if not await still_held(connection, errand):
                return
            await connection.execute(
                """
                UPDATE podcast_episodes SET status = 'completed', error_message = '',
                    object_key = $2, size_bytes = $3, duration_ms = $4, bitrate_kbps = $5,
                    content_type = $6, suffix = $7, completed_at = now()
                WHERE id = $1
                """,
                errand.episode_id, sound.object_key, sound.size_bytes, sound.duration_ms,
                sound.bitrate_kbps, sound.container.content_type, sound.container.extensions[0],
            )  # fmt: skip
            await connection.execute("DELETE FROM podcast_errands WHERE id = $1", errand.id)

    async def fail(self, errand: Errand, reason: str, *, may_pass: bool) -> None:
        """Note that it came to nothing, and why, in words for people.

        A feed is read again later in any case, a file asked for again where that
        may help.
        """
        connection = await self._session.connection()
        async with connection.transaction():
            if not await still_held(connection, errand):
                return
            if errand.episode_id is not None and may_pass and errand.attempt < MOST_ATTEMPTS:
                await connection.execute(
                    """
                    UPDATE podcast_errands SET state = 'queued', queued_at = NULL,
                        worker_pid = NULL, due_at = now() + make_interval(secs => $2)
                    WHERE id = $1
                    """,
                    errand.id, DOWNLOAD_PAUSES_S[errand.attempt - 1],
                )  # fmt: skip
            else:
                await _give_up(connection, errand, reason)

    async def postpone(self, errand: Errand, wait_s: float) -> None:
        """Put the errand back for a while. It was no attempt: an outage of ours is to blame."""
        connection = await self._session.connection()
        async with connection.transaction():
            if await still_held(connection, errand):
                await connection.execute(
                    """
                    UPDATE podcast_errands SET state = 'queued', attempts = attempts - 1,
                        setbacks = setbacks + 1, queued_at = NULL, worker_pid = NULL,
                        due_at = now() + make_interval(secs => $2)
                    WHERE id = $1
                    """,
                    errand.id, wait_s,
                )  # fmt: skip


async def still_held(connection: Connection, errand: Errand) -> bool:
    """Whether nobody took the errand over or called it off meanwhile; locks it."""
    held = await connection.fetchval(
        "SELECT true FROM podcast_errands WHERE id = $1 AND attempts = $2 FOR UPDATE",
        errand.id, errand.attempt,
    )  # fmt: skip
    return bool(held)


async def put_off(connection: Connection, errand: Errand, wait_s: float) -> None:
    """Have the feed read again in about so long; never all feeds in one moment."""
    await connection.execute(
        """
        UPDATE podcast_errands SET state = 'queued', attempts = 0, setbacks = 0,
            queued_at = NULL, worker_pid = NULL,
            due_at = now() + make_interval(secs => $2 * (0.9 + 0.2 * random()))
        WHERE id = $1
        """,
        errand.id, wait_s,
    )  # fmt: skip


async def _take(connection: Connection, errand: Errand) -> None:
    await connection.execute(
        """
        UPDATE podcast_errands SET state = 'running', attempts = $2,
            lease_until = now() + make_interval(secs => $3),
            (worker_pid, worker_since) = (
                SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()
            )
        WHERE id = $1
        """,
        errand.id, errand.attempt, LEASE_S,
    )  # fmt: skip
    if errand.episode_id is None:
        await connection.execute(
            """
            UPDATE podcast_channels SET status = 'downloading'
            WHERE id = $1 AND refreshed_at IS NULL
            """,
            errand.channel_id,
        )


async def _give_up(connection: Connection, errand: Errand, reason: str) -> None:
    if errand.episode_id is not None:
        await connection.execute(
            """
            UPDATE podcast_episodes SET status = 'error', error_message = $2, content_sha256 = ''
            WHERE id = $1
            """,
            errand.episode_id, reason,
        )  # fmt: skip
        await connection.execute("DELETE FROM podcast_errands WHERE id = $1", errand.id)
        return
    row: Record | None = await connection.fetchrow(
        """
        UPDATE podcast_channels SET status = $2, error_message = $3, failures = failures + 1
        WHERE id = $1 RETURNING failures
        """,
        errand.channel_id, PodcastStatus.ERROR, reason,
    )  # fmt: skip
    wait_s = pause_s(row["failures"]) if row else LONGEST_PAUSE_S
    await put_off(connection, errand, wait_s)
