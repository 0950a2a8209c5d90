"""What stands before replicas of the gateway: new connections go to those that are ready.

It does what a Service of Kubernetes does, and no more: it never looks into a
connection, never tries one again, and leaves those that stand alone.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

CHUNK_BYTES = 65_536
NARROW = (socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
LOCAL = "127.0.0.1"


class Door:
    """Passes connections on, to one ready replica after another."""

    def __init__(self) -> None:
        self.ready: list[int] = []
        self._turn = 0
        self._open: set[asyncio.Task[None]] = set()

    def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one connection in."""
        task = asyncio.create_task(self._pass(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def close(self) -> None:
        """End what stands."""
        for task in [*self._open]:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._turn += 1
        try:
            if not self.ready:
                return
            port = self.ready[self._turn % len(self.ready)]
            there, back = await asyncio.open_connection(sock=await _narrow(port))
            await asyncio.gather(_copied(reader, back), _copied(there, writer))
        except OSError:
            return
        finally:
            writer.close()


async def _narrow(port: int) -> socket.socket:
    """A connection that holds little, so that a slow reader is felt at its other end."""
    narrow = socket.socket()
    narrow.setblocking(False)
    narrow.setsockopt(*NARROW)
    await asyncio.get_running_loop().sock_connect(narrow, (LOCAL, port))
    return narrow


async def _copied(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while chunk := await source.read(CHUNK_BYTES):
            sink.write(chunk)
            await sink.drain()
    finally:
        with suppress(OSError, RuntimeError):
            sink.close()


@asynccontextmanager
async def door(port: int = 0) -> AsyncGenerator[tuple[Door, str]]:
    """Open the door; yields it with the address people use."""
    opened = Door()
    server = await asyncio.start_server(opened.visit, LOCAL, port, limit=CHUNK_BYTES)
    for listening in server.sockets:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, NARROW[2])
    try:
        yield opened, f"http://{LOCAL}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await opened.close()
