"""Whose turn it is: work that one replica does at a time, and what waits for a backup."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from libs.common.postgres import Pool

BACKUP = "'tutti.backup'"
"""Held, shared, by whoever takes a backup, in whichever schema: scripts/backup names it too."""


@asynccontextmanager
async def turn(pool: Pool, work: str) -> AsyncGenerator[bool]:
    """Whether this replica does this work now, for as long as the context is open."""
    async with _alone(pool, f"current_schema() || '.{work}'") as mine:
        yield mine


@asynccontextmanager
async def removing(pool: Pool) -> AsyncGenerator[bool]:
    """Whether objects may be removed now: not while a backup copies what its rows refer to."""
    async with _alone(pool, BACKUP) as allowed:
        yield allowed


@asynccontextmanager
async def _alone(pool: Pool, lock: str) -> AsyncGenerator[bool]:
    async with pool.acquire() as connection:
        mine = await connection.fetchval(f"SELECT pg_try_advisory_lock(hashtext({lock}))")
        try:
            yield bool(mine)
        finally:
            if mine and not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock_all()")
