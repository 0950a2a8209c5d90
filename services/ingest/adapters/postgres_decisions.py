"""What people decide about items: which duplicate stays, what is forgotten, what is done again."""

from collections.abc import Sequence
from uuid import UUID

from libs.common.faults import FailedPrecondition, InvalidInput
from libs.common.postgres import Connection, Pool, transaction
from services.ingest.adapters.postgres_items import ITEM, item_of, uuid_or_none
from services.ingest.adapters.postgres_library import mark_unneeded
from services.ingest.adapters.postgres_steps import free_ready_steps
from services.ingest.adapters.postgres_uploads import begin
from services.ingest.domain.duplicates import Decision
from services.ingest.domain.items import DISMISSIBLE, REPEATABLE, Item, ItemState, UnknownItem
from services.ingest.domain.pipeline import Step, StepState, Turn, Urgency, following

Queued = dict[int, Turn]


class PostgresDecisions:
    """Each method returns the steps that may begin because of it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def decide(self, user_id: str, item_id: str, decision: Decision) -> Queued:
        """Judge the item again with the person's word, or end it as a duplicate."""
        async with transaction(self._pool) as connection:
            item = await _locked(connection, user_id, item_id)
            item.require([ItemState.UNDECIDED], "decided about")
            if decision is Decision.DISCARD:
                await connection.execute(
                    "UPDATE items SET state = 'duplicate', decision = $2 WHERE id = $1",
                    item.id, decision,
                )  # fmt: skip
                await mark_unneeded(connection, [item.content_sha256])
                return {}
            await connection.execute(
                "UPDATE items SET state = 'processing', decision = $2 WHERE id = $1",
                item.id, decision,
            )  # fmt: skip
            return await _repeat(connection, item.id, [Step.DUPLICATES])

    async def dismiss(self, user_id: str, item_id: str) -> None:
        """Take the item out of the list; its bytes are removed unless others need them."""
        async with transaction(self._pool) as connection:
            item = await _locked(connection, user_id, item_id)
            if item.state is ItemState.DISMISSED:
                return
            item.require(DISMISSIBLE, "dismissed")
            await connection.execute(
                "UPDATE items SET state = 'dismissed', current_step = '' WHERE id = $1", item.id
            )
            await mark_unneeded(connection, [item.content_sha256])

    async def hasten(self, item_id: str) -> Queued:
        """Begin the item, if it was not, and let its steps go before those of others."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(
                """
                UPDATE items SET urgency = $2 FROM (
                    SELECT id, begun FROM items
                    WHERE id = $1 AND state IN ('waiting', 'processing') FOR UPDATE
                ) AS before
                WHERE items.id = before.id RETURNING before.begun
                """,
                uuid_or_none(item_id), Urgency.ASKED,
            )  # fmt: skip
            if row is None:
                return {}
            if not row["begun"]:
                return await begin(connection, [UUID(item_id)])
            rows = await connection.fetch(
                "SELECT id, name FROM steps WHERE item_id = $1 AND state = 'queued'",
                uuid_or_none(item_id),
            )
            return {row["id"]: Turn(Step(row["name"]), Urgency.ASKED) for row in rows}

    async def rerun(self, item_id: str, step: str) -> Queued:
        """Do a step again with all that follow; without a step the failed ones, or else all."""
        async with transaction(self._pool) as connection:
            item = await _locked(connection, "", item_id)
            item.require(REPEATABLE, "run again")
            steps = [_step(step)] if step else await _failed_or_all(connection, item)
            published = item.state is ItemState.PUBLISHED
            if published and Step.STAGE in steps:
                raise FailedPrecondition("a published file lies in the store: run another step")
            again = following(steps)
            if published:
                # Its duplicates were judged before it became a track.
                again = (again - {Step.DUPLICATES}) | {Step.PUBLISH}
            else:
                await connection.execute(
                    """
                    UPDATE items SET state = 'processing', reason_code = '', reason = '',
                        cleared = cleared AND NOT $2
                    WHERE id = $1
                    """,
                    item.id, Step.DUPLICATES in again,
                )  # fmt: skip
            return await _repeat(connection, item.id, sorted(again))

    async def refresh_outdated(self, most: int) -> tuple[int, Queued]:
        """Queue what was done by another engine than the workers run now, for each content once.

        Returns how many steps that is, and which of them may begin.
        """
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(
                """
                WITH latest AS (
                    SELECT DISTINCT ON (content_sha256) id FROM items WHERE state = 'published'
                    ORDER BY content_sha256, position DESC
                )
                SELECT s.item_id, array_agg(s.name) AS names
                FROM steps s JOIN latest ON latest.id = s.item_id JOIN engines e ON e.step = s.name
                WHERE s.state = 'done'
                    AND (s.engine, s.engine_version) <> (e.engine, e.engine_version)
                GROUP BY s.item_id LIMIT $1
                """,
                most,
            )
            count, queued = 0, Queued()
            for row in rows:
                item = await _locked(connection, "", str(row["item_id"]))
                queued |= await _repeat(
                    connection, item.id, [*row["names"], Step.PUBLISH], anew=False
                )
                count += len(row["names"])
            return count, queued


async def _locked(connection: Connection, user_id: str, item_id: str) -> Item:
    row = await connection.fetchrow(
        f"SELECT {ITEM} FROM items WHERE id = $1 AND $2 IN ('', user_id) FOR UPDATE",
        uuid_or_none(item_id), user_id,
    )  # fmt: skip
    if row is None:
        raise UnknownItem("there is no such file among yours")
    return item_of(row)


def _step(name: str) -> Step:
    try:
        return Step(name)
    except ValueError:
        raise InvalidInput(f"step must be one of {', '.join(Step)}") from None


async def _failed_or_all(connection: Connection, item: Item) -> Sequence[Step]:
    rows = await connection.fetch(
        "SELECT name FROM steps WHERE item_id = $1 AND state = 'failed'", item.id
    )
    if rows:
        return [Step(row["name"]) for row in rows]
    return [Step.PROBE] if item.content_sha256 else [Step.STAGE]


async def _repeat(
    connection: Connection, item_id: str, steps: Sequence[str], *, anew: bool = True
) -> Queued:
    running = await connection.fetchval(
        """
        SELECT string_agg(name, ', ') FROM steps
        WHERE item_id = $1 AND name = ANY($2) AND state = $3
        """,
        item_id, list(steps), StepState.RUNNING,
    )  # fmt: skip
    if running:
        raise FailedPrecondition(f"{running} runs at this moment; try again when it has ended")
    await connection.execute(
        """
        UPDATE steps SET state = 'blocked', attempts = 0, setbacks = 0, error = '', anew = $3
        WHERE item_id = $1 AND name = ANY($2)
        """,
        item_id, list(steps), anew,
    )  # fmt: skip
    return await free_ready_steps(connection, item_id)
