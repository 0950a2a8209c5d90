"""Sends frames, and signs of life behind them; stays silent where it is not heard itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from libs.common.outages import outages_logged
from services.synth.adapters.ether import PCM, Ether
from services.synth.domain.frames import Rendered
from services.synth.domain.playing import FRAME
from services.synth.domain.streams import Beat, Mark
from services.synth.rendering.player import Player
from services.synth.rendering.thread import FRAME_S, RenderThread
from services.synth.streams.owned import Owned
from services.synth.streams.saving import Saving
from services.synth.wire import encode_frame

TELL_EVERY = 10
"""Frames from one that names the parameters to the next."""
IDLE_BEAT_S = 0.5

RESUBSCRIBED_S = 0.7
"""After a connection was made anew, others have had time to make theirs."""


class Sending:
    """Carries frames from the render thread to NATS.

    A replica hears its own signs of life come back. Where it does not for ``deaf_s``, which is
    less than others wait, somebody else may play by now: it stops rendering, and when it hears
    itself again asks of each stream whether it is still its own, sends once more what may not
    have arrived, and goes on with the next sample.

    Parameters
    ----------
    replica
        Its name.
    owned
        The streams that play here.
    deaf_s
        How long it may not hear itself.
    """

    def __init__(
        self, replica: str, owned: Mapping[str, Owned], ether: Ether, deaf_s: float
    ) -> None:
        self.room = 0
        self._replica = replica
        self._owned = owned
        self._ether = ether
        self._deaf_s = deaf_s
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Sequence[Rendered] | asyncio.Event] = asyncio.Queue()
        self._heard = asyncio.Event()
        self._heard_s = self._beat_s = time.monotonic()
        self._regaining = False
        self._connections = ether.connections

    @property
    def silenced(self) -> bool:
        """Whether nothing is to be sent: we are not heard, or what we sent last may be lost."""
        return self._regaining or self._ether.connections != self._connections

    def deliver(self, frames: Sequence[Rendered]) -> None:
        """Take frames over, none at the end of a tick. Called by the render thread."""
        self._loop.call_soon_threadsafe(self._queue.put_nowait, frames)

    def lose(self, player: Player) -> None:
        """Learn that a stream could not be played on. Called by the render thread."""
        owned = self._owned.get(player.stream_id)
        if owned is not None and owned.player is player:
            owned.gone = True  # whoever can may begin from its snapshot

    async def sent(self) -> None:
        """Return once all that was delivered is sent."""
        done = asyncio.Event()
        self._queue.put_nowait(done)
        await done.wait()

    def hear_itself(self, beat: Beat) -> None:
        """A sign of life of ours came back, and so all frames before it have arrived."""
        if self._ether.connections != self._connections and not self._regaining:
            return  # it came over a new connection, and says nothing about the one before
        self._heard_s = time.monotonic()
        self._heard.set()
        if self._regaining:
            return
        for mark in beat.marks:
            owned = self._owned.get(mark.stream_id)
            if owned is not None and owned.epoch == mark.epoch:
                owned.was_heard(mark.position)

    async def run(self, saving: Saving) -> None:
        """Send for ever."""
        while True:
            try:
                async with asyncio.timeout(FRAME_S):
                    batch = await self._queue.get()
            except TimeoutError:
                batch = ()
            if isinstance(batch, asyncio.Event):
                batch.set()
                continue
            with outages_logged("sending frames"):
                for frame in batch:
                    await self._send(frame, saving)
                silent_s = time.monotonic() - self._beat_s
                # At the end of a tick, and within one that takes long: or we would seem deaf.
                is_due = bool(self._owned) and (not batch or silent_s > FRAME_S)
                if is_due or silent_s > IDLE_BEAT_S:
                    await self._beat()

    async def regain(self, thread: RenderThread, come_back: Callable[[], Awaitable[None]]) -> None:
        """Watch for ever whether we are heard, and be silent where we are not."""
        while True:
            await asyncio.sleep(self._deaf_s / 5)
            if not self._owned:  # nothing was sent that could be lost
                self._connections = self._ether.connections
                continue
            if time.monotonic() - self._heard_s < self._deaf_s and not self.silenced:
                continue
            self._regaining = True
            await thread.call(lambda: thread.pause(is_paused=True))
            self._heard.clear()
            await self._heard.wait()
            with outages_logged("coming back"):
                await self._make_sure(come_back)
                self._regaining = False
                await thread.call(lambda: thread.pause(is_paused=False))

    async def _make_sure(self, come_back: Callable[[], Awaitable[None]]) -> None:
        if self._connections != self._ether.connections:
            await asyncio.sleep(RESUBSCRIBED_S)  # what nobody hears yet would be lost
            self._connections = self._ether.connections
        await come_back()
        for owned in list(self._owned.values()):
            if not owned.gone:
                await self._send_again(owned)

    async def _send(self, frame: Rendered, saving: Saving) -> None:
        owned = self._owned.get(frame.stream_id)
        if owned is None or owned.epoch != frame.epoch or owned.gone:
            return  # it was taken over meanwhile
        tells = (
            frame.position // FRAME % TELL_EVERY == 0 or frame.parameters != owned.told_parameters
        )
        owned.told_parameters = frame.parameters
        payload = encode_frame(frame, time.time_ns() // 1000, tells=tells)
        owned.unheard.append((frame.position, payload))
        if not self.silenced and await self._ether.send(f"{PCM}{owned.id}", payload):
            owned.position = frame.position + FRAME
        if frame.bars:
            saving.soon(owned)

    async def _send_again(self, owned: Owned) -> None:
        for position, payload in list(owned.unheard):
            await self._ether.send(f"{PCM}{owned.id}", payload)
            owned.position = max(owned.position, position + FRAME)

    async def _beat(self) -> None:
        self._beat_s = time.monotonic()
        marks = tuple(
            Mark(each.id, each.epoch, each.position)
            for each in self._owned.values()
            if not each.gone
        )
        await self._ether.beat(Beat(self._replica, self.room, marks))
