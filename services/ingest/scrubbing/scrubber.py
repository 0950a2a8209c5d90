"""Walks through all objects, again and again, and remembers where it is."""

import asyncio

from libs.common.outages import outages_logged
from services.ingest.adapters.postgres_scrub import PostgresScrub
from services.ingest.domain.objects import Pass
from services.ingest.scrubbing.figures import (
    DAMAGED_OBJECTS,
    ORPHANED_OBJECTS,
    SCRUBBED_BYTES,
    SCRUBBED_OBJECTS,
)
from services.ingest.scrubbing.mending import Mender
from services.ingest.scrubbing.orphans import OrphanSearch

PAGE = 20
POLL_S = 1.0


class Scrubber:
    """One replica at a time walks; a walk that was cut off goes on where it was."""

    def __init__(
        self, rows: PostgresScrub, mender: Mender, orphans: OrphanSearch, every_h: float
    ) -> None:
        self._rows = rows
        self._mender = mender
        self._orphans = orphans
        self._every_h = every_h

    async def run(self) -> None:
        """Scrub until cancelled, whatever is down at times."""
        while True:
            with outages_logged("the scrubber"):
                async with self._rows.turn() as mine:
                    while mine and await self._some():
                        pass
            await asyncio.sleep(POLL_S)

    async def _some(self) -> bool:
        """Do a piece of work, and say whether there is more to do at once."""
        await self._verify()
        walk = await self._rows.look()
        if not walk.under_way:
            return await self._rows.begin_if_due()
        page = await self._rows.page(walk.place, PAGE)
        for noted in page:
            good = await self._mender.check(noted)
            SCRUBBED_OBJECTS.labels("good" if good else "damaged").inc()
            SCRUBBED_BYTES.inc(noted.size_bytes)
            await self._rows.advance(walk, noted, good=good)
        if not page:
            await self._finish(walk)
        return bool(page)

    async def _verify(self) -> None:
        """Look at once at what was made anew."""
        for noted in await self._rows.stored_since():
            await self._mender.check(noted)
        await self._mender.rename_covers()
        originals, others = await self._rows.open_damages()
        DAMAGED_OBJECTS.labels("original").set(originals)
        DAMAGED_OBJECTS.labels("derivative").set(others)

    async def _finish(self, walk: Pass) -> None:
        count, size_bytes = 0, 0
        async for orphan in self._orphans.find():
            count, size_bytes = count + 1, size_bytes + orphan.size_bytes
            if walk.removes_orphans:
                await self._orphans.remove(orphan)
        ORPHANED_OBJECTS.set(0 if walk.removes_orphans else count)
        await self._rows.end(walk, count, size_bytes, self._every_h)
