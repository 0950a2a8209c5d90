"""Changes: placed, logged, then heard. What is in the log has happened, and nothing else."""

import asyncio
import time
from dataclasses import replace
from functools import partial

from libs.common.faults import Fault, ResourceExhausted, Unavailable
from services.synth.adapters.asking import NobodyThere
from services.synth.adapters.buckets import NotKept, Overtaken
from services.synth.adapters.control_log import KEPT, ControlLog
from services.synth.domain.parameters import Change, Parameters
from services.synth.domain.streams import Logged
from services.synth.rendering.player import Player
from services.synth.rendering.thread import RenderThread
from services.synth.streams.owned import Owned
from services.synth.streams.saving import Saving

MOST_UNSAVED = KEPT // 2
HOLD_S = 0.15
"""How long music waits for the log: less than it is rendered ahead, so that nobody hears it."""
AGAIN_S = 0.2


class Steering:
    """Takes up changes of streams that play here."""

    def __init__(self, thread: RenderThread, log: ControlLog, saving: Saving) -> None:
        self._thread = thread
        self._log = log
        self._saving = saving
        self._tasks: set[asyncio.Task[tuple[Logged, Parameters]]] = set()

    async def steer(self, owned: Owned, change: Change, by: str) -> tuple[Logged, Parameters]:
        """Return the change as logged, and what it leads to. Raises InvalidInput, Unavailable."""
        # Goes on to its end, whether or not the caller waits: never half.
        task = asyncio.create_task(self._steer(owned, change, by))
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Task[tuple[Logged, Parameters]]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # somebody may have stopped waiting for it

    async def _steer(self, owned: Owned, change: Change, by: str) -> tuple[Logged, Parameters]:
        async with owned.lock:
            if owned.gone:
                raise NobodyThere(f"{owned.id} goes from one hand to another; try again")
            if owned.revision - owned.saved_revision >= MOST_UNSAVED:
                raise ResourceExhausted(f"{owned.id} is steered too often; wait for the next bar")
            position = await self._thread.call(partial(owned.player.place, change))
            now_ms = time.time_ns() // 10**6
            logged = Logged(owned.revision + 1, position, change, owned.epoch, by, now_ms)
            try:
                sequence = await self._appended(owned, logged)
            except Fault:
                owned.player.let_go()
                raise
            return await self._take(owned, change, logged, sequence)

    async def _take(
        self, owned: Owned, change: Change, logged: Logged, sequence: int
    ) -> tuple[Logged, Parameters]:
        taken = partial(self._taken, owned.player, logged, change)
        position, owned.parameters = await self._thread.call(taken)
        owned.revision, owned.log_sequence = logged.revision, sequence
        if position != logged.position:
            # Its place went by while the log was silent; from this snapshot on none is replayed.
            self._saving.soon(owned)
        return replace(logged, position=position), owned.parameters

    def _taken(self, player: Player, logged: Logged, change: Change) -> tuple[int, Parameters]:
        position = player.take(change, logged.position, logged.revision)
        self._thread.prefetch(player)
        return position, player.conductor.bound_for

    async def _appended(self, owned: Owned, logged: Logged) -> int:
        """Append until it is known whether that was done."""
        letting_go = asyncio.get_running_loop().call_later(HOLD_S, owned.player.let_go)
        try:
            while True:
                try:
                    return await self._log.append(owned.id, logged, owned.log_sequence)
                except Overtaken:
                    owned.gone = True  # the log has the mark of another owner
                    raise NobodyThere(f"{owned.id} has a new owner; try again") from None
                except NotKept:
                    raise
                except Unavailable:
                    if owned.gone:
                        raise
                    await asyncio.sleep(AGAIN_S)
        finally:
            letting_go.cancel()
