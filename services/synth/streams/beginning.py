"""How a stream that was claimed begins to play: from its snapshot and its log, or from nothing."""

import asyncio
import logging
import time
from functools import partial

from libs.common.faults import InvalidInput
from services.synth.adapters.ether import Ether
from services.synth.domain.conductor import Conductor
from services.synth.domain.phrases import Composer
from services.synth.domain.playing import RATE_HZ, Deck
from services.synth.domain.streams import Claim, Logged, Snapshot
from services.synth.rendering.player import Player
from services.synth.rendering.thread import RenderThread
from services.synth.streams.owned import Kept, Owned

logger = logging.getLogger(__name__)

LEAD_IN_S = 6.0
"""From silence, an engine is so close to what it would have been that nobody hears a step."""
LONGEST_WAY_S = 60.0
"""A snapshot older than this is not rendered on from, only composed."""


class Beginning:
    """Makes streams ready to be played here."""

    def __init__(
        self, replica: str, thread: RenderThread, compose: Composer, kept: Kept, ether: Ether
    ) -> None:
        self._replica = replica
        self._thread = thread
        self._compose = compose
        self._kept = kept
        self._ether = ether

    async def begin(
        self, stream_id: str, claim: Claim, revision: int, heard: int, due_s: float
    ) -> tuple[Owned, Snapshot | None]:
        """Play a stream whose claim of a revision is ours, from the first sample not heard."""
        now_ms = time.time_ns() // 10**6
        mark = Logged(0, heard, None, claim.epoch, self._replica, now_ms)
        sequence = await self._kept.log.begin(stream_id, mark)
        snapshot, snapshot_revision = await self._kept.snapshots.read(stream_id)
        behind = snapshot.log_sequence if snapshot else 0
        changes = await self._kept.log.since(stream_id, behind, sequence)
        player = self._player(stream_id, claim, snapshot)
        player.take_all(changes)
        await self._hurry(player, heard)
        player.go_on(heard, due_s)
        owned = Owned(
            id=stream_id,
            claim=claim,
            claim_revision=revision,
            log_sequence=sequence,
            snapshot_revision=snapshot_revision,
            player=player,
            parameters=player.conductor.bound_for,
            revision=player.revision,
            saved_revision=snapshot.revision if snapshot else 0,
            asked_s=time.monotonic(),
            position=player.audible_from,
        )
        return owned, snapshot

    async def play(self, owned: Owned, snapshot: Snapshot | None) -> None:
        """Put it on a deck of its own, and begin."""
        await self._thread.call(partial(self._add, owned.player, snapshot))

    def _player(self, stream_id: str, claim: Claim, snapshot: Snapshot | None) -> Player:
        if snapshot is not None:
            try:
                return Player.restored(stream_id, claim.epoch, snapshot, self._compose)
            except (InvalidInput, KeyError, ValueError, TypeError) as error:
                facts = {"stream": stream_id, "reason": repr(error)}
                logger.warning("a snapshot makes no sense, beginning anew", extra=facts)
        return Player(
            stream_id, claim.epoch, Conductor(claim.begins_with, self._compose), Deck(-1), 0
        )

    async def _hurry(self, player: Player, heard: int) -> None:
        """Compose without rendering where that would take too long."""
        way_s = (heard - player.position) / RATE_HZ
        if way_s > LONGEST_WAY_S:
            quanta = int((way_s - LEAD_IN_S) * 10) * 10
            await asyncio.to_thread(player.conductor.advance, quanta)

    def _add(self, player: Player, snapshot: Snapshot | None) -> None:
        player.deck = self._deck(player, snapshot)
        self._thread.add(player)

    def _deck(self, player: Player, snapshot: Snapshot | None) -> Deck:
        engine = self._thread.engine
        if snapshot is None or snapshot.position != player.position:
            return engine.open()
        if snapshot.engine == engine.name:
            try:
                return engine.restore(snapshot.sound)
            except InvalidInput as error:
                logger.warning("the sound of a snapshot is of no use", extra={"reason": str(error)})
        return engine.open()
