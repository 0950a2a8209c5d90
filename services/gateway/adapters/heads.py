"""The beginnings of objects, kept in memory: what somebody waits for is there at once.

A head is all that is known of an object with its first bytes, had by one call.
Covers and segments are heads as a whole. Objects are named by their content,
so what is kept does not grow old; should one be made anew all the same, the
rest of the old one is refused by the store, never mixed with the new. Who may
have an object is not decided here: it is asked before, each time.
"""

import time
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from libs.common.faults import Conflict, NotFound, Unavailable
from libs.common.objects import ObjectStat, ObjectStore

HEAD_BYTES = 256 * 1024
"""Ten seconds of the best MP3: a player begins, and the rest is fetched while it plays."""
FRESH_S = 300.0
ASKING_S = 10.0
"""While one request asks whether an old head still stands, others take it as it is."""
OVERHEAD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of an object, and how it begins."""

    stat: ObjectStat
    content: bytes

    @property
    def cost_bytes(self) -> int:
        """What it takes to keep."""
        return len(self.content) + OVERHEAD_BYTES


class Heads:
    """Keeps the heads used last, as many as fit into ``most_bytes``."""

    def __init__(self, objects: ObjectStore, most_bytes: int) -> None:
        self._objects = objects
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, tuple[float, Head]] = OrderedDict()
        self._kept_bytes = 0

    async def of(self, key: str) -> Head:
        """The head of an object. Raises NotFound."""
        kept = self._kept.get(key)
        if kept is None:
            return await self._fetched(key)
        fresh_until_s, head = kept
        if time.monotonic() < fresh_until_s:
            self._kept.move_to_end(key)
            return head
        return await self._asked_again(key, head)

    async def read(self, head: Head, start: int, length: int) -> AsyncGenerator[bytes]:
        """Read a part: what the head has from memory, the rest when the reader comes to it."""
        key, own = head.stat.key, head.content[start : start + length]
        if own:
            yield own
        if len(own) == length:
            return
        rest = self._objects.open_range(key, start + len(own), length - len(own), head.stat.etag)
        try:
            async with aclosing(rest):
                async for chunk in rest:
                    yield chunk
        except Conflict:
            self._forget(key)
            raise Unavailable("it was made anew in this moment: ask again") from None

    async def _fetched(self, key: str) -> Head:
        head = Head(*await self._objects.beginning(key, HEAD_BYTES))
        self._keep(head, FRESH_S)
        return head

    async def _asked_again(self, key: str, head: Head) -> Head:
        self._keep(head, ASKING_S)
        try:
            stat = await self._objects.stat(key)
        except NotFound:
            self._forget(key)
            raise
        if stat.etag != head.stat.etag:
            return await self._fetched(key)
        self._keep(head, FRESH_S)
        return head

    def _keep(self, head: Head, fresh_s: float) -> None:
        self._forget(head.stat.key)
        self._kept[head.stat.key] = (time.monotonic() + fresh_s, head)
        self._kept_bytes += head.cost_bytes
        while self._kept_bytes > self._most_bytes:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._kept_bytes -= oldest.cost_bytes

    def _forget(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._kept_bytes -= kept[1].cost_bytes
