"""What becomes of an item when one of its steps ends. Callers hold the lock on the item."""

from collections.abc import Mapping

from libs.common.postgres import Connection, announce
from services.ingest.domain.pipeline import (
    PIPELINE,
    Step,
    StepState,
    Turn,
    Urgency,
    progress,
    ready,
)
from services.ingest.domain.quarantine import Quarantine
from services.ingest.events import recording_quarantined, recording_withdrawn


async def free_ready_steps(connection: Connection, item_id: str) -> dict[int, Turn]:
    """Note the item's progress, and queue the steps that wait for nothing any more.

    The steps of an item that came to its end stay as they are.
    """
    states = await _states(connection, item_id)
    item = await connection.fetchrow(
        """
        UPDATE items SET progress = $2 WHERE id = $1
        RETURNING state IN ('waiting', 'processing', 'published') AS goes_on, urgency
        """,
        item_id, progress(states),
    )  # fmt: skip
    if item is None or not item["goes_on"]:
        return {}
    rows = await connection.fetch(
        """
        UPDATE steps SET state = 'queued', due_at = now(), queued_at = now()
        WHERE item_id = $1 AND name = ANY($2) RETURNING id, name
        """,
        item_id, list(ready(states)),
    )  # fmt: skip
    longest_first = sorted(rows, key=lambda row: -PIPELINE[Step(row["name"])].weight)
    urgency = Urgency(item["urgency"])
    return {row["id"]: Turn(Step(row["name"]), urgency) for row in longest_first}


async def end_in_quarantine(
    connection: Connection, item_id: str, step: Step, quarantine: Quarantine
) -> None:
    """Fail the step and with it the item. One that is published already stays so, with a note."""
    await connection.execute(
        """
        UPDATE steps SET state = 'failed', error = $3, worker_pid = NULL
        WHERE item_id = $1 AND name = $2
        """,
        item_id, step, quarantine.detail,
    )  # fmt: skip
    await connection.execute(
        "UPDATE steps SET state = 'blocked' WHERE item_id = $1 AND state = 'queued'", item_id
    )
    ended = await connection.fetchrow(
        """
        UPDATE items SET state = 'quarantined', reason_code = $2, reason = $3
        WHERE id = $1 AND state IN ('waiting', 'processing')
        RETURNING user_id, library_id, file_name
        """,
        item_id, quarantine.code, quarantine.reason,
    )  # fmt: skip
    if ended is not None:
        event = recording_quarantined(
            item_id, ended["user_id"], ended["library_id"], ended["file_name"], quarantine
        )
        await announce(connection, event)
        await withdraw(connection, item_id)
        return
    await connection.execute(
        """
        UPDATE items SET notes = array_append(notes, $2)
        WHERE id = $1 AND state = 'published' AND NOT $2 = ANY(notes)
        """,
        item_id, f"It could not be analysed anew. {quarantine.reason}",
    )  # fmt: skip


async def withdraw(connection: Connection, item_id: str) -> None:
    """Have the file's track taken back, if the catalog was told to show one."""
    listed = await connection.fetchval(
        "UPDATE items SET listing = 'none' WHERE id = $1 AND listing = 'listed' RETURNING true",
        item_id,
    )
    if listed:
        await announce(connection, recording_withdrawn(item_id), awaits_result=True)


async def _states(connection: Connection, item_id: str) -> Mapping[Step, StepState]:
    rows = await connection.fetch("SELECT name, state FROM steps WHERE item_id = $1", item_id)
    return {Step(row["name"]): StepState(row["state"]) for row in rows}
