"""What has to be looked after of podcasts although nobody asks: errands, and files to remove."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from libs.common.postgres import Pool, transaction
from services.ingest.adapters.postgres_library import lock_content
from services.ingest.adapters.postgres_turns import removing, turn

STALE_S = 60.0
"""An errand that nobody took for so long may have been lost by the queue."""


class PostgresErrandSweep:
    """The rows that the sweep of errands goes by."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def turn(self) -> AbstractAsyncContextManager[bool]:
        """Whether this replica sweeps now: one does at a time."""
        return turn(self._pool, "errands")

    def removing(self) -> AbstractAsyncContextManager[bool]:
        """Whether objects may be removed now."""
        return removing(self._pool)

    async def recover_lost_claims(self) -> int:
        """Queue the errands whose worker is gone, with the attempt counted."""
        lost = await self._pool.fetch(
            """
            UPDATE podcast_errands t SET state = 'queued', queued_at = NULL, worker_pid = NULL,
                due_at = now()
            WHERE state = 'running' AND (lease_until < now() OR NOT EXISTS (
                SELECT FROM pg_stat_activity a
                WHERE a.pid = t.worker_pid AND a.backend_start = t.worker_since
            )) RETURNING id
            """
        )
        return len(lost)

    async def due(self, at_once: int) -> Sequence[int]:
        """Errands the queue should hold and may not, feeds first; notes them as queued.

        Parameters
        ----------
        at_once
            How many may be in the queue or under way together.
        """
        rows = await self._pool.fetch(
            """
            WITH told AS (
                SELECT count(*) AS count FROM podcast_errands WHERE state = 'running'
                    OR (due_at <= now() AND queued_at >= now() - make_interval(secs => $2))
            )
            UPDATE podcast_errands SET queued_at = now() WHERE id IN (
                SELECT id FROM podcast_errands
                WHERE state = 'queued' AND due_at <= now()
                    AND (queued_at IS NULL OR queued_at < now() - make_interval(secs => $2))
                ORDER BY episode_id IS NOT NULL, due_at, id
                LIMIT (SELECT greatest(0, $1 - count) FROM told)
            ) RETURNING id
            """,
            at_once, STALE_S,
        )  # fmt: skip
        return [row["id"] for row in rows]

    async def unneeded(self, most: int) -> Sequence[str]:
        """Files to remove now. What turned out to be needed is taken off the list."""
        rows = await self._pool.fetch("SELECT content_sha256 FROM podcast_removals LIMIT $1", most)
        return [row["content_sha256"] for row in rows if await self._begin(row["content_sha256"])]

    async def _begin(self, content_sha256: str) -> bool:
        async with transaction(self._pool) as connection:
            await lock_content(connection, content_sha256)
            needed = await connection.fetchval(
                "SELECT EXISTS (SELECT FROM podcast_episodes WHERE content_sha256 = $1)",
                content_sha256,
            )
            await connection.execute(
                "DELETE FROM podcast_removals WHERE content_sha256 = $1 AND NOT begun"
                if needed
                else "UPDATE podcast_removals SET begun = true WHERE content_sha256 = $1",
                content_sha256,
            )
            return not needed

    async def removed(self, content_sha256: str) -> None:
        """Note that the file is gone: the same may come again."""
        await self._pool.execute(
            "DELETE FROM podcast_removals WHERE content_sha256 = $1", content_sha256
        )
