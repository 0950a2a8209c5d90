"""One program of the fleet, kept running."""

from __future__ import annotations

import asyncio
import enum
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from scripts.programs.process import NotReady, Process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scripts.fleet.journal import Journal
    from scripts.programs.program import Program

READY_S = 120.0
"""How long a first start may take on a slow machine."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
"""A program that ran this long has earned a fresh start of its pauses."""
LOOK_EVERY_S = 5.0
UNSOUND_LOOKS = 2
"""In a row, before a program that runs is started again."""


class State(enum.Enum):
    """Where a program is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"


class Member:
    """Starts a program, and starts it again whenever it ends."""

    def __init__(
        self, program: Program, home: Path, journal: Journal, changed: Callable[[Member], None]
    ) -> None:
        self.program = program
        self.state = State.WAITING
        self.note = ""
        self.pid: int | None = None
        self.starts = 0
        self.ready = asyncio.Event()
        self._home = home
        self._journal = journal
        self._changed = changed

    async def keep_running(self, patience_s: float, after: asyncio.Event | None = None) -> None:
        """Keep the program running; when cancelled, stop it within ``patience_s``."""
        pause_s = FIRST_PAUSE_S
        try:
            if after is not None:
                self._enter(State.WAITING)
                await after.wait()
            while True:
                started = time.monotonic()
                reason = await self._run_once(patience_s)
                if time.monotonic() - started > STEADY_S:
                    pause_s = FIRST_PAUSE_S
                self._enter(State.RESTARTING, f"in {pause_s:g} s: it {reason}")
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        finally:
            self._enter(State.STOPPED)

    async def _run_once(self, patience_s: float) -> str:
        """Run the program until it ends, and say why it did."""
        self._enter(State.STARTING)
        started = time.monotonic()
        process = await Process.start(self.program, self._home, asyncio.subprocess.PIPE)
        self.pid = process.child.pid
        self.starts += 1
        logging = asyncio.create_task(self._journal.follow(self.program.name, process.child))
        try:
            await process.until_ready(READY_S)
            self._enter(State.READY, f"after {time.monotonic() - started:.1f} s")
            self.ready.set()
            return await self._until_over(process)
        except NotReady as failure:
            return str(failure)
        except asyncio.CancelledError:
            self._enter(State.STOPPING)
            raise
        finally:
            self.ready.clear()
            await process.stop(patience_s)
            self.pid = None
            with suppress(TimeoutError):
                await asyncio.wait_for(logging, 1)

    async def _until_over(self, process: Process) -> str:
        """Wait until it ends, or only a new start can help it, and say which."""
        failures: list[OSError] = []
        while len(failures) < UNSOUND_LOOKS:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    return f"ended with status {await process.child.wait()}"
            try:
                await self.program.sound()
                failures.clear()
            except TimeoutError:
                continue  # on a busy machine that says nothing
            except OSError as failure:
                failures.append(failure)
        return f"runs, but is not sound: {failures[-1]}"

    def _enter(self, state: State, note: str = "") -> None:
        self.state, self.note = state, note
        self._changed(self)
