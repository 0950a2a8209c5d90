"""Moments from which streams go on, in NATS."""

import asyncio
import logging
import zlib
from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import DecodeError

from libs.common.faults import InvalidInput
from services.synth.adapters.buckets import Bucket
from services.synth.domain.streams import Snapshot
from services.synth.wire import SNAPSHOT_VERSION, decode_snapshot, encode_snapshot
from tutti.synth.v1 import replicas_pb2

logger = logging.getLogger(__name__)
Given = TypeVar("Given")
Made = TypeVar("Made")

BUCKET = "tutti-synth-snapshots"
SAMPLE_BYTES = 16_384
PAYS = 0.7
"""Sound is deflated where a sample of it shrinks to this or less."""
LARGEST_SOUND_BYTES = 32 * 2**20
"""Deflated sound that claims to be more is not sound of ours."""
OFF_LOOP_BYTES = 100_000
"""More than this is not squeezed on the event loop."""


class Snapshots:
    """The last moment of each stream."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def read(self, stream_id: str) -> tuple[Snapshot | None, int]:
        """The moment, if there is one that can be read, and the revision to replace it."""
        entry = await self._bucket.read(stream_id)
        if not entry.value:
            return None, entry.revision
        try:
            return await _off_loop(unpacked, entry.value, len(entry.value)), entry.revision
        except (DecodeError, InvalidInput, zlib.error) as error:
            facts = {"stream": stream_id, "reason": repr(error)}
            logger.warning("a snapshot cannot be read", extra=facts)
            return None, entry.revision

    async def write(self, stream_id: str, snapshot: Snapshot, after: int) -> int:
        """Replace the moment of a revision. Raises Overtaken."""
        payload = await _off_loop(packed, snapshot, len(snapshot.sound))
        return await self._bucket.write(stream_id, payload, after)

    async def forget(self, stream_id: str) -> None:
        """Remove it."""
        entry = await self._bucket.read(stream_id)
        if entry.value is not None:
            await self._bucket.forget(stream_id, entry.revision)


def packed(snapshot: Snapshot) -> bytes:
    """A moment as bytes, deflated where that pays."""
    sound = snapshot.sound
    middle = max(0, len(sound) // 2 - SAMPLE_BYTES // 2)
    sample = sound[middle : middle + SAMPLE_BYTES]
    deflated = len(zlib.compress(sample, 1)) <= PAYS * len(sample)
    return encode_snapshot(
        snapshot, zlib.compress(sound, 1) if deflated else sound, deflated=deflated
    )


def unpacked(payload: bytes) -> Snapshot:
    """A moment from bytes. Raises InvalidInput, DecodeError, zlib.error."""
    message = replicas_pb2.Snapshot.FromString(payload)
    if message.version != SNAPSHOT_VERSION:
        problem = f"a snapshot must be of version {SNAPSHOT_VERSION}, not {message.version}"
        raise InvalidInput(problem)
    sound = message.sound
    if message.deflated:
        sound = zlib.decompressobj().decompress(sound, LARGEST_SOUND_BYTES)
    return decode_snapshot(message, sound)


async def _off_loop(work: Callable[[Given], Made], given: Given, size_bytes: int) -> Made:
    return await asyncio.to_thread(work, given) if size_bytes > OFF_LOOP_BYTES else work(given)
