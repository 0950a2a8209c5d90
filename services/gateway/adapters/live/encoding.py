"""A stream as it is encoded, apart from the event loop."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from libs.common.tasks import end
from services.gateway.adapters.live.codings import Coding, Encoded
from services.gateway.adapters.live.figures import ENCODE_SECONDS
from services.gateway.domain.live.order import KEPT, Ring
from services.gateway.wire.sound import Moment

if TYPE_CHECKING:
    from services.gateway.adapters.live.encoders import Encoder

logger = logging.getLogger(__name__)


class Encoding:
    """Encodes what it is fed in a thread, and tells of it in order.

    Where the threads do not keep up it drops the oldest moments, and listeners hear a gap.
    """

    def __init__(self, coding: Coding, threads: Executor, ready: Callable[[Encoded], None]) -> None:
        self._coding = coding
        self._threads = threads
        self._ready = ready
        self._encoder: Encoder | None = None
        self._waiting: deque[Moment] = deque(maxlen=KEPT)
        self._came = asyncio.Event()
        self.recent: Ring[Encoded] = Ring()
        self._task = asyncio.create_task(self._work())

    def feed(self, *moments: Moment) -> None:
        """Encode these next."""
        self._waiting.extend(moments)
        self._came.set()

    async def close(self) -> None:
        """Encode no more."""
        await end(self._task)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._came.wait()
            self._came.clear()
            moments = list(self._waiting)
            self._waiting.clear()
            for encoded in await loop.run_in_executor(self._threads, self._encode, moments):
                self.recent.add(encoded)
                self._ready(encoded)

    def _encode(self, moments: Sequence[Moment]) -> list[Encoded]:
        # Loads 20 MiB, once somebody listens.
        from services.gateway.adapters.live.encoders import Encoder, EncoderFailed  # noqa: PLC0415

        started_s = time.perf_counter()
        try:
            encoder = self._encoder = self._encoder or Encoder(self._coding)
            return [encoder.encode(moment) for moment in moments]
        except EncoderFailed:
            logger.exception("an encoder failed, and begins anew", extra={"coding": self._coding})
            self._encoder = None
            return []
        finally:
            ENCODE_SECONDS.labels(self._coding).observe(time.perf_counter() - started_s)
