"""The log of changes, in NATS JetStream: what is in it has happened."""

from nats.js import JetStreamContext, errors
from nats.js.api import StorageType, StreamConfig

from libs.common.events import ensure_stream
from services.synth.adapters.buckets import Overtaken, outages
from services.synth.domain.streams import Logged
from services.synth.wire import decode_logged, encode_logged
from tutti.synth.v1.synth_pb2 import LoggedChange

STREAM = "tutti-synth-control"
SUBJECT = "tutti.synth.v1.control."
KEPT = 1000
"""Changes of a stream. Its owner takes no more than half as many without a snapshot."""
APPEND_S = 2.0
"""How long to wait for NATS to say that it has a change."""


class ControlLog:
    """Appends to the log where it ends, and reads on from there."""

    def __init__(self, jetstream: JetStreamContext) -> None:
        self._jetstream = jetstream

    async def append(self, stream_id: str, logged: Logged, after: int) -> int:
        """Add a change behind the one of a sequence. Raises Overtaken where that is not the last.

        Doing it again after no answer came is safe: it is there once.
        """
        headers = {"Nats-Expected-Last-Subject-Sequence": str(after)}
        payload = encode_logged(logged).SerializeToString()
        subject = f"{SUBJECT}{stream_id}"
        try:
            with outages():
                acknowledged = await self._jetstream.publish(
                    subject, payload, timeout=APPEND_S, stream=STREAM, headers=headers
                )
        except Overtaken:
            sequence, last = await self._last(stream_id)
            if last != logged:
                raise
            return sequence  # by an earlier try
        return acknowledged.seq

    async def begin(self, stream_id: str, logged: Logged) -> int:
        """Add the mark of a new owner at the end: whoever wrote before can add nothing more."""
        while True:
            try:
                sequence, _ = await self._last(stream_id)
                return await self.append(stream_id, logged, sequence)
            except Overtaken:
                continue  # the owner before was quick once more

    async def since(self, stream_id: str, sequence: int, until: int) -> list[Logged]:
        """The changes behind a sequence, up to another."""
        found: list[Logged] = []
        while sequence < until:
            try:
                with outages():
                    message = await self._jetstream.get_msg(
                        STREAM, sequence + 1, f"{SUBJECT}{stream_id}", next=True
                    )
            except errors.NotFoundError:
                break
            sequence = message.seq or until
            if sequence <= until:
                found.append(decode_logged(LoggedChange.FromString(message.data or b"")))
        return found

    async def forget(self, stream_id: str) -> None:
        """Remove all changes of a stream."""
        with outages():
            await self._jetstream.purge_stream(STREAM, subject=f"{SUBJECT}{stream_id}")

    async def _last(self, stream_id: str) -> tuple[int, Logged | None]:
        try:
            with outages():
                message = await self._jetstream.get_msg(STREAM, subject=f"{SUBJECT}{stream_id}")
        except errors.NotFoundError:
            return 0, None
        return message.seq or 0, decode_logged(LoggedChange.FromString(message.data or b""))


async def ensure_log(jetstream: JetStreamContext) -> None:
    """Make the stream, where it is missing."""
    config = StreamConfig(
        name=STREAM,
        subjects=[f"{SUBJECT}*"],
        storage=StorageType.FILE,
        max_msgs_per_subject=KEPT,
    )
    await ensure(jetstream, config)


async def ensure(jetstream: JetStreamContext, config: StreamConfig) -> None:
    """Make a stream, where it is missing; one that an operator made stays as it is."""
    with outages():
        await ensure_stream(jetstream, config)
