"""NATS core: what is sent to whoever listens just now."""

import logging
from collections.abc import Callable

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js import JetStreamContext, errors
from nats.js.api import StreamConfig

from services.synth.adapters.buckets import outages
from services.synth.adapters.control_log import ensure
from services.synth.domain.streams import Beat
from services.synth.wire import decode_beat, encode_beat

logger = logging.getLogger(__name__)

PCM = "tutti.synth.v1.pcm."
HEARD = "tutti.synth.v1.heard."
BEAT = "tutti.synth.v1.beat."
BEATS = "tutti-synth-beats"
"""The JetStream stream that keeps the last beat of each replica, for who comes after it."""
WEEK_S = 7 * 24 * 3600.0

Take = Callable[[str, bytes], None]
"""What is done at once with what is heard: the last part of its subject, and its bytes."""


class Ether:
    """Sends and hears."""

    def __init__(self, connection: Client, jetstream: JetStreamContext) -> None:
        self._connection = connection
        self._jetstream = jetstream

    @property
    def connected(self) -> bool:
        """Whether what is sent would arrive, as far as can be known."""
        return self._connection.is_connected

    @property
    def connections(self) -> int:
        """How often it was made anew. What was sent last over the one before may be lost."""
        return self._connection.stats["reconnects"]

    async def send(self, subject: str, payload: bytes) -> bool:
        """Send, and say whether that was possible."""
        if not self._connection.is_connected:
            return False  # or it would be sent, stale, once NATS is back
        try:
            await self._connection.publish(subject, payload)
        except (nats.errors.Error, OSError):
            return False
        return True

    async def beat(self, beat: Beat) -> bool:
        """Send a sign of life."""
        return await self.send(f"{BEAT}{beat.replica}", encode_beat(beat))

    async def last_beat(self, replica: str) -> Beat | None:
        """The last sign of life of a replica that may be no more."""
        try:
            with outages():
                message = await self._jetstream.get_msg(BEATS, subject=f"{BEAT}{replica}")
        except errors.NotFoundError:
            return None
        return decode_beat(message.data or b"")

    async def hear(self, subject: str, take: Take, most: int = 4096) -> Subscription:
        """Take what is heard from now on, until unsubscribed; what is too much is lost."""

        async def taken(message: Msg) -> None:
            try:
                take(message.subject.rpartition(".")[2], message.data)
            except Exception:
                logger.exception("what was heard makes no sense", extra={"subject": subject})

        return await self._connection.subscribe(subject, cb=taken, pending_msgs_limit=most)

    async def flush(self) -> None:
        """Return once NATS has what was sent."""
        with outages():
            await self._connection.flush(timeout=2)


async def ensure_beats(jetstream: JetStreamContext) -> None:
    """Make the stream of beats, where it is missing."""
    config = StreamConfig(name=BEATS, subjects=[f"{BEAT}*"], max_msgs_per_subject=1, max_age=WEEK_S)
    await ensure(jetstream, config)
