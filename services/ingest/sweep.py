"""The sweep: what PostgreSQL knows to be left over is picked up, whoever dropped it."""

import asyncio
import logging
import time

from prometheus_client import Gauge

from libs.common.objects import ObjectStore
from libs.common.outages import outages_logged
from services.ingest.adapters.postgres_sweep import PostgresSweep
from services.ingest.adapters.postgres_uploads import PostgresUploads
from services.ingest.adapters.queue import StepQueue
from services.ingest.domain.items import ItemState
from services.ingest.domain.recording import audio_prefix, waveform_key
from services.ingest.domain.uploads import parts_prefix

logger = logging.getLogger(__name__)

QUEUE_LOW = 50
"""With fewer steps in the queue than this it is filled up; more would only wait there."""
QUEUE_FULL = 200
MOST_REMOVALS = 20
MEASURE_EVERY_S = 15.0
"""Counting goes through all rows, and no dashboard looks more often."""

STEPS = Gauge("ingest_steps", "Steps that wait or run", ["state"])
ITEMS = Gauge("ingest_items", "Files by where they stand", ["state"])


class Sweep:
    """Looks after all rows every few seconds, in one replica at a time."""

    def __init__(
        self,
        rows: PostgresSweep,
        uploads: PostgresUploads,
        queue: StepQueue,
        objects: ObjectStore,
        every_s: float,
    ) -> None:
        self._rows = rows
        self._uploads = uploads
        self._queue = queue
        self._objects = objects
        self._every_s = every_s
        self._measured_s = -MEASURE_EVERY_S

    async def run(self) -> None:
        """Sweep until cancelled, whatever is down at times."""
        while True:
            with outages_logged("the sweep"):
                async with self._rows.turn() as mine:
                    if mine:
                        await self._once()
            await asyncio.sleep(self._every_s)

    async def _once(self) -> None:
        for look_after in (
            self._recover,
            self._fill_queue,
            self._remove,
            self._measure,
        ):
            with outages_logged("the sweep"):
                await look_after()

    async def _recover(self) -> None:
        if lost := await self._rows.recover_lost_claims():
            logger.warning("workers were lost in the middle of steps", extra={"steps": lost})

    async def _fill_queue(self) -> None:
        depth = await asyncio.to_thread(self._queue.depth)
        if depth < QUEUE_LOW:
            due = await self._rows.due(QUEUE_FULL - depth)
            if len(due) < QUEUE_LOW:
                due |= await self._rows.begin_backlog(QUEUE_LOW - len(due))
        else:
            due = await self._rows.due_of_begun(QUEUE_LOW)
        await asyncio.to_thread(self._queue.put, due)

    async def _remove(self) -> None:
        async with self._rows.removing() as allowed:
            if allowed:
                await self._remove_parts()
                await self._remove_content()

    async def _remove_parts(self) -> None:
        needless = await self._uploads.needless(MOST_REMOVALS)
        for upload_id in needless:
            await self._objects.remove_prefix(parts_prefix(upload_id))
        await self._uploads.forget(needless)

    async def _remove_content(self) -> None:
        for content_sha256 in await self._rows.unneeded_content(MOST_REMOVALS):
            await self._objects.remove_prefix(audio_prefix(content_sha256))
            await self._objects.remove(waveform_key(content_sha256))
            await self._rows.removed(content_sha256)

    async def _measure(self) -> None:
        if time.monotonic() < self._measured_s + MEASURE_EVERY_S:
            return
        self._measured_s = time.monotonic()
        backlog = await self._rows.backlog()
        STEPS.labels("queued").set(backlog.queued_steps)
        STEPS.labels("running").set(backlog.running_steps)
        for state in ItemState:
            ITEMS.labels(state).set(backlog.items.get(state, 0))
