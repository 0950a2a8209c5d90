"""A program while it runs."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from scripts.programs.leftovers import MARK, end_marked, mark
from scripts.programs.program import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.programs.program import Program


@dataclass(frozen=True, slots=True)
class Process:
    """One run of a program, in a session of its own so that Ctrl-C reaches only us."""

    program: Program
    home: Path
    child: asyncio.subprocess.Process

    @classmethod
    async def start(cls, program: Program, home: Path, output: IO[bytes] | int) -> Process:
        """Start the program on behalf of the folder ``home``."""
        if program.prepare is not None:
            await asyncio.to_thread(program.prepare)
        child = await asyncio.create_subprocess_exec(
            *program.argv,
            cwd=ROOT,
            env={**os.environ, **program.environment, MARK: mark(home, program.name)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            user=program.user_id,
            group=program.user_id,
            extra_groups=None if program.user_id is None else [],
        )
        return cls(program, home, child)

    async def stop(self, patience_s: float) -> None:
        """Ask it to stop; after ``patience_s``, end it and whatever it started."""
        with suppress(ProcessLookupError):
            self.child.send_signal(self.program.stop_signal)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.child.wait(), patience_s)
        await self.end()

    async def end(self) -> None:
        """Kill whatever is left of it, descendants included."""
        await asyncio.to_thread(end_marked, mark(self.home, self.program.name), 0)
        await self.child.wait()

    async def until_ready(self, patience_s: float) -> None:
        """Wait until the program answers, or raise saying what became of it."""
        refusal: OSError | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self.child.returncode is None:
                    try:
                        return await self.program.ready()
                    except OSError as failure:
                        refusal = failure
                        await asyncio.sleep(0.02)
        if self.child.returncode is not None:
            raise NotReady(f"ended with status {self.child.returncode}")
        raise NotReady(f"did not answer in {patience_s:g} s: {refusal}")


class NotReady(Exception):
    """A program ended or stayed silent where it should have begun to answer."""
