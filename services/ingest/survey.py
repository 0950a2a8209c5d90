"""The survey: files of mounted folders are shown by their tags long before their turn comes."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from libs.common.outages import fault_in, outages_logged
from libs.common.sandbox import Sandbox
from services.ingest.adapters.folders import opened
from services.ingest.adapters.media.surveyor import Surveyor
from services.ingest.adapters.postgres_survey import PostgresSurvey, Sight
from services.ingest.domain.glance import Glance
from services.ingest.domain.quarantine import Unusable

logger = logging.getLogger(__name__)

BATCH = 100
PATROL_S = 5.0
"""How soon another replica goes on with what one left."""


class Survey:
    """Looks at what was found, a batch after the other, in one replica at a time."""

    def __init__(self, rows: PostgresSurvey, sandbox: Sandbox, folders: Sequence[Path]) -> None:
        self._rows = rows
        self._surveyor = Surveyor(sandbox)
        self._folders = folders
        self._woken = asyncio.Event()
        # A cage dies with the thread that made it, so there is one thread for all of them.
        self._thread = ThreadPoolExecutor(1, "survey")

    def wake(self) -> None:
        """Something was found."""
        self._woken.set()

    async def run(self) -> None:
        """Survey until cancelled, whatever is down at times."""
        try:
            await self._run()
        finally:
            self._surveyor.end()
            self._thread.submit(self._surveyor.close)
            self._thread.shutdown(wait=False)

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            with outages_logged("the survey"):
                async with self._rows.turn() as mine:
                    if mine:
                        await self._all()
            try:
                async with asyncio.timeout(PATROL_S):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _all(self) -> None:
        """While one batch is written down, the next is looked at."""
        sights, last = await self._rows.due(BATCH, 0)
        glances = await self._glances(sights)
        while sights:
            following, behind = await self._rows.due(BATCH, last)
            looking = asyncio.create_task(self._glances(following))
            try:
                await self._tell(sights, glances)
            finally:
                glances = await looking
            sights, last = following, behind

    async def _tell(self, sights: Sequence[Sight], glances: Mapping[UUID, Glance]) -> None:
        try:
            await self._rows.tell(sights, glances)
        except Exception as error:
            if fault_in(error) is not None:
                raise
            # Whatever it is, it must not hold up those behind: these are shown when they are heard.
            logger.exception("files are not shown early", extra={"files": len(sights)})
            await self._rows.tell(sights, {})

    async def _glances(self, sights: Sequence[Sight]) -> Mapping[UUID, Glance]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._look, sights)

    def _look(self, sights: Sequence[Sight]) -> Mapping[UUID, Glance]:
        seen: dict[UUID, Glance] = {}
        for sight in sights:
            try:
                with opened(sight.path, self._folders) as file:
                    glance = self._surveyor.glance(file)
            except Unusable:
                continue  # gone meanwhile, which the pipeline tells its owner
            if glance is not None:
                seen[sight.item_id] = glance
        return seen
