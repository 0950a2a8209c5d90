"""The one connection of a worker process, held for as long as the process lives.

PostgreSQL notices at once when the process behind a connection dies, however it
dies. A claim names the session it was made in, so a claim whose session is gone
is known to be lost without anybody sending signs of life.
"""

import asyncpg

from libs.common.postgres import Connection, Pool


class Session:
    """Holds a connection of the pool, and takes another when it breaks."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._held: Connection | None = None

    async def connection(self) -> Connection:
        """The connection, for one use at a time."""
        if self._held is not None and _is_gone(self._held):
            await self.release()
        if self._held is None:
            self._held = await self._pool.acquire()
        return self._held

    async def release(self) -> None:
        """Give the connection back."""
        held, self._held = self._held, None
        if held is not None:
            await self._pool.release(held)


def _is_gone(held: Connection) -> bool:
    try:
        return held.is_closed()
    except asyncpg.InterfaceError:
        # The pool takes a connection back as soon as it breaks, and it answers nothing then.
        return True
