"""One replica of the synth among others: plays streams, and goes on with those that fall silent."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import count

from prometheus_client import Counter

from libs.common.faults import Fault, ResourceExhausted
from libs.common.outages import outages_logged
from services.synth.adapters.asking import Answer
from services.synth.adapters.buckets import Overtaken
from services.synth.adapters.ether import BEAT, HEARD
from services.synth.domain.audience import Audience
from services.synth.domain.standing import Standing
from services.synth.domain.streams import Claim, Logged
from services.synth.rendering.player import CATCH_UP_S
from services.synth.rendering.thread import FRAME_S
from services.synth.streams.neighbours import LOOK_EVERY_S, Neighbours
from services.synth.streams.owned import Owned
from services.synth.streams.workings import Manner, Workings
from tutti.synth.v1.synth_pb2 import Heard

logger = logging.getLogger(__name__)

TAKEN = Counter("synth_streams_taken", "Streams that began to play here", ["why"])
SWEEP_EVERY_S = 10
AT_ONCE = 8
"""Streams that are read at once: of many, the first play while others are still read."""
RELEASED_JITTER_S = 0.02
HAND_OVER_S = 3.0
"""Less than any supervisor's patience."""


class Replica:
    """Knows of all streams, and plays some."""

    def __init__(
        self, manner: Manner, workings: Workings, standing: Standing, owned: dict[str, Owned]
    ) -> None:
        self.name = manner.name
        self.owned: Mapping[str, Owned] = owned
        self.standing, self.audience = standing, Audience()
        self._manner = manner
        self._workings = workings
        self._owned = owned
        self._taking: set[str] = set()
        self._beginning = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self.neighbours = Neighbours(standing, workings.ether, workings.asking)
        self._leaving = False
        self._answers: Callable[[Owned], Mapping[str, Answer]] = lambda _owned: {}

    @property
    def room(self) -> int:
        """How many more streams would be played here."""
        if self._leaving:
            return 0
        return self._manner.most_streams - len(self._owned.keys() | self._taking)

    async def listen(self, answers: Callable[[Owned], Mapping[str, Answer]]) -> None:
        """Hear what others do, and answer calls to the streams that play here."""
        self._answers = answers
        ether, claims = self._workings.ether, self._workings.kept.claims
        await ether.hear(f"{BEAT}*", self._hear_beat)
        await ether.hear(f"{HEARD}*", self._hear_audience)
        await ether.hear(claims.subject, lambda stream_id, _: self._spawn(self.look(stream_id)))
        for stream_id, claim in (await claims.all()).items():
            self._note(stream_id, claim)

    async def watch(self) -> None:
        """For ever go on with streams that fell silent."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            with outages_logged("watching streams"):
                await self._look_around()

    async def keep_house(self) -> None:
        """For ever let streams rest that nobody hears, and look at all claims now and then."""
        for second in count(1):
            await asyncio.sleep(1)
            with outages_logged("looking after streams"):
                self._let_rest(time.monotonic())
                if second % SWEEP_EVERY_S == 0:
                    await self._sweep()

    async def _look_around(self) -> None:
        self._workings.sending.room = self.room
        for owned in [each for each in self._owned.values() if each.gone]:
            await self._drop(owned)
        held = self._owned.keys() | self._taking
        is_deaf = self._workings.sending.silenced
        for stream_id in self.neighbours.silent(held, is_deaf=is_deaf):
            self._consider(stream_id, "silence")

    def _let_rest(self, now_s: float) -> None:
        self.audience.forget(now_s)
        for owned in self._owned.values():
            wanted_s = max(owned.asked_s, self.audience.last_s(owned.id, now_s))
            if now_s - wanted_s > self._manner.rest_after_s:
                self._spawn(self.leave(owned, rests=True))

    async def _sweep(self) -> None:
        claims = await self._workings.kept.claims.all()
        for stream_id, claim in claims.items():
            self._note(stream_id, claim)
        for stream_id in self._owned.keys() - claims.keys():
            await self.look(stream_id)

    async def look(self, stream_id: str) -> tuple[Claim | None, int]:
        """Read a claim, and act on it."""
        claim, revision = await self._workings.kept.claims.read(stream_id)
        owned = self._owned.get(stream_id)
        if claim is None and revision == 0 and owned is not None:
            return await self._claim_again(owned)
        self._note(stream_id, claim)
        return claim, revision

    async def come_back(self) -> None:
        """After a while of silence find out which streams are still ours."""
        await self._workings.kept.ensure()
        for stream_id in list(self._owned):
            await self.look(stream_id)

    async def own(self, stream_id: str, claim: Claim, revision: int, why: str) -> None:
        """Claim a stream after a revision, and play it. Raises Overtaken, Unavailable."""
        if self.room <= 0:
            raise ResourceExhausted("as many streams play as this replica can render")
        if stream_id in self._taking or stream_id in self._owned:
            return
        self._taking.add(stream_id)
        try:
            await self._own(stream_id, claim, revision, why)
        finally:
            self._taking.discard(stream_id)

    async def leave(self, owned: Owned, *, rests: bool) -> None:
        """Let go of a stream between two frames; whoever goes on misses no sample."""
        async with owned.lock:
            if owned.gone:
                return
            workings = self._workings
            snapshot = await workings.saving.moment(owned, last=True)
            await workings.sending.sent()
            if owned.saving is not None:
                await asyncio.wait([owned.saving])
            with outages_logged("saving a stream that is left"):
                await workings.saving.write(owned, snapshot)
            left = replace(owned.claim, owner="", rests=rests, position=snapshot.position)
            with outages_logged("leaving a stream"):
                await workings.ether.flush()
                await workings.kept.claims.write(owned.id, left, owned.claim_revision)
            logger.info("a stream %s", "rests" if rests else "was left", extra={"stream": owned.id})
            await self._drop(owned)

    async def close(self, owned: Owned) -> None:
        """End a stream that plays here, for good."""
        async with owned.lock:
            if not owned.gone:
                await self.forget(owned.id, owned.claim_revision)
                await self._drop(owned)

    async def forget(self, stream_id: str, revision: int) -> None:
        """Forget a stream that nobody plays, or that plays here. Raises Overtaken."""
        # The claim last: who opens it anew finds nothing, and nothing of theirs is removed.
        await self._forget_music(stream_id)
        await self._workings.kept.claims.forget(stream_id, revision)
        self.standing.claimed(stream_id, None, self.neighbours.now_s)

    async def hand_over(self) -> None:
        """Take no more streams, and leave all to others."""
        self._leaving = True
        self._workings.sending.room = 0
        leaving = [self.leave(owned, rests=False) for owned in list(self._owned.values())]
        with suppress(TimeoutError):  # without NATS, others go on once it is back
            async with asyncio.timeout(HAND_OVER_S):
                await asyncio.gather(*leaving)
        for task in self._tasks:
            task.cancel()

    async def _own(self, stream_id: str, claim: Claim, revision: int, why: str) -> None:
        workings, was_played = self._workings, not claim.rests
        heard = await self._heard(stream_id, claim)
        epoch = max(claim.epoch + 1, time.time_ns() // 10**6)
        ours = replace(claim, owner=self.name, epoch=epoch, rests=False, position=heard)
        revision = await workings.kept.claims.write(stream_id, ours, revision)
        self._note(stream_id, ours)
        if claim.epoch == 0:  # a new one: whatever was there before is no part of it
            await self._forget_music(stream_id)
        # Half a frame early, for it waits for a tick: on average the pace stays what it was.
        late_s = self.neighbours.now_s - self.standing.sent_s(stream_id) - FRAME_S / 2
        if not was_played or late_s > CATCH_UP_S:
            late_s = FRAME_S  # nobody has heard it lately: a frame more at once
        due_s = time.monotonic() - late_s
        async with self._beginning:
            owned, snapshot = await workings.beginning.begin(
                stream_id, ours, revision, heard, due_s
            )
        self._owned[stream_id] = owned
        try:
            await workings.beginning.play(owned, snapshot)
        except Fault:
            owned.gone = True
            raise
        owned.answers = await workings.asking.answer(stream_id, self._answers(owned))
        if snapshot is None:
            workings.saving.soon(owned)
        else:
            owned.saving = asyncio.create_task(workings.saving.fence(owned, snapshot))
        TAKEN.labels(why).inc()
        facts = {"stream": stream_id, "why": why, "position": heard, "epoch": epoch}
        logger.info("a stream plays here", extra=facts)

    async def _heard(self, stream_id: str, claim: Claim) -> int:
        """The first sample of a stream that was not sent, by all that is known."""
        known = [claim.position, self.standing.position(stream_id)]
        if claim.owner and (beat := await self._workings.ether.last_beat(claim.owner)):
            known += [mark.position for mark in beat.marks if mark.stream_id == stream_id]
        return max(known)

    async def _forget_music(self, stream_id: str) -> None:
        await self._workings.kept.snapshots.forget(stream_id)
        await self._workings.kept.log.forget(stream_id)

    async def _claim_again(self, owned: Owned) -> tuple[Claim, int]:
        """NATS has lost everything: what plays is the truth."""
        kept = self._workings.kept
        async with owned.lock:
            owned.claim_revision = await kept.claims.write(owned.id, owned.claim, 0)
            now_ms = time.time_ns() // 10**6
            mark = Logged(0, owned.position, None, owned.epoch, self.name, now_ms)
            owned.log_sequence = await kept.log.begin(owned.id, mark)
            owned.snapshot_revision = 0
        self._workings.saving.soon(owned)
        return owned.claim, owned.claim_revision

    def _consider(self, stream_id: str, why: str) -> None:
        if self.room > 0 and stream_id not in self._owned and stream_id not in self._taking:
            self._spawn(self._take(stream_id, why))

    async def _take(self, stream_id: str, why: str) -> None:
        claim, revision = await self._workings.kept.claims.read(stream_id)
        if claim is None or claim != self.standing.claim(stream_id):
            self._note(stream_id, claim)  # somebody was first
            return
        try:
            await self.own(stream_id, claim, revision, why)
        except Overtaken:
            await self.look(stream_id)

    def _note(self, stream_id: str, claim: Claim | None) -> None:
        if claim is not None and claim == self.standing.claim(stream_id):
            return
        self.standing.claimed(stream_id, claim, self.neighbours.now_s)
        owned = self._owned.get(stream_id)
        if owned is not None and (claim is None or claim.epoch > owned.epoch):
            owned.gone = True
        elif claim is not None and not claim.owner and not claim.rests:
            pause_s = random.uniform(0, RELEASED_JITTER_S)  # noqa: S311 no secret
            asyncio.get_running_loop().call_later(pause_s, self._consider, stream_id, "left")

    async def _drop(self, owned: Owned) -> None:
        owned.gone = True
        if self._owned.get(owned.id) is owned:
            del self._owned[owned.id]
        thread = self._workings.thread
        await thread.call(lambda: thread.remove(owned.player))
        if owned.answers is not None:
            with outages_logged("answering no more"):
                await owned.answers.unsubscribe()

    def _hear_beat(self, replica: str, payload: bytes) -> None:
        beat = self.neighbours.hear(payload)
        if replica == self.name:
            self._workings.sending.hear_itself(beat)

    def _hear_audience(self, stream_id: str, payload: bytes) -> None:
        said = Heard.FromString(payload)
        self.audience.say(stream_id, said.by, said.listeners, time.monotonic())

    def _spawn(self, work: Coroutine[object, object, object]) -> None:
        async def done() -> None:
            with outages_logged("a stream changing hands"):
                await work

        task = asyncio.create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # it was cancelled before it began
