"""The fleet as a whole: servers first, then services, then what is done once."""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from scripts.fleet import errands
from scripts.fleet.claims import check_port, check_whole, claimed
from scripts.fleet.journal import Journal
from scripts.fleet.member import Member, State
from scripts.fleet.table import Need
from scripts.fleet.wiring import Wiring, port_names, schema
from scripts.programs.warden import guarded
from scripts.servers import create_service_database
from scripts.servers.memory import remembered_ports, write_private
from scripts.servers.servers import plan
from scripts.servers.settings import Binaries, External

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Iterable, Iterator

    from scripts.fleet.screen import Screen
    from scripts.fleet.settings import FleetSettings
    from scripts.fleet.table import Service
    from scripts.programs.program import Program
    from scripts.servers import Servers

SERVICES_STOP_S = 6.0
SERVERS_STOP_S = 2.5
"""Both, and the search for stragglers, fit into the promised 10 s."""


class Fleet:
    """Runs the rows of the table on one machine."""

    def __init__(self, settings: FleetSettings, screen: Screen) -> None:
        self._settings = settings
        self._screen = screen
        self._home = settings.data.resolve()
        self._journal = Journal(self._home / "log", self._log, verbose=settings.verbose)
        self._members: dict[str, Member] = {}
        self._all_but_spares_ready = asyncio.Event()

    @asynccontextmanager
    async def running(
        self, services: tuple[Service, ...], once: tuple[Service, ...]
    ) -> AsyncGenerator[None]:
        """Run everything; yield when all but spares are ready, and stop all on leaving."""
        started, address = time.monotonic(), self._settings.address
        with claimed(self._home), guarded(self._home), self._reporting():
            check_whole(self._home)
            check_port(self._settings)
            planned = plan(self._home, Binaries(), External())
            async with self._kept(planned.programs, SERVERS_STOP_S):
                # Services wait for the other servers by themselves, while they load.
                await self._until_ready("postgres")
                wiring = await self._wiring(planned.servers, services)
                spares = {service.name for service in services if service.spare}
                programs = map(wiring.program, services)
                async with self._kept(programs, SERVICES_STOP_S, spares):
                    await self._until_ready(*(self._members.keys() - spares))
                    took_s = time.monotonic() - started
                    self._screen.title(f"Tutti: {address}, ready after {took_s:.1f} s")
                    self._screen.say(f"Tutti is ready: {address}")
                    self._all_but_spares_ready.set()
                    left = map(wiring.program, once)
                    async with errands.running(left, self._home, self._journal):
                        yield

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Tell the person at the terminal, and whoever reads fleet.json, how things stand."""
        with self._screen.showing(self._members.values()):
            try:
                yield
            finally:
                (self._home / "fleet.json").unlink(missing_ok=True)

    @asynccontextmanager
    async def _kept(
        self, programs: Iterable[Program], patience_s: float, spares: Collection[str] = ()
    ) -> AsyncGenerator[None]:
        """Keep programs running side by side, for as long as the context lasts."""
        async with asyncio.TaskGroup() as group:
            tasks = []
            for program in programs:
                member = Member(program, self._home, self._journal, self._changed)
                self._members[program.name] = member
                after = self._all_but_spares_ready if program.name in spares else None
                tasks.append(group.create_task(member.keep_running(patience_s, after)))
            yield
            for task in tasks:
                task.cancel()

    async def _until_ready(self, *names: str) -> None:
        """Wait for programs; those that are not ours count as ready."""
        for name in names:
            if name in self._members:
                await self._members[name].ready.wait()

    async def _wiring(self, servers: Servers, services: tuple[Service, ...]) -> Wiring:
        ports = remembered_ports(self._home / "ports.json", port_names(services))
        schemas = {schema(each) for each in services if Need.DATABASE in each.needs}
        urls = {name: await create_service_database(servers, name) for name in sorted(schemas)}
        return Wiring(self._settings, servers, ports, urls)

    def _log(self, name: str, line: str) -> None:
        """Show what a program warns of, but not that it waits for others to start or stop."""
        member = self._members.get(name)
        if self._settings.verbose or member is None or member.state is State.READY:
            self._screen.log(name, line)

    def _changed(self, member: Member) -> None:
        """Show a change, and write it down for whoever asks from outside."""
        self._screen.changed(member)
        if member.state is State.RESTARTING:
            for line in self._journal.last_words(member.program.name):
                self._screen.log(member.program.name, line)
        programs = {
            name: {"state": each.state.value, "pid": each.pid, "starts": each.starts}
            for name, each in self._members.items()
        }
        status = {"address": self._settings.address, "pid": os.getpid(), "programs": programs}
        write_private(self._home / "fleet.json", json.dumps(status, indent=2) + "\n")
