"""Steps from a worker's point of view: claim one, and say how it went.

Every transaction that changes steps locks their item first, so that two steps
of one item that end together see each other.
"""

from collections.abc import Awaitable, Callable, Mapping

from asyncpg import Record

from libs.common.postgres import Connection
from services.ingest.adapters.postgres_objects import note_objects
from services.ingest.adapters.postgres_session import Session
from services.ingest.adapters.postgres_steps import end_in_quarantine, free_ready_steps
from services.ingest.domain.claims import Claim, Engine, Outcome
from services.ingest.domain.pipeline import MOST_ATTEMPTS, PIPELINE, Step, StepState, Turn
from services.ingest.domain.quarantine import Quarantine

Result = Mapping[str, object]
Settle = Callable[[Connection, Claim, Outcome], Awaitable[StepState]]


class PostgresClaims:
    """Claims of one worker process."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def enlist(self, engines: Mapping[Step, Engine]) -> None:
        """Note which engines the workers run now."""
        connection = await self._session.connection()
        await connection.executemany(
            """
            INSERT INTO engines (step, engine, engine_version) VALUES ($1, $2, $3)
            ON CONFLICT (step) DO UPDATE SET
                engine = excluded.engine, engine_version = excluded.engine_version
            """,
            [(step, engine.name, engine.version) for step, engine in engines.items()],
        )

    async def claim(self, step_id: int) -> Claim | None:
        """Take the step, or None where it is not to be had: claimed, done or not due.

        Commits before any work begins, so that an attempt that kills this
        process is counted.
        """
        connection = await self._session.connection()
        async with connection.transaction():
            item = await connection.fetchrow(
                """
                SELECT id, user_id, library_id, file_name, size_bytes, upload_id, source_path,
                    content_sha256, track_id, replaces_track_id, decision, state, traceparent
                FROM items WHERE id = (SELECT item_id FROM steps WHERE id = $1) FOR UPDATE
                """,
                step_id,
            )
            step = await connection.fetchrow(
                """
                SELECT id, name, attempts, setbacks, anew FROM steps
                WHERE id = $1 AND state = 'queued' AND due_at <= now()
                """,
                step_id,
            )
            if item is None or step is None:
                return None
            claim = _claim(item, step)
            if claim.attempt > MOST_ATTEMPTS:
                why = f"the {claim.step} step never came back from {MOST_ATTEMPTS} attempts"
                await end_in_quarantine(
                    connection, claim.item_id, claim.step, Quarantine.gave_up(why)
                )
                return None
            await _take(connection, claim)
            return claim

    async def known_result(self, claim: Claim, engine: Engine | None) -> Result | None:
        """What the same engine found in the same content before."""
        if engine is None or claim.anew:
            return None
        connection = await self._session.connection()
        found: Result | None = await connection.fetchval(
            """
            SELECT result FROM results
            WHERE content_sha256 = $1 AND step = $2 AND engine = $3 AND engine_version = $4
            """,
            claim.content_sha256, claim.step, engine.name, engine.version,
        )  # fmt: skip
        return found

    async def finish(self, claim: Claim, outcome: Outcome, settle: Settle) -> dict[int, Turn]:
        """Close the step with all that follows from it. Returns the steps that may begin now."""
        connection = await self._session.connection()
        async with connection.transaction():
            if not await _still_held(connection, claim):
                return {}
            if outcome.engine is not None and not outcome.known:
                await _keep(connection, claim, outcome.engine, outcome)
            await note_objects(connection, claim.content_sha256, claim.step, outcome.stored)
            state = await settle(connection, claim, outcome)
            engine = outcome.engine or Engine("", "")
            await connection.execute(
                """
                UPDATE steps SET state = $2, engine = $3, engine_version = $4, duration_ms = $5,
                    error = '', anew = false, worker_pid = NULL
                WHERE id = $1
                """,
                claim.step_id, state, engine.name, engine.version, outcome.duration_ms,
            )  # fmt: skip
            return await free_ready_steps(connection, claim.item_id)

    async def postpone(self, claim: Claim, wait_s: float, reason: str, *, setback: bool) -> None:
        """Put the step back for a while. It was no attempt: nothing is wrong with the file."""
        connection = await self._session.connection()
        async with connection.transaction():
            if await _still_held(connection, claim):
                await connection.execute(
                    """
                    UPDATE steps SET state = 'queued', attempts = attempts - 1, error = $3,
                        setbacks = setbacks + $4, queued_at = NULL, worker_pid = NULL,
                        due_at = now() + make_interval(secs => $2)
                    WHERE id = $1
                    """,
                    claim.step_id, wait_s, reason, int(setback),
                )  # fmt: skip

    async def refuse(self, claim: Claim, quarantine: Quarantine) -> None:
        """End the item: the file is at fault, and trying again changes nothing."""
        connection = await self._session.connection()
        async with connection.transaction():
            if await _still_held(connection, claim):
                await end_in_quarantine(connection, claim.item_id, claim.step, quarantine)

    async def fail(self, claim: Claim, quarantine: Quarantine, wait_s: float) -> None:
        """Count the attempt as failed; after the last one, end the item."""
        if claim.attempt >= MOST_ATTEMPTS:
            await self.refuse(claim, quarantine)
            return
        connection = await self._session.connection()
        async with connection.transaction():
            if await _still_held(connection, claim):
                await connection.execute(
                    """
                    UPDATE steps SET state = 'queued', error = $3, queued_at = NULL,
                        worker_pid = NULL, due_at = now() + make_interval(secs => $2)
                    WHERE id = $1
                    """,
                    claim.step_id, wait_s, quarantine.detail,
                )  # fmt: skip


def _claim(item: Record, step: Record) -> Claim:
    return Claim(
        step_id=step["id"],
        step=Step(step["name"]),
        attempt=step["attempts"] + 1,
        setbacks=step["setbacks"],
        anew=step["anew"],
        item_id=str(item["id"]),
        user_id=item["user_id"],
        library_id=item["library_id"],
        file_name=item["file_name"],
        size_bytes=item["size_bytes"],
        upload_id=item["upload_id"] and str(item["upload_id"]),
        source_path=item["source_path"],
        content_sha256=item["content_sha256"],
        track_id=item["track_id"],
        replaces_track_id=item["replaces_track_id"],
        decision=item["decision"],
        published=item["state"] == "published",
        traceparent=item["traceparent"],
    )


async def _take(connection: Connection, claim: Claim) -> None:
    await connection.execute(
        """
        UPDATE steps SET state = 'running', attempts = $2,
            lease_until = now() + make_interval(secs => $3),
            (worker_pid, worker_since) = (
                SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()
            )
        WHERE id = $1
        """,
        claim.step_id, claim.attempt, PIPELINE[claim.step].limit_s + 120,
    )  # fmt: skip
    await connection.execute(
        """
        UPDATE items SET current_step = $2,
            state = CASE WHEN state = 'waiting' THEN 'processing' ELSE state END
        WHERE id = $1
        """,
        claim.item_id, claim.step,
    )  # fmt: skip


async def _still_held(connection: Connection, claim: Claim) -> bool:
    """Whether nobody took the step over meanwhile; locks the item.

    A step the sweep took for lost and nobody claimed since is held still.
    """
    await connection.execute("SELECT 1 FROM items WHERE id = $1 FOR UPDATE", claim.item_id)
    held = await connection.fetchval(
        "SELECT true FROM steps WHERE id = $1 AND attempts = $2 AND state IN ('running', 'queued')",
        claim.step_id, claim.attempt,
    )  # fmt: skip
    return bool(held)


async def _keep(connection: Connection, claim: Claim, engine: Engine, outcome: Outcome) -> None:
    """Remember what was found, for this item and others with the same content."""
    await connection.execute(
        """
        INSERT INTO results (content_sha256, step, engine, engine_version, result, duration_ms)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (content_sha256, step, engine, engine_version) DO UPDATE SET
            result = excluded.result, duration_ms = excluded.duration_ms, made_at = now()
        """,
        claim.content_sha256, claim.step, engine.name, engine.version,
        outcome.result, outcome.duration_ms,
    )  # fmt: skip
