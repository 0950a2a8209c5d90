"""HLS: a stream in segments of two seconds, which all replicas cut and number alike."""

import asyncio
import logging
import time
from collections import OrderedDict
from contextlib import suppress

from libs.common.cache import Cache
from libs.common.faults import NotFound, Unavailable
from libs.common.tasks import end
from services.gateway.adapters.live.codings import AAC_SAMPLES, Encoded
from services.gateway.domain.live.containers import adts, time_stamp
from services.gateway.domain.live.packets import RATE_HZ

logger = logging.getLogger(__name__)

PACKETS = 86
SAMPLES = PACKETS * AAC_SAMPLES
"""A segment begins at a multiple of these: its number is its position."""
LISTED = 6
KEPT = 10
SHARED_S = 60.0
"""How long other replicas find a segment, for players come to any."""
FIRST_WITHIN_S = 8.0
IDLE_S = 15.0
"""Whoever has not asked for so long listens no more."""


class Segments:
    """The latest segments of a stream, and who asks for them."""

    def __init__(self, station_id: str, cache: Cache) -> None:
        self._station_id = station_id
        self._cache = cache
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._open: list[bytes] = []
        self._number = -1
        self._first = asyncio.Event()
        self._asked_s: dict[str, float] = {}
        self._to_share: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue(KEPT)
        self._task = asyncio.create_task(self._share())

    def __len__(self) -> int:
        """How many listen: players say nothing, but ask again and again."""
        since_s = time.monotonic() - IDLE_S
        self._asked_s = {who: at_s for who, at_s in self._asked_s.items() if at_s > since_s}
        return len(self._asked_s)

    def add(self, encoded: Encoded) -> None:
        """Put what was encoded where it belongs. A segment with a hole is none."""
        for coded in encoded.packets:
            number = coded.start // SAMPLES
            if number != self._number:
                if number < self._number:
                    self._kept.clear()
                self._number, self._open = number, []
            self._open.append(adts(coded.sound))
            if len(self._open) == PACKETS:
                whole = time_stamp(number * SAMPLES) + b"".join(self._open)
                self._keep(number, whole)
                with suppress(asyncio.QueueFull):  # then only this replica has it
                    self._to_share.put_nowait((number, whole))

    async def playlist(self, who: str, query: str) -> str:
        """The playlist as it is now. Waits for the first segment. Raises Unavailable."""
        self._asked_s[who] = time.monotonic()
        try:
            async with asyncio.timeout(FIRST_WITHIN_S):
                await self._first.wait()
        except TimeoutError:
            raise Unavailable("the station is silent: try again") from None
        numbers = self._listed()
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            f"#EXT-X-TARGETDURATION:{round(SAMPLES / RATE_HZ)}",
            f"#EXT-X-MEDIA-SEQUENCE:{numbers[0]}",
        ]
        for number in numbers:
            lines += [f"#EXTINF:{SAMPLES / RATE_HZ:.5f},", f"{number}.aac{query}"]
        return "\n".join((*lines, ""))

    def kept(self, number: int) -> bytes | None:
        """A segment, if it was cut here a moment ago."""
        return self._kept.get(number)

    async def close(self) -> None:
        """Share no more."""
        await end(self._task)

    def _listed(self) -> list[int]:
        """The last of them without a hole between."""
        last = next(reversed(self._kept))
        numbers = [last]
        while len(numbers) < LISTED and numbers[0] - 1 in self._kept:
            numbers.insert(0, numbers[0] - 1)
        return numbers

    def _keep(self, number: int, whole: bytes) -> None:
        self._kept[number] = whole
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    async def _share(self) -> None:
        while True:
            number, whole = await self._to_share.get()
            if not self._first.is_set():
                await self._recall(number)
                self._first.set()
            with suppress(Unavailable):
                await self._cache.set(_key(self._station_id, number), whole, SHARED_S)

    async def _recall(self, first: int) -> None:
        """Begin with what another replica cut before us, as if we had."""
        for number in range(first - 1, first - LISTED, -1):
            try:
                found = await shared_segment(self._cache, self._station_id, number)
            except (NotFound, Unavailable):
                return
            self._kept[number] = found
            self._kept.move_to_end(number, last=False)


async def shared_segment(cache: Cache, station_id: str, number: int) -> bytes:
    """A segment that some replica cut. Raises NotFound."""
    found = await cache.get(_key(station_id, number))
    if found is None:
        raise NotFound("this segment has gone: ask for the playlist again")
    return found


def _key(station_id: str, number: int) -> str:
    return f"live:hls:{station_id}:{number}"
