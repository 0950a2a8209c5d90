"""What the sweep puts into the queue while nobody works."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from services.ingest.sweep import QUEUE_LOW
from services.ingest.tests.house import eventually

if TYPE_CHECKING:
    from services.ingest.tests.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


async def test_what_is_begun_goes_on_while_much_waits(quiet_house: House) -> None:
    items = [await quiet_house.bring(b"file %d" % n, f"{n}.flac") for n in range(QUEUE_LOW + 10)]
    begun = items[-1].id
    for step, state in (("stage", "done"), ("probe", "queued")):
        await _ask(
            quiet_house,
            "UPDATE steps SET state = $3, queued_at = NULL WHERE item_id = $1 AND name = $2",
            begun, step, state,
        )  # fmt: skip
    await eventually(lambda: _told(quiet_house, begun, "probe"))
    await _ask(quiet_house, "UPDATE steps SET queued_at = NULL WHERE item_id = $1", items[0].id)
    await asyncio.sleep(3 * quiet_house.settings.sweep_s)
    assert not await _told(quiet_house, items[0].id, "stage")


async def _told(house: House, item_id: str, step: str) -> bool:
    """Whether the queue was told of this step."""
    query = "SELECT queued_at IS NOT NULL FROM steps WHERE item_id = $1 AND name = $2"
    return bool(await _ask(house, query, item_id, step))


async def _ask(house: House, query: str, *arguments: object) -> object:
    """Reach around the service."""
    connection = await asyncpg.connect(house.settings.database_url)
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()
