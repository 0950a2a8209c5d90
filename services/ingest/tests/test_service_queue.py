"""What the sweep puts into the queue while nobody works."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import psutil
import pytest

from scripts.servers import running_servers
from services.ingest.sweep import QUEUE_LOW
from services.ingest.tests.house import eventually
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize(("age", "counts"), [(0, (1, 0)), (9999, (0, 1))])
async def test_a_restart_of_the_database_is_no_attempt(
    quiet_house: House, age: int, counts: tuple[int, int]
) -> None:
    item = await quiet_house.bring(b"a file", "a.flac")
    lost = """
        UPDATE steps SET state = 'running', attempts = 1, lease_until = now() + interval '1 hour',
            worker_pid = 0, worker_since = now() - $2::interval
        WHERE item_id = $1 AND name = 'stage'
    """
    await _ask(quiet_house, lost, item.id, timedelta(days=age))
    step = await quiet_house.until(item.id, "stage", pb.STEP_STATE_QUEUED)
    query = "SELECT setbacks FROM steps WHERE item_id = $1 AND name = 'stage'"
    assert (step.attempts, await _ask(quiet_house, query, item.id)) == counts


async def test_the_statistics_tell_that_a_session_was_killed(tmp_path: Path) -> None:
    async with running_servers(tmp_path) as servers:
        doomed = await asyncpg.connect(servers.postgres_url)
        began = await doomed.fetchval("SELECT now()")
        psutil.Process(doomed.get_server_pid()).kill()
        async with asyncio.timeout(60):
            while True:
                try:
                    witness = await asyncpg.connect(servers.postgres_url)
                except (OSError, asyncpg.PostgresError):
                    await asyncio.sleep(0.1)
                else:
                    break
        assert await witness.fetchval("SELECT stats_reset FROM pg_stat_bgwriter") > began
        await witness.close()


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
