"""Transactions, each on a connection of its own unless one is joined."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Pool: TypeAlias = asyncpg.Pool
Connection: TypeAlias = PoolConnectionProxy

_joined: ContextVar[tuple[Pool, Connection] | None] = ContextVar("joined", default=None)


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncGenerator[Connection]:
    """Open a transaction on a connection of its own; commit on leaving, roll back on failure.

    Where one is joined it becomes part of that, which alone commits.
    """
    outer = _joined.get()
    if outer is not None and outer[0] is pool:
        async with outer[1].transaction():
            yield outer[1]
        return
    async with pool.acquire() as connection, connection.transaction():
        yield connection


@contextmanager
def joined(pool: Pool, connection: Connection) -> Generator[None]:
    """Have transactions of the pool be part of the one open on this connection."""
    before = _joined.set((pool, connection))
    try:
        yield
    finally:
        _joined.reset(before)
