"""Tutti, program by program, each in the hand of a trial."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scripts.fleet.settings import FleetSettings
from scripts.fleet.table import SERVICES, Face, Need
from scripts.fleet.wiring import Wiring, healthy, metrics_port, port_names, rpc_port, schema
from scripts.programs.process import NotReady, Process
from scripts.programs.readiness import serves
from scripts.programs.warden import guarded
from scripts.servers import create_service_database
from scripts.servers.memory import remembered_ports
from scripts.servers.servers import plan
from scripts.servers.settings import Binaries, External
from tests.outages.network import LOCAL, Place

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from pathlib import Path

    from scripts.fleet.table import Service
    from scripts.programs.program import Program
    from scripts.servers import Servers

READY_S = 60.0
STOP_S = 25.0
ROWS = {row.name: row for row in SERVICES}
CONFIGURATION = {"nats": "nats/nats.conf", "valkey": "redis/valkey.conf", "s3": "s3/proxy.conf"}
"""By the name of a server: the file that says where it listens."""
GENEROUS = {
    "GATEWAY_SIGN_INS_PER_MINUTE": "10000",
    "GATEWAY_REQUESTS_PER_MINUTE": "1000000",
    "GATEWAY_MEDIA_REQUESTS_PER_MINUTE": "1000000",
}


@dataclass(slots=True)
class Part:
    """One program, which a trial starts and stops as it likes."""

    program: Program
    home: Path
    process: Process | None = None

    @property
    def log(self) -> Path:
        """What it said."""
        return self.home / "log" / f"{self.program.name}.log"

    @property
    def pid(self) -> int:
        """Of the running program."""
        assert self.process is not None
        return self.process.child.pid

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.child.returncode is None

    async def sound(self) -> bool:
        """Whether it runs, and nothing says that only a new start can help it."""
        try:
            await self.program.sound()
        except TimeoutError:
            pass  # as the supervisor takes it
        except OSError:
            return False
        return self.runs

    async def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = await Process.start(self.program, self.home, output)
        try:
            await self.process.until_ready(READY_S)
        except NotReady as failure:
            last = self.log.read_text()[-2000:]
            raise NotReady(f"{self.program.name} {failure}; its last words:\n{last}") from None

    async def stop(self, patience_s: float = STOP_S) -> float:
        """Ask it to stop; answers how many seconds that took."""
        clock = asyncio.get_running_loop().time
        began = clock()
        if self.process is not None:
            await self.process.stop(patience_s)
        return clock() - began


@dataclass(slots=True)
class House:
    """All parts by name."""

    home: Path
    places: Mapping[str, Place]
    servers: Servers
    settings: FleetSettings
    ports: dict[str, int]
    environment: Mapping[str, str]
    environments: Mapping[str, Mapping[str, str]]
    """More for the programs of these names."""
    urls: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Of the gateway."""
        return self.settings.address

    def service(self, name: str, copy: int = 1, **environment: str) -> Part:
        """Describe a service; copies of one share everything but their ports."""
        row = ROWS[name] if copy == 1 else replace(ROWS[name], name=f"{name}-{copy}")
        self.ports |= remembered_ports(self.home / "ports.json", [*port_names((row,)), row.name])
        here = self.places.get(name, Place()).address
        told = {f"{row.prefix}HOST": here, **self._addresses(row), **self.environment}
        settings = self.settings
        if row.face is Face.HTTP:
            port = settings.port if copy == 1 else self.ports[row.name]
            settings = settings.model_copy(update={"host": here, "port": port})
        program = Wiring(settings, self.servers, self.ports, self.urls).program(row)
        if row.face is Face.RPC:
            program = replace(program, ready=healthy(f"{here}:{self.ports[rpc_port(row.name)]}"))
        elif row.face is Face.METRICS:
            program = replace(
                program, ready=serves(here, self.ports[metrics_port(row)], "/metrics")
            )
        told = {**program.environment, **told, **environment}
        return self._take(replace(program, environment=told), self.places.get(name, Place()))

    def server(self, program: Program) -> Part:
        """Describe a server, at its place."""
        place = self.places.get(program.name, Place())
        return self._take(_moved(program, self.home, place), place)

    def _take(self, program: Program, place: Place) -> Part:
        more = self.environments.get(program.name, {})
        told = {**program.environment, **more}
        part = Part(
            replace(program, argv=(*place.enter, *program.argv), environment=told), self.home
        )
        self.parts[program.name] = part
        return part

    def _addresses(self, row: Service) -> dict[str, str]:
        return {
            f"{row.prefix}{other.upper()}_ADDRESS": (
                f"{self.places.get(other, Place()).address}:{self.ports[rpc_port(other)]}"
            )
            for other in row.calls
        }


