"""Connections of one service to its own schema."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from libs.common.events import Bus
from libs.common.faults import CannotStart
from libs.common.postgres.migrations import migrate
from libs.common.postgres.relay import Relay
from libs.common.postgres.transactions import Pool
from libs.common.settings import without_credentials
from libs.common.sockets import ASK_AFTER_S, ASK_EVERY_S, SILENCE_MS, watchful
from libs.common.tasks import end

STATEMENT_TIMEOUT_S = 15
"""No statement of a service runs longer; it would hold a connection others wait for."""


@asynccontextmanager
async def open_pool(url: str, schema: str, migrations: Path, bus: Bus) -> AsyncGenerator[Pool]:
    """Open a database, bring it up to date, and drain its outbox to the bus while it is open."""
    async with connect(url, schema) as pool:
        await migrate(pool, schema, migrations)
        relay = asyncio.create_task(Relay(pool, schema, bus).run(), name=f"{schema} outbox")
        try:
            yield pool
        finally:
            await end(relay)


@asynccontextmanager
async def connect(url: str, schema: str, most: int = 10) -> AsyncGenerator[Pool]:
    """Open a database as it is: for a process beside the one that migrates it.

    ``jsonb`` arrives and leaves as Python objects. Connections that break are
    replaced; what was running on them fails with an exception the transport
    knows as an outage.
    """
    pool = asyncpg.create_pool(
        url,
        min_size=1,
        max_size=most,
        timeout=5,
        command_timeout=2 * STATEMENT_TIMEOUT_S,
        init=_prepare,
        server_settings={
            "application_name": schema,
            "search_path": f"{schema}, extensions",
            "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
            "idle_in_transaction_session_timeout": "60s",
            # The other end as well: a session that is gone gives back its locks and claims.
            "tcp_keepalives_idle": str(ASK_AFTER_S),
            "tcp_keepalives_interval": str(ASK_EVERY_S),
            "tcp_user_timeout": str(SILENCE_MS),
        },
    )
    try:
        await pool
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        where, why = without_credentials(url), str(error) or type(error).__name__
        reason = f"cannot reach PostgreSQL at {where}: {why}"
        raise CannotStart(reason, "database_url") from None
    try:
        yield pool
    finally:
        await _close(pool)


async def _prepare(connection: asyncpg.Connection) -> None:
    # asyncpg takes no socket options, and shows its socket nowhere else.
    transport: asyncio.Transport = connection._transport  # type: ignore[attr-defined]  # noqa: SLF001
    opened = transport.get_extra_info("socket")
    if opened is not None and opened.family in (socket.AF_INET, socket.AF_INET6):
        for option in watchful():
            opened.setsockopt(*option)
    await connection.set_type_codec(
        "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
    )


async def _close(pool: Pool) -> None:
    try:
        async with asyncio.timeout(5):
            await pool.close()
    except TimeoutError:
        pool.terminate()
