"""The sweep of errands: what is to be fetched is queued, and files nobody needs are removed."""

import asyncio
import logging

from libs.common.objects import ObjectStore
from libs.common.outages import outages_logged
from services.ingest.adapters.postgres_errand_sweep import PostgresErrandSweep
from services.ingest.adapters.queue import StepQueue
from services.ingest.domain.podcasts import episode_prefix

logger = logging.getLogger(__name__)

MOST_REMOVALS = 20


class ErrandSweep:
    """Looks after all errands every few seconds, in one replica at a time.

    Parameters
    ----------
    at_once
        How many errands may go on together: while they wait for other servers, they
        keep workers from preparing music.
    """

    def __init__(
        self,
        rows: PostgresErrandSweep,
        queue: StepQueue,
        objects: ObjectStore,
        every_s: float,
        at_once: int,
    ) -> None:
        self._rows = rows
        self._queue = queue
        self._objects = objects
        self._every_s = every_s
        self._at_once = at_once

    async def run(self) -> None:
        """Sweep until cancelled, whatever is down at times."""
        while True:
            with outages_logged("the sweep of errands"):
                async with self._rows.turn() as mine:
                    if mine:
                        await self._once()
            await asyncio.sleep(self._every_s)

    async def _once(self) -> None:
        for look_after in (self._recover, self._queue_due, self._remove):
            with outages_logged("the sweep of errands"):
                await look_after()

    async def _recover(self) -> None:
        if lost := await self._rows.recover_lost_claims():
            logger.warning("workers were lost in the middle of errands", extra={"errands": lost})

    async def _queue_due(self) -> None:
        if due := await self._rows.due(self._at_once):
            await asyncio.to_thread(self._queue.run_errands, due)

    async def _remove(self) -> None:
        async with self._rows.removing() as allowed:
            if allowed:
                for content_sha256 in await self._rows.unneeded(MOST_REMOVALS):
                    await self._objects.remove_prefix(episode_prefix(content_sha256))
                    await self._rows.removed(content_sha256)
