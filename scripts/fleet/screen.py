"""What the person at the terminal sees: one table that stays, and lines above it."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from scripts.fleet.member import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from scripts.fleet.member import Member

COLOURS = {
    State.WAITING: "dim",
    State.STARTING: "yellow",
    State.READY: "green",
    State.RESTARTING: "red",
    State.STOPPING: "yellow",
    State.STOPPED: "dim",
}
MEASURE_S = 5.0
MIB = 1024 * 1024


class Screen:
    """A table on a terminal; elsewhere plain lines, one for each change."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._members: Collection[Member] = ()
        self._memory_bytes: dict[str, int] = {}
        self._live: Live | None = None
        self._title = "Tutti is starting"

    @contextmanager
    def showing(self, members: Collection[Member]) -> Iterator[None]:
        """Show these programs for as long as the context lasts."""
        self._members = members
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, get_renderable=self._table, refresh_per_second=4) as live:
            self._live = live
            measuring = asyncio.create_task(self._measure())
            try:
                yield
            finally:
                self._title = "Tutti has stopped"
                measuring.cancel()

    def say(self, text: str) -> None:
        """Print a line that is meant for the person, exactly as it is."""
        self._console.print(escape(text))

    def log(self, name: str, line: str) -> None:
        """Print a line of a program's log, with its name."""
        self._console.print(f"[cyan]{name:>13}[/cyan] {escape(line)}")

    def title(self, text: str) -> None:
        """Change the words above the table."""
        self._title = text

    def changed(self, member: Member) -> None:
        """Tell that a program has entered another state."""
        if not self._console.is_terminal or member.state is State.RESTARTING:
            now = time.strftime("%H:%M:%S")
            note = f" {member.note}" if member.note else ""
            self.say(f"{now} {member.program.name} {member.state.value}{note}")

    def _table(self) -> Table:
        total = sum(self._memory_bytes.values()) // MIB
        caption = f"{total} MiB in all. Ctrl-C stops everything." if total else None
        table = Table(title=escape(self._title), caption=caption, title_justify="left")
        for heading in ("Program", "Address", "State"):
            table.add_column(heading)
        table.add_column("Memory", justify="right")
        for member in self._members:
            name = member.program.name
            used = self._memory_bytes.get(name) if member.pid else None
            state = f"[{COLOURS[member.state]}]{member.state.value}[/] {escape(member.note)}"
            table.add_row(name, member.program.address, state, f"{used // MIB} MiB" if used else "")
        return table

    async def _measure(self) -> None:
        while True:
            for member in self._members:
                used = await asyncio.to_thread(memory_bytes, member.pid) if member.pid else 0
                self._memory_bytes[member.program.name] = used
            await asyncio.sleep(MEASURE_S)


def memory_bytes(pid: int) -> int:
    """Return the memory of a process and its descendants, shared pages counted by share."""
    used = 0
    with suppress(psutil.Error):
        leader = psutil.Process(pid)
        for process in (leader, *leader.children(recursive=True)):
            memory = process.memory_full_info()
            # Linux alone can split shared pages among their users.
            used += getattr(memory, "pss", memory.uss)
    return used
