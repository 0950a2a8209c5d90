"""Frames of streams for internal callers, as NATS carries them to everybody."""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncGenerator

from libs.common.tasks import end
from services.synth.adapters.ether import HEARD, PCM, Ether
from tutti.synth.v1.synth_pb2 import Frame, Heard

MOST_WAITING = 50
"""Frames that wait for a slow caller, who then loses the oldest: 5 s."""
SILENT_S = 10.0
"""A stream that is silent for so long has ended, or rests."""
SAY_EVERY_S = 5.0


class ListeningIn:
    """Hears streams on behalf of callers, and says so."""

    def __init__(self, ether: Ether, replica: str) -> None:
        self._ether = ether
        self._replica = replica
        self._numbers = itertools.count()

    async def frames(self, stream_id: str) -> AsyncGenerator[Frame]:
        """Yield frames until the stream has been silent for a while."""
        waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        there = asyncio.Event()

        def take(_stream_id: str, payload: bytes) -> None:
            waiting.append(payload)
            there.set()

        subscription = await self._ether.hear(f"{PCM}{stream_id}", take, MOST_WAITING)
        by = f"{self._replica}/{next(self._numbers)}"
        saying = asyncio.create_task(self._say(stream_id, by))
        epoch = 0
        try:
            while await _within(SILENT_S, there):
                there.clear()
                while waiting:
                    frame = Frame.FromString(waiting.popleft())
                    if frame.epoch >= epoch:
                        epoch = frame.epoch
                        yield frame
        finally:
            await end(saying)
            await subscription.unsubscribe()
            await self._ether.send(f"{HEARD}{stream_id}", _heard(by, 0))

    async def _say(self, stream_id: str, by: str) -> None:
        while True:
            await self._ether.send(f"{HEARD}{stream_id}", _heard(by, 1))
            await asyncio.sleep(SAY_EVERY_S)


def _heard(by: str, listeners: int) -> bytes:
    return Heard(by=by, listeners=listeners).SerializeToString()


async def _within(patience_s: float, event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(patience_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
