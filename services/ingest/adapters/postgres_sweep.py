"""What has to be looked after although nobody asks: lost claims, the queue, unneeded content."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from libs.common.postgres import Pool, transaction
from services.ingest.adapters.postgres_library import lock_content
from services.ingest.adapters.postgres_objects import forget_objects
from services.ingest.adapters.postgres_turns import removing, turn
from services.ingest.adapters.postgres_uploads import begin
from services.ingest.domain.pipeline import Step, Turn, Urgency

STALE_S = 15.0
"""A queued step nobody took for so long may have been lost by the queue, if that is short."""
SURELY_STALE_S = 300.0
"""The same, however long the queue is: what is begun passes by all that is not."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits, and how many items stand where."""

    queued_steps: int
    running_steps: int
    items: dict[str, int]


class PostgresSweep:
    """The rows the sweep goes by."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def turn(self) -> AbstractAsyncContextManager[bool]:
        """Whether this replica sweeps now: one does at a time."""
        return turn(self._pool, "sweep")

    def removing(self) -> AbstractAsyncContextManager[bool]:
        """Whether objects may be removed now."""
        return removing(self._pool)

    async def recover_lost_claims(self) -> int:
        """Queue the steps whose worker is gone, with the attempt counted.

        No attempt is counted where the database itself was started anew since,
        which the statistics tell also where only its sessions were.
        """
        lost = await self._pool.fetch(
            """
            WITH restarted AS (
                SELECT greatest(pg_postmaster_start_time(), stats_reset) AS at FROM pg_stat_bgwriter
            )
            UPDATE steps s SET state = 'queued', queued_at = NULL, worker_pid = NULL,
                due_at = now(), error = 'the worker stopped in the middle of it',
                attempts = attempts - (worker_since < restarted.at)::int,
                setbacks = setbacks + (worker_since < restarted.at)::int
            FROM restarted
            WHERE state = 'running' AND (lease_until < now() OR NOT EXISTS (
                SELECT FROM pg_stat_activity a
                WHERE a.pid = s.worker_pid AND a.backend_start = s.worker_since
            )) RETURNING id
            """
        )
        return len(lost)

    async def due(self, most: int) -> dict[int, Turn]:
        """Steps the queue should hold and may not, the oldest first; notes them as queued."""
        return await self._noted(most, STALE_S, first_too=True)

    async def due_of_begun(self, most: int) -> dict[int, Turn]:
        """The same for files that are begun, which go on however many others wait."""
        return await self._noted(most, SURELY_STALE_S, first_too=False)

    async def _noted(self, most: int, stale_s: float, *, first_too: bool) -> dict[int, Turn]:
        rows = await self._pool.fetch(
            """
            UPDATE steps SET queued_at = now() FROM (
                SELECT steps.id, urgency FROM steps JOIN items ON items.id = item_id
                WHERE steps.state = 'queued' AND due_at <= now()
                    AND (queued_at IS NULL OR queued_at < now() - make_interval(secs => $2))
                    AND ($3 OR name <> 'stage')
                ORDER BY urgency, steps.id LIMIT $1
            ) AS waiting
            WHERE steps.id = waiting.id RETURNING steps.id, name, urgency
            """,
            most, stale_s, first_too,
        )  # fmt: skip
        in_order = sorted(rows, key=lambda row: (row["urgency"], row["id"]))
        return {row["id"]: Turn(Step(row["name"]), Urgency(row["urgency"])) for row in in_order}

    async def begin_backlog(self, most: int) -> dict[int, Turn]:
        """Let files that are only shown have their steps, once all that can be shown is."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(
                """
                SELECT id FROM items WHERE NOT begun AND state = 'waiting'
                    AND NOT EXISTS (SELECT FROM items WHERE listing = 'due')
                ORDER BY urgency, position LIMIT $1 FOR UPDATE SKIP LOCKED
                """,
                most,
            )
            return await begin(connection, [row["id"] for row in rows])

    async def unneeded_content(self, most: int) -> Sequence[str]:
        """Content to remove now. What turned out to be needed is taken off the list."""
        rows = await self._pool.fetch("SELECT content_sha256 FROM removals LIMIT $1", most)
        return [row["content_sha256"] for row in rows if await self._begin(row["content_sha256"])]

    async def _begin(self, content_sha256: str) -> bool:
        async with transaction(self._pool) as connection:
            await lock_content(connection, content_sha256)
            needed = await connection.fetchval(
                """
                SELECT EXISTS (SELECT FROM recordings WHERE content_sha256 = $1) OR EXISTS (
                    SELECT FROM items WHERE content_sha256 = $1
                    AND state IN ('waiting', 'processing', 'undecided', 'quarantined')
                )
                """,
                content_sha256,
            )
            if needed:
                await connection.execute(
                    "DELETE FROM removals WHERE content_sha256 = $1 AND NOT begun", content_sha256
                )
                return False
            await connection.execute(
                "UPDATE removals SET begun = true WHERE content_sha256 = $1", content_sha256
            )
            await connection.execute(
                """
                UPDATE steps SET state = 'failed', error = 'its content was removed'
                WHERE state IN ('queued', 'running') AND item_id IN (
                    SELECT id FROM items WHERE content_sha256 = $1
                )
                """,
                content_sha256,
            )
            for table in ("results", "fingerprints"):
                await connection.execute(
                    f"DELETE FROM {table} WHERE content_sha256 = $1",
                    content_sha256,
                )
            await forget_objects(connection, content_sha256)
            return True

    async def removed(self, content_sha256: str) -> None:
        """Note that the objects are gone: the same content may come again."""
        await self._pool.execute("DELETE FROM removals WHERE content_sha256 = $1", content_sha256)

    async def backlog(self) -> Backlog:
        """Count for the metrics."""
        steps = await self._pool.fetch(
            "SELECT state, count(*) FROM steps WHERE state IN ('queued', 'running') GROUP BY state"
        )
        items = await self._pool.fetch("SELECT state, count(*) FROM items GROUP BY state")
        count = {row["state"]: row["count"] for row in steps}
        return Backlog(
            count.get("queued", 0),
            count.get("running", 0),
            {row["state"]: row["count"] for row in items},
        )
