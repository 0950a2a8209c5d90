"""What is done about an object that is damaged."""

import asyncio
import logging

from libs.common.faults import FailedPrecondition
from libs.common.objects import ObjectStore
from services.ingest.adapters.postgres_decisions import PostgresDecisions
from services.ingest.adapters.postgres_scrub import PostgresScrub
from services.ingest.adapters.queue import StepQueue
from services.ingest.domain.objects import Noted
from services.ingest.scrubbing.reading import Found, Lost, Reader

logger = logging.getLogger(__name__)

OCTETS = "application/octet-stream"
BACKUP_PAUSE_S = 1.0


class Mender:
    """Compares objects with their rows, and has made anew what is not as it must be.

    Everything here may be done again: what a crash left half done is found
    again, under the same damage, for its key is looked at again.
    """

    def __init__(
        self,
        rows: PostgresScrub,
        decisions: PostgresDecisions,
        queue: StepQueue,
        objects: ObjectStore,
        reader: Reader,
    ) -> None:
        self._rows = rows
        self._decisions = decisions
        self._queue = queue
        self._objects = objects
        self._reader = reader

    async def check(self, noted: Noted) -> bool:
        """Read the object; says whether it is good. If not, it is on its way to be."""
        async with self._reader.read(noted.key) as found:
            if isinstance(found, Found) and found.sha256 == noted.sha256:
                await self._good(noted)
                return True
            return not await self._damaged(noted, found)

    async def _good(self, noted: Noted) -> None:
        if await self._rows.heal(noted):
            logger.warning("a damaged object is good again", extra={"key": noted.key})
            if noted.original:
                for derived in await self._rows.damaged_of(noted.content_sha256):
                    await self._make_anew(derived)

    async def _damaged(self, noted: Noted, found: Found | Lost) -> bool:
        """Put aside what was found. False where the object was stored anew meanwhile."""
        detail = _detail(noted, found)
        while True:
            async with self._rows.removing() as allowed:
                if allowed:
                    quarantine = await self._rows.note_damage(noted, detail)
                    if quarantine is None:
                        return False
                    if isinstance(found, Found):
                        await self._objects.put_file(quarantine, found.copy, OCTETS)
                        await self._rows.note_quarantine(noted, quarantine)
                        await self._objects.remove(noted.key)
                    break
            await asyncio.sleep(BACKUP_PAUSE_S)
        facts = {"key": noted.key, "original": noted.original, "reason": detail}
        logger.error("an object is damaged", extra=facts)
        if not noted.original:
            await self._make_anew(noted)
        return True

    async def rename_covers(self) -> None:
        """Have nothing need a damaged cover any more that came out under another name.

        Another version of the picture library writes other bytes for the same picture.
        """
        for damaged, renewed in await self._rows.renewed_covers():
            await self._rows.replace_cover(damaged, renewed)
            facts = {"damaged": damaged, "renewed": renewed.sha256}
            logger.warning("a damaged cover has another name now", extra=facts)

    async def _make_anew(self, noted: Noted) -> None:
        item_id = await self._rows.item_to_repeat(noted)
        if item_id is None:
            logger.error("nothing can make an object anew", extra={"key": noted.key})
            return
        try:
            await self._queue.offer(await self._decisions.rerun(item_id, noted.step))
        except FailedPrecondition as busy:
            # Its step runs at this moment, for whatever reason, and stores the object anew.
            logger.info("an object is made already", extra={"key": noted.key, "reason": str(busy)})


def _detail(noted: Noted, found: Found | Lost) -> str:
    if isinstance(found, Lost):
        return found.reason
    return (
        f"{found.size_bytes:,} bytes with SHA-256 {found.sha256} "
        f"instead of {noted.size_bytes:,} with {noted.sha256}"
    )
