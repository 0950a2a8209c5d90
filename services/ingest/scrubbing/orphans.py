"""Objects that no row needs: counted, and removed where the operator says so."""

import logging
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

from libs.common.objects import ObjectStat, ObjectStore
from services.ingest.adapters.postgres_orphans import PostgresOrphans
from services.ingest.domain.objects import OURS, StoredObject
from services.ingest.scrubbing.reading import Found, Reader

logger = logging.getLogger(__name__)

DIGITS = "0123456789abcdef"
"""What names of our objects begin with: listed by it, a part of the store fits into memory."""


class OrphanSearch:
    """Compares what lies in the store with the rows, the other way round than the scrubber.

    Parameters
    ----------
    settled_h
        What was stored later is left alone: its row may still be on its way.
    """

    def __init__(
        self, rows: PostgresOrphans, objects: ObjectStore, reader: Reader, settled_h: float
    ) -> None:
        self._rows = rows
        self._objects = objects
        self._reader = reader
        self._settled = timedelta(hours=settled_h)

    async def find(self) -> AsyncGenerator[ObjectStat]:
        """Every orphan. What is needed and was never noted is noted on the way."""
        for prefix in OURS:
            for digit in DIGITS:
                listed = await self._objects.stats(f"{prefix}{digit}")
                before = datetime.now(UTC) - self._settled
                settled = [one for one in listed if one.last_modified < before]
                orphans = await self._rows.among(prefix.rstrip("/"), settled)
                for orphan in orphans:
                    yield orphan
                lost = {orphan.key for orphan in orphans}
                for stat in await self._rows.unknown([s for s in settled if s.key not in lost]):
                    await self._adopt(stat)

    async def remove(self, orphan: ObjectStat) -> None:
        """Remove an orphan for good."""
        logger.warning("removed what nobody needs", extra={"key": orphan.key})
        await self._objects.remove(orphan.key)
        await self._rows.forget(orphan.key)

    async def _adopt(self, stat: ObjectStat) -> None:
        async with self._reader.read(stat.key) as found:
            if isinstance(found, Found):
                await self._rows.adopt(StoredObject(stat.key, found.sha256, found.size_bytes))
