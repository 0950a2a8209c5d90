"""Listeners of live streams, as an app would be one."""

from __future__ import annotations

import asyncio
import json
import struct
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import websockets

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from services.gateway.tests.conftest import Site

HEADER = struct.Struct("<2sBBBBHIIQQ")
PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class Heard:
    """A binary frame."""

    flags: int
    codec: int
    sequence: int
    revision: int
    position: int
    sound: bytes

    @classmethod
    def read(cls, message: bytes) -> Heard:
        fields = HEADER.unpack_from(message)
        magic, version, flags, codec, channels, length, sequence, revision, position, _ = fields
        assert (magic, version, channels, length) == (b"TM", 1, 2, HEADER.size)
        return cls(flags, codec, sequence, revision, position, message[length:])


@dataclass(slots=True)
class App:
    """A socket, and what came over it."""

    socket: websockets.ClientConnection
    hello: dict[str, Any]
    frames: list[Heard] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)

    async def take(self) -> None:
        """Take one message."""
        message = await asyncio.wait_for(self.socket.recv(), PATIENCE_S)
        if isinstance(message, bytes):
            self.frames.append(Heard.read(message))
        else:
            self.said.append(json.loads(message))

    async def hear(self, count: int) -> list[Heard]:
        """The first so many frames."""
        while len(self.frames) < count:
            await self.take()
        return self.frames[:count]

    async def told(self, kind: str, **fields: object) -> dict[str, Any]:
        """The first message of a kind with these fields, which may have come already."""
        while True:
            for message in self.said:
                if message["type"] == kind and fields.items() <= message.items():
                    return message
            await self.take()

    async def say(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))


@asynccontextmanager
async def listening(
    site: Site, station_id: str, headers: dict[str, str] | None = None, **query: object
) -> AsyncGenerator[App]:
    """Open a socket, and read its first message."""
    given = "&".join(f"{name.rstrip('_')}={value}" for name, value in query.items())
    address = site.address.replace("http://", "ws://")
    async with websockets.connect(
        f"{address}/ws/stream?id={station_id}&{given}",
        additional_headers=headers or {},
        subprotocols=[websockets.Subprotocol("tutti.v1")],
        max_queue=None,
    ) as socket:
        assert socket.subprotocol == "tutti.v1"
        hello = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))
        assert hello["type"] == "hello"
        yield App(socket, hello)
