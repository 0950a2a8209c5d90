"""The one connection of a worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from libs.common.faults import Unavailable
from libs.common.outages import fault_in
from libs.common.postgres import connect
from services.ingest.adapters.postgres_session import Session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scripts.servers import Servers

pytestmark = pytest.mark.slow


async def test_a_connection_that_broke_is_replaced(
    servers: Servers, database_url: Callable[[str], Awaitable[str]]
) -> None:
    url = await database_url("ingest")
    async with connect(url, "ingest", most=1) as pool:
        session = Session(pool)
        held = await session.connection()
        first = held.get_server_pid()
        administrator = await asyncpg.connect(servers.postgres_url)
        await administrator.execute("SELECT pg_terminate_backend($1)", first)
        await administrator.close()
        assert not await _answers(held)  # now the pool has noticed, and taken it back
        held = await session.connection()
        assert held.get_server_pid() != first
        assert await _answers(held)
        await session.release()


async def _answers(connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> bool:
    try:
        return bool(await connection.fetchval("SELECT 1"))
    except Exception as error:
        if isinstance(fault_in(error), Unavailable):
            return False
        raise