@asynccontextmanager
async def house(
    home: Path,
    places: Mapping[str, Place] | None = None,
    environments: Mapping[str, Mapping[str, str]] | None = None,
    **environment: str,
) -> AsyncGenerator[House]:
    """Run the servers; the services are for the trial to start. All of it ends with the context."""
    where = places or {}
    planned = plan(home, Binaries(), External.none(), durable=True)
    ports = remembered_ports(home / "ports.json", [*port_names(SERVICES), "gateway"])
    gateway = where.get("gateway", Place()).address
    settings = FleetSettings(host=gateway, port=ports["gateway"], data=home, demo=False)
    servers = _as_reached(planned.servers, where)
    built = House(
        home, where, servers, settings, ports, {**GENEROUS, **environment}, environments or {}
    )
    with guarded(home):
        async with AsyncExitStack() as stack:
            stack.push_async_callback(_all_ended, built)
            await asyncio.gather(*(built.server(each).start() for each in planned.programs))
            for row in SERVICES:
                if Need.DATABASE in row.needs:
                    built.urls[schema(row)] = await create_service_database(servers, schema(row))
            yield built


async def everything(running: House) -> None:
    """Start every service once."""
    for row in SERVICES[:-1]:
        running.service(row.name)
    services = [running.parts[row.name] for row in SERVICES[:-1]]
    await asyncio.gather(*(part.start() for part in services))
    await running.service("gateway").start()


async def _all_ended(running: House) -> None:
    ended = [part.process.end() for part in running.parts.values() if part.process is not None]
    await asyncio.gather(*ended)


def _as_reached(servers: Servers, places: Mapping[str, Place]) -> Servers:
    def at(name: str, url: str) -> str:
        return url.replace(LOCAL, places.get(name, Place()).address)

    return replace(
        servers,
        postgres_url=at("postgres", servers.postgres_url),
        nats_url=at("nats", servers.nats_url),
        redis_url=at("valkey", servers.redis_url),
        s3_endpoint=at("s3", servers.s3_endpoint),
    )


def _moved(program: Program, home: Path, place: Place) -> Program:
    """The server, listening at its place: they are made to answer on this machine alone."""
    if place.address == LOCAL:
        return program
    prepare, port = program.prepare, int(program.address.rpartition(":")[2])

    def prepared() -> None:
        if prepare is not None:
            prepare()
        if program.name == "postgres":
            with (home / "postgres/pg_hba.conf").open("a") as rules:
                rules.write("host all all 10.77.0.0/16 scram-sha-256\n")
            return
        file = home / CONFIGURATION[program.name]
        file.write_text(file.read_text().replace(LOCAL, place.address))

    async def ready() -> None:
        _, writer = await asyncio.open_connection(place.address, port)
        writer.close()
        if program.name == "postgres":
            log = home / "postgres/postmaster.pid"
            if log.read_text().split()[-1] != "ready":
                raise ConnectionError("PostgreSQL is starting")

    argv = tuple(part.replace(LOCAL, place.address) for part in program.argv)
    return replace(program, argv=argv, prepare=prepared, ready=ready)
