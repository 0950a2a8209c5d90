"""What becomes of events when NATS crashes, comes back with an older disk, or comes late."""

import asyncio
import shutil
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from google.protobuf.message import Message

from libs.common.events import Event, open_bus
from libs.common.faults import Unavailable
from libs.common.postgres import Pool, announce, open_pool, transaction
from libs.common.tests.facts import SongPlayed, song, title
from libs.common.tests.waiting import until
from scripts.programs.process import Process
from scripts.servers.memory import remembered_ports
from scripts.servers.nats import PORTS, nats
from scripts.servers.settings import Binaries

RELAY = "libs.common.postgres.relay"
Database = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Broker:
    """A NATS server of the test's own, whose disk can be turned back."""

    home: Path
    ports: dict[str, int]

    @property
    def url(self) -> str:
        return f"nats://tutti:secret@127.0.0.1:{self.ports['nats']}"

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        program = nats(self.home / "nats", self.ports, "secret", Binaries())
        process = await Process.start(program, self.home, asyncio.subprocess.DEVNULL)
        try:
            await process.until_ready(10)
            yield
        finally:
            await process.end()

    def keep_disk(self) -> None:
        shutil.copytree(self.home / "nats", self.home / "kept")

    def turn_disk_back(self) -> None:
        shutil.rmtree(self.home / "nats")
        shutil.copytree(self.home / "kept", self.home / "nats")


@pytest.fixture
def broker(tmp_path: Path) -> Broker:
    return Broker(tmp_path, remembered_ports(tmp_path / "ports.json", PORTS))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.common.events.listener.IDLE_S", 0.2)
    monkeypatch.setattr(f"{RELAY}.POLL_S", 0.1)
    monkeypatch.setattr(f"{RELAY}.AUDIT_EVERY_S", 0.2)


async def play(pool: Pool, *titles: str) -> None:
    async with transaction(pool) as connection:
        for name in titles:
            await announce(connection, Event.of(song(name), name))


@pytest.mark.slow
@pytest.mark.parametrize("auditing", [True, False])
async def test_news_a_turned_back_disk_forgot_is_heard_by_who_did_not_hear_it(
    broker: Broker,
    database_url: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    auditing: bool,
) -> None:
    if not auditing:  # the control: without the audit the lost songs stay lost
        monkeypatch.setattr(f"{RELAY}.Relay._lost_some", nothing_lost)
    heard: list[str] = []

    async def listen(fact: Message) -> None:
        heard.append(title(fact))

    async with broker.running(), open_bus(broker.url):
        pass
    (tmp_path / "migrations").mkdir()
    broker.keep_disk()
    running = broker.running()
    await running.__aenter__()
    url = await database_url("jukebox")
    async with (
        open_bus(broker.url) as bus,
        open_pool(url, "jukebox", tmp_path / "migrations", bus) as pool,
    ):
        await play(pool, "a", "b", "c")
        await until(lambda: all_sent(pool))
        await running.__aexit__(None, None, None)
        broker.turn_disk_back()
        # Announced while NATS is away: it will stand where "a" once stood.
        await play(pool, "d")
        async with broker.running():
            await until(lambda: all_sent(pool))
            await bus.subscribe(SongPlayed, "history", listen)
            if auditing:
                await until(lambda: set(heard) == {"a", "b", "c", "d"})
            else:
                await until(lambda: "d" in heard)
                await asyncio.sleep(1)
                assert heard == ["d"]


@pytest.mark.slow
async def test_a_listener_ahead_of_a_turned_back_disk_hears_what_is_new(broker: Broker) -> None:
    heard: list[str] = []

    async def listen(fact: Message) -> None:
        heard.append(title(fact))

    running = broker.running()
    await running.__aenter__()
    async with open_bus(broker.url) as bus:
        await bus.subscribe(SongPlayed, "history", listen)
        await bus.publish(Event.of(song("a"), "a"))
        await until(lambda: heard == ["a"])
        await running.__aexit__(None, None, None)
        broker.keep_disk()
        async with broker.running():
            for name in ("b", "c", "d"):
                await patiently(bus.publish, Event.of(song(name), name))
            await until(lambda: heard == ["a", "b", "c", "d"])
        consumers = broker.home / "kept/jetstream/$G/streams/tutti/obs"
        shutil.rmtree(consumers)  # the stream forgets, the consumer does not
        shutil.copytree(broker.home / "nats/jetstream/$G/streams/tutti/obs", consumers)
        broker.turn_disk_back()
        async with broker.running():
            await patiently(bus.publish, Event.of(song("e"), "e"))
            await until(lambda: "e" in heard)


@pytest.mark.slow
async def test_a_service_that_starts_before_nats_waits_for_it(broker: Broker) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "libs.common.tests.jukebox",
        env={"JUKEBOX_NATS_URL": broker.url},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        assert b"not yet" in await process.stderr.readline()
        async with broker.running():
            while b'"serving"' not in (spoken := await process.stderr.readline()):
                assert b"not yet" in spoken
    finally:
        process.kill()
        await process.wait()


async def nothing_lost(_: object) -> bool:
    return False


async def all_sent(pool: Pool) -> bool:
    return not await pool.fetch("SELECT id FROM outbox WHERE due_at IS NOT NULL")


async def patiently(publish: Callable[[Event], Awaitable[int]], event: Event) -> None:
    """Publish as the relay does: again until it succeeds."""
    while True:
        try:
            await publish(event)
        except Unavailable:
            await asyncio.sleep(0.1)
        else:
            return
