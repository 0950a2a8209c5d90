"""The bus: NATS JetStream. One stream holds every event, another those nobody could handle."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import nats.errors
from nats.aio.client import Client
from nats.js import errors

from libs.common.events.connection import open_connection
from libs.common.events.event import Event, Fact
from libs.common.events.listener import PAUSES_S, Listener
from libs.common.events.streams import STREAM, ensure_streams
from libs.common.faults import CannotStart, Unavailable

PING_S = 1


class JetStreamBus:
    """A bus that survives restarts, its own and those of NATS.

    Parameters
    ----------
    connection
        An open connection to NATS.
    pauses_s
        How long to wait before each further try of a fact whose handler failed;
        after the last one the fact goes to the dead-letter stream.
    """

    def __init__(self, connection: Client, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._connection = connection
        self._jetstream = connection.jetstream(timeout=5)
        self._pauses_s = pauses_s
        self._listeners: list[Listener] = []

    async def publish(self, event: Event) -> int:
        """Return once the stream has stored the event."""
        headers = {"Nats-Msg-Id": event.id}
        if event.traceparent:
            headers["traceparent"] = event.traceparent
        try:
            return await self._stored(event, headers)
        except (nats.errors.Error, OSError) as error:
            raise Unavailable("the event bus cannot be reached") from error

    @property
    def reconnects(self) -> int:
        """How often the connection broke and was made again."""
        return self._connection.stats["reconnects"]

    async def ping(self) -> None:
        """Ask for a sign of life."""
        try:
            if not self._connection.is_connected:
                raise Unavailable("the event bus cannot be reached")
            # A mere ping would do for NATS whose disk was full, which keeps no streams any more.
            await self._connection.jetstream(timeout=PING_S).stream_info(STREAM)
        except (nats.errors.Error, OSError) as error:
            raise Unavailable("the event bus cannot be reached") from error

    async def ensure_streams(self) -> None:
        """Make the streams where they are missing."""
        try:
            await ensure_streams(self._jetstream)
        except nats.errors.Error as error:
            raise CannotStart(f"NATS keeps no streams: {error!r}", "nats_url") from None

    async def _stored(self, event: Event, headers: dict[str, str]) -> int:
        publish = partial(self._jetstream.publish, event.subject, event.payload, headers=headers)
        try:
            return (await publish()).seq
        except errors.NoStreamResponseError:
            await ensure_streams(self._jetstream)  # NATS has lost its data
            return (await publish()).seq

    async def holds(self, position: int, event_id: str) -> bool:
        """Look at the very message: after a loss another may stand at its position."""
        try:
            message = await self._jetstream.get_msg(STREAM, position)
        except errors.NotFoundError:
            return await self._expired(position)
        except (nats.errors.Error, OSError) as error:
            raise Unavailable("the event bus cannot be reached") from error
        return (message.headers or {}).get("Nats-Msg-Id") == event_id

    async def _expired(self, position: int) -> bool:
        try:
            state = (await self._jetstream.stream_info(STREAM)).state
        except errors.NotFoundError:
            return False
        return position < state.first_seq and position <= state.last_seq

    async def subscribe(
        self, fact: type[Fact], listener: str, handle: Callable[[Fact], Awaitable[None]]
    ) -> None:
        """Listen from now on, and first to all that came since this name last listened."""

        async def decode(payload: bytes) -> None:
            await handle(fact.FromString(payload))

        consumer = Listener(
            self._jetstream, fact.DESCRIPTOR.full_name, listener, decode, self._pauses_s
        )
        await consumer.start()
        self._listeners.append(consumer)

    async def stop_listening(self, grace_s: float) -> None:
        """Take no more events, and let handlers finish what they hold."""
        await asyncio.gather(*(listener.stop(grace_s) for listener in self._listeners))
        self._listeners.clear()


@asynccontextmanager
async def open_bus(
    nats_url: str, pauses_s: Sequence[float] = PAUSES_S
) -> AsyncGenerator[JetStreamBus]:
    """Connect to NATS for good: a connection that breaks is made again until the context ends."""
    async with open_connection(nats_url) as connection:
        bus = JetStreamBus(connection, pauses_s)
        await bus.ensure_streams()
        try:
            yield bus
        finally:
            await bus.stop_listening(grace_s=5.0)
