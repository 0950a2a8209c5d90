"""The render thread: renders what is due, and obeys in between.

Everything that belongs to it, the engine and the players, is touched by no other thread. It
shares the interpreter with the event loop: engines let go of it while they compute.
"""

import asyncio
import logging
import queue
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from typing import TypeVar

import numpy as np

from services.synth.domain.conductor import Bar
from services.synth.domain.frames import Rendered
from services.synth.domain.playing import FRAME, RATE_HZ, Engine, Sound, Span
from services.synth.rendering import figures
from services.synth.rendering.load import Load, thinned
from services.synth.rendering.player import Player
from services.synth.rendering.samples import Samples

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

FRAME_S = FRAME / RATE_HZ
STEP = 5
"""Frames that are caught up with in one call."""
SLICE_S = FRAME_S / 2
"""Whoever is heard waits no longer than so for those who catch up, nor they for less."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What the thread calls, and must not wait for."""

    deliver: Callable[[Sequence[Rendered]], None]
    """Sends frames; none are given when all that was due has been."""
    prefetch: Callable[[Player], None]
    """Has composed elsewhere what a player will want soon."""
    lose: Callable[[Player], None]
    """Learns that a stream could not be played on."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a player played."""

    player: Player
    span: Span
    bars: tuple[Bar, ...]

    def rendered(self, pcm: bytes, now_s: float) -> Rendered:
        """The frame, which is late if that was due before now."""
        late = now_s > self.player.due_s - FRAME_S
        return self.player.rendered(self.span, self.bars, pcm, late=late)


class RenderThread:
    """Plays all streams of one engine, each tick a frame of every one.

    Frames are sent as they are rendered, some at a time. Streams that were taken over, and have
    to catch up first, do so some after the others, a slice of time each: so the first need not
    wait for the last, nor whoever is heard already for any of them.

    Parameters
    ----------
    engine
        What renders. The thread is the only one to touch it.
    hands
        What is done with what comes of it.
    ahead_s
        How long before it is due a frame may at most be rendered.
    """

    def __init__(self, engine: Engine, hands: Hands, ahead_s: float) -> None:
        self.engine = engine
        self._paused = False
        self._deliver, self.prefetch, self._lose = hands.deliver, hands.prefetch, hands.lose
        self._ahead_s = ahead_s
        self._players: dict[str, Player] = {}
        self._asked: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._samples, self._load = Samples(), Load()
        self._ending = False

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Render for as long as the context lasts."""
        thread = Thread(target=self._run, name="render", daemon=True)
        thread.start()
        try:
            yield
        finally:
            await self.call(self._end)
            await asyncio.to_thread(thread.join)

    async def call(self, act: Callable[[], Answer]) -> Answer:
        """Have something done on the thread, between two frames."""
        future: Future[Answer] = Future()

        def acted() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(act())
            except Exception as error:  # noqa: BLE001 raised where it was asked for
                future.set_exception(error)

        self._asked.put(acted)
        return await asyncio.wrap_future(future)

    def add(self, player: Player) -> None:
        """Begin to play a stream. On the thread."""
        self._players[player.stream_id] = player
        figures.STREAMS.set(len(self._players))
        self.prefetch(player)

    def remove(self, player: Player) -> None:
        """Play a stream no more, and forget its deck. On the thread."""
        if self._players.get(player.stream_id) is player:
            del self._players[player.stream_id]
            figures.STREAMS.set(len(self._players))
            self.engine.close(player.deck)

    def pause(self, *, is_paused: bool) -> None:
        """Render nothing for a while, or go on. On the thread."""
        self._paused = is_paused

    def _end(self) -> None:
        self._ending = True

    def _run(self) -> None:
        while not self._ending:
            now_s = time.monotonic()
            tick_s = now_s // FRAME_S * FRAME_S
            ready = (
                [] if self._paused else [each for each in self._players.values() if not each.held]
            )
            due = [each for each in ready if each.audible and each.due_s <= tick_s]
            behind = [each for each in ready if not each.audible]
            if due:
                self._play(due)
            if behind:
                self._catch_up(behind[: self.engine.at_once], time.monotonic() + SLICE_S)
            self._obey(0 if due or behind else tick_s + FRAME_S - now_s)

    def _obey(self, wait_s: float) -> None:
        """Do all that was asked for; where nothing was, wait so long for something."""
        with suppress(queue.Empty):
            self._asked.get(timeout=wait_s)() if wait_s > 0 else self._asked.get_nowait()()
            while True:
                self._asked.get_nowait()()

    def _play(self, due: Sequence[Player]) -> None:
        """Play a frame of each."""
        started_s, at_once = time.monotonic(), self.engine.at_once
        for first in range(0, len(due), at_once):
            if played := self._played(due[first : first + at_once], 1):
                self._deliver(self._rendered(played))
        took_s = time.monotonic() - started_s
        figures.RENDER_SECONDS.observe(took_s)
        self._load.note(took_s / FRAME_S)
        self._deliver(())

    def _catch_up(self, behind: Sequence[Player], until_s: float) -> None:
        """Play what has been heard before, and let nobody hear it again."""
        while behind and time.monotonic() < until_s:
            played = self._played(behind, min(STEP, *(each.frames_behind for each in behind)))
            behind = [walk.player for walk, _ in played if not walk.player.audible]

    def _played(self, players: Sequence[Player], frames: int) -> list[tuple[Walk, Sound]]:
        """Play so many frames of each in one call; those who cannot be played are given up."""
        now_s = time.monotonic()
        walked = [walk for player in players if (walk := self._walked(player, frames, now_s))]
        if not walked:
            return []
        try:
            sound = self.engine.render([(walk.player.deck, walk.span) for walk in walked])
            for index in np.flatnonzero(~np.isfinite(sound).all(axis=(1, 2))).tolist():
                self._mend(walked[index].player)
                sound[index] = 0
        except Exception:
            logger.exception("rendering failed")
            for walk in walked:
                self._give_up(walk.player)
            return []
        return list(zip(walked, sound, strict=True))

    def _walked(self, player: Player, frames: int, now_s: float) -> Walk | None:
        try:
            player.resume(now_s)
            span, bars = player.advance(frames)
        except Exception:
            logger.exception("composing failed", extra={"stream": player.stream_id})
            self._give_up(player)
            return None
        if bars:
            self.prefetch(player)
        return Walk(player, self._thinned(span), bars)

    def _rendered(self, played: Sequence[tuple[Walk, Sound]]) -> list[Rendered]:
        sequences = [walk.span.position // FRAME for walk, _ in played]
        frames = self._samples.frames(np.stack([sound for _, sound in played]), sequences)
        late_s = time.monotonic() - self._ahead_s
        made = [walk.rendered(pcm, late_s) for (walk, _), pcm in zip(played, frames, strict=True)]
        figures.FRAMES.inc(len(made))
        figures.LATE_FRAMES.inc(sum(each.late for each in made))
        return made

    def _thinned(self, span: Span) -> Span:
        left = thinned(span, self._load.level)
        figures.LEFT_OUT_NOTES.inc(len(span.notes) - len(left.notes))
        return left

    def _mend(self, player: Player) -> None:
        """Begin from silence where an engine has lost itself: what is no number never ends."""
        logger.error("an engine made no sound", extra={"stream": player.stream_id})
        figures.BROKEN_FRAMES.inc()
        self.engine.close(player.deck)
        player.deck = self.engine.open()

    def _give_up(self, player: Player) -> None:
        """Play a stream no more that stands nobody knows where."""
        self.remove(player)
        self._lose(player)
