"""What is said on NATS core: heard by who listens now, and by nobody later."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import nats.errors
from google.protobuf.message import Message
from nats.aio.client import Client
from nats.aio.msg import Msg

from libs.common.events import open_connection

PENDING = 64
"""Messages between NATS and us; we take each at once, and drop the oldest ourselves."""
PCM = "tutti.synth.v1.pcm"
HEARD = "tutti.synth.v1.heard"
ROOM = "tutti.gateway.v1.room"


class Airwaves:
    """Says and hears messages."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection

    async def listen(
        self, subject: str, hear: Callable[[bytes], None]
    ) -> Callable[[], Awaitable[None]]:
        """Hear what is said from now on. Returns what ends it."""

        async def came(message: Msg) -> None:
            hear(message.data)

        subscription = await self._connection.subscribe(
            subject, cb=came, pending_msgs_limit=PENDING
        )

        async def end() -> None:
            with suppress(nats.errors.Error, OSError):  # then it has ended with the connection
                await subscription.unsubscribe()

        return end

    async def say(self, subject: str, message: Message) -> None:
        """Tell whoever listens. It is lost while NATS is away."""
        if self._connection.is_connected:
            with suppress(nats.errors.Error, OSError):
                await self._connection.publish(subject, message.SerializeToString())


@asynccontextmanager
async def open_airwaves(nats_url: str) -> AsyncGenerator[Airwaves]:
    """Connect on a line of its own, which sound may fill without holding facts back."""
    async with open_connection(nats_url) as connection:
        yield Airwaves(connection)
