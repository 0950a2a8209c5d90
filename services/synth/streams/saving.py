"""Snapshots of streams that play: one a bar, written beside the music."""

import asyncio
import logging
from dataclasses import replace
from functools import partial

from prometheus_client import Counter, Histogram

from libs.common.faults import Fault
from services.synth.adapters.buckets import Overtaken
from services.synth.domain.streams import Snapshot
from services.synth.rendering.player import Player
from services.synth.rendering.thread import RenderThread
from services.synth.streams.owned import Kept, Owned

logger = logging.getLogger(__name__)

BYTES = Histogram(
    "synth_snapshot_bytes",
    "Size of the sound in a snapshot",
    buckets=(1e4, 3e4, 1e5, 2e5, 3e5, 5e5, 1e6, 2e6),
)
UNWRITTEN = Counter("synth_unwritten_snapshots", "Snapshots that NATS did not take")


class Saving:
    """Writes down where streams are."""

    def __init__(self, thread: RenderThread, kept: Kept) -> None:
        self._thread = thread
        self._kept = kept

    def soon(self, owned: Owned) -> None:
        """Save a stream, unless that is under way."""
        if owned.saving is None or owned.saving.done():
            owned.saving = asyncio.create_task(self._save(owned))

    async def moment(self, owned: Owned, *, last: bool) -> Snapshot:
        """Where a stream is, between two frames; the last one ends it on the thread."""
        # Read first: what is logged meanwhile may be in the music, and is known by its revision.
        log_sequence = owned.log_sequence
        take = partial(self._taken, owned.player, owned.epoch, log_sequence, last=last)
        return await self._thread.call(take)

    async def write(self, owned: Owned, snapshot: Snapshot) -> None:
        """Write a moment down. Raises Overtaken where the stream is not ours any more."""
        BYTES.observe(len(snapshot.sound))
        try:
            after = owned.snapshot_revision
            owned.snapshot_revision = await self._kept.snapshots.write(owned.id, snapshot, after)
        except Overtaken:
            claim, _ = await self._kept.claims.read(owned.id)
            if claim != owned.claim:
                raise
            # An answer got lost, or the owner before wrote a last time: ours replaces either.
            _, after = await self._kept.snapshots.read(owned.id)
            owned.snapshot_revision = await self._kept.snapshots.write(owned.id, snapshot, after)
        owned.saved_revision = max(owned.saved_revision, snapshot.revision)

    async def fence(self, owned: Owned, snapshot: Snapshot) -> None:
        """Write what was gone on from once more, so that the owner before can write no other."""
        try:
            await self.write(owned, replace(snapshot, epoch=owned.epoch))
        except Fault as fault:
            UNWRITTEN.inc()
            logger.info("a snapshot was not written", extra=_facts(owned, fault))

    async def _save(self, owned: Owned) -> None:
        try:
            snapshot = await self.moment(owned, last=False)
            if not owned.gone:
                await self.write(owned, snapshot)
        except Fault as fault:
            UNWRITTEN.inc()
            logger.info("a snapshot was not written", extra=_facts(owned, fault))
        except Exception:
            logger.exception("a snapshot was not written", extra={"stream": owned.id})

    def _taken(self, player: Player, epoch: int, log_sequence: int, *, last: bool) -> Snapshot:
        snapshot = Snapshot(
            position=player.position,
            revision=player.revision,
            epoch=epoch,
            log_sequence=log_sequence,
            parameters=player.conductor.bound_for,
            engine=self._thread.engine.name,
            music=player.music,
            sound=self._thread.engine.snapshot(player.deck),
        )
        if last:
            self._thread.remove(player)
        return snapshot


def _facts(owned: Owned, fault: Fault) -> dict[str, str]:
    return {"stream": owned.id, "reason": str(fault)}
