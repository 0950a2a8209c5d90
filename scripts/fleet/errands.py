"""Work that is done once in the life of a data folder, beside the running fleet."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from scripts.programs.process import Process

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable
    from pathlib import Path

    from scripts.fleet.journal import Journal
    from scripts.programs.program import Program

STOP_S = 1.0


@asynccontextmanager
async def running(
    programs: Iterable[Program], home: Path, journal: Journal
) -> AsyncGenerator[None]:
    """Run the programs that no earlier start has brought to an end, one after another."""
    task = asyncio.create_task(_run_all(programs, home, journal))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _run_all(programs: Iterable[Program], home: Path, journal: Journal) -> None:
    for program in programs:
        done = home / "done" / program.name
        if not done.exists() and await _succeeds(program, home, journal):
            done.parent.mkdir(exist_ok=True)
            done.touch()


async def _succeeds(program: Program, home: Path, journal: Journal) -> bool:
    process = await Process.start(program, home, asyncio.subprocess.PIPE)
    try:
        await journal.follow(program.name, process.child)
        return await process.child.wait() == 0
    finally:
        await process.stop(STOP_S)
