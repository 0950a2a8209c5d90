"""All servers together."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import defaultdict
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts.programs.process import NotReady, Process
from scripts.programs.warden import guarded
from scripts.servers import nats, postgres, swift, valkey
from scripts.servers.binaries import MissingServer
from scripts.servers.memory import remembered_ports, remembered_secrets
from scripts.servers.settings import Binaries, External

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping
    from pathlib import Path

    from scripts.programs.program import Program

READY_S = 60.0
STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Servers:
    """Where every server answers, and with which credentials."""

    postgres_url: str = field(repr=False)
    """As administrator; a service uses what create_service_database returns."""
    nats_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    s3_endpoint: str
    """With its scheme: http://127.0.0.1:20000."""
    s3_access_key: str
    s3_secret_key: str = field(repr=False)
    secret: str = field(repr=False)
    """From which further secrets of this installation are derived."""

    def secret_of(self, name: str) -> str:
        """Return a secret for one purpose, the same for as long as the data lives."""
        return hmac.new(self.secret.encode(), name.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """The servers to start, and where they will answer."""

    programs: tuple[Program, ...]
    servers: Servers


def plan(home: Path, binaries: Binaries, external: External, *, durable: bool = True) -> Plan:
    """Plan the servers whose data lies in a folder, leaving out those that run elsewhere."""
    home.mkdir(parents=True, exist_ok=True)
    port = remembered_ports(home / "ports.json", ("postgres", *nats.PORTS, "redis", *swift.PORTS))
    names = ("postgres", "nats", "redis", "s3", "services")
    secret = remembered_secrets(home / "secrets.json", names)

    def own_programs() -> Iterator[Program]:
        if external.postgres_url is None:
            at = home / "postgres", port["postgres"], secret["postgres"]
            yield postgres.postgres(*at, binaries, durable=durable)
        if external.nats_url is None:
            yield nats.nats(home / "nats", port, secret["nats"], binaries)
        if external.redis_url is None:
            yield valkey.valkey(home / "redis", port["redis"], secret["redis"], binaries)
        if external.s3_endpoint is None:
            yield swift.swift(home / "s3", port, secret["s3"], binaries)

    return Plan(tuple(own_programs()), _servers(port, secret, external))


def known_servers(home: Path, external: External) -> Servers:
    """Tell where the servers of a folder answer while they run, and change nothing."""
    files = [home / "ports.json", home / "secrets.json"]
    if all(file.exists() for file in files):
        ports, secrets = (json.loads(file.read_text()) for file in files)
        return _servers(ports, secrets, external)
    if external.postgres_url and external.s3_endpoint:
        return _servers(defaultdict(int), defaultdict(str), external)
    raise MissingServer(f"Tutti never ran with the data in {home}: set TUTTI_DATA")


def _servers(port: Mapping[str, int], secret: Mapping[str, str], external: External) -> Servers:
    own_nats = f"nats://{nats.USER}:{secret['nats']}@127.0.0.1:{port['nats']}"
    own_redis = f"redis://:{secret['redis']}@127.0.0.1:{port['redis']}/0"
    return Servers(
        postgres_url=external.postgres_url
        or postgres.url(port["postgres"], secret["postgres"], "postgres"),
        nats_url=external.nats_url or own_nats,
        redis_url=external.redis_url or own_redis,
        s3_endpoint=external.s3_endpoint or f"http://127.0.0.1:{port['s3']}",
        s3_access_key=external.s3_access_key or swift.ACCESS_KEY,
        s3_secret_key=external.s3_secret_key or secret["s3"],
        secret=secret["services"],
    )


@asynccontextmanager
async def running_servers(
    home: Path, external: External | None = None, *, durable: bool = False
) -> AsyncGenerator[Servers]:
    """Run servers of our own, which answer when this yields; for tests they start faster."""
    planned = plan(home, Binaries(), external or External.none(), durable=durable)
    with guarded(home):
        async with AsyncExitStack() as stack:
            async with asyncio.TaskGroup() as starts:
                for program in planned.programs:
                    starts.create_task(_run(program, home, stack))
            yield planned.servers


async def _run(program: Program, home: Path, stack: AsyncExitStack) -> None:
    log = home / f"{program.name}.log"
    with log.open("ab") as output:
        process = await Process.start(program, home, output)
    stack.push_async_callback(process.stop, STOP_S)
    try:
        await process.until_ready(READY_S)
    except NotReady as failure:
        raise NotReady(
            f"{program.name} {failure}; its last words:\n{log.read_text()[-2000:]}"
        ) from None
