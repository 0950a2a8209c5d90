"""Objects read at a bounded rate, to tell what they are."""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from libs.common.faults import NotFound, Unavailable
from libs.common.objects import ObjectStore

PAUSES_S = (0.2, 1.0, 3.0)
"""After each time that the store broke off in the middle of an object."""


@dataclass(frozen=True, slots=True)
class Found:
    """What lies under a key, and a copy of it."""

    sha256: str
    size_bytes: int
    copy: Path


@dataclass(frozen=True, slots=True)
class Lost:
    """Why nothing could be read under a key."""

    reason: str


class Reader:
    """Reads objects one at a time, no faster than it is allowed to."""

    def __init__(self, objects: ObjectStore, bytes_per_s: int) -> None:
        self._objects = objects
        self._bytes_per_s = bytes_per_s
        self._free_at_s = 0.0

    @asynccontextmanager
    async def read(self, key: str) -> AsyncGenerator[Found | Lost]:
        """What lies there. The copy is kept while the context is open.

        It is copied as it is read, for a store may hide an object as soon as it
        has noticed itself that it is damaged.
        """
        with TemporaryDirectory(prefix="tutti-scrub-") as folder:
            yield await self._found(key, Path(folder) / "copy")

    async def _found(self, key: str, copy: Path) -> Found | Lost:
        for pause_s in PAUSES_S:
            try:
                return await self._copied(key, copy)
            except NotFound:
                return Lost("it is missing")
            except Unavailable:
                # With a store that answers, it is this object that cannot be read.
                await asyncio.sleep(pause_s)
                await self._objects.stat(key)
        return Lost("it cannot be read")

    async def _copied(self, key: str, copy: Path) -> Found:
        sha256 = hashlib.sha256()
        with copy.open("wb") as file:
            async with aclosing(self._objects.open_range(key)) as chunks:
                async for chunk in chunks:
                    sha256.update(chunk)
                    file.write(chunk)
                    await self._pace(len(chunk))
            return Found(sha256.hexdigest(), file.tell(), copy)

    async def _pace(self, size_bytes: int) -> None:
        now_s = time.monotonic()
        self._free_at_s = max(self._free_at_s, now_s) + size_bytes / self._bytes_per_s
        await asyncio.sleep(self._free_at_s - now_s)
