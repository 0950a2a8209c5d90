import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import asyncpg
import nats
import pytest
from google.protobuf.message import Message
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from libs.common.events import Event, JetStreamBus, open_bus
from libs.common.postgres import Pool, announce, close_announcement, open_pool, transaction
from libs.common.tests.facts import SongPlayed, song, title
from libs.common.tests.waiting import until

Database = Callable[[str], Awaitable[str]]
RELAY = "libs.common.postgres.relay"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.common.events.listener.IDLE_S", 0.1)
    monkeypatch.setattr("libs.common.events.listener.AGAIN_S", 0.05)
    monkeypatch.setattr(f"{RELAY}.AUDIT_EVERY_S", 0.1)
    monkeypatch.setattr(f"{RELAY}.POLL_S", 0.1)
    monkeypatch.setattr(f"{RELAY}.RESEND_AFTER_S", 0.1)


@pytest.fixture
async def url(database_url: Database) -> str:
    return await database_url("jukebox")


@pytest.fixture
async def pool(url: str, bus: JetStreamBus, tmp_path: Path) -> AsyncGenerator[Pool]:
    async with open_pool(url, "jukebox", tmp_path, bus) as pool:
        yield pool


@pytest.fixture
async def heard(bus: JetStreamBus) -> list[str]:
    """The songs a listener heard so far."""
    titles: list[str] = []

    async def listen(fact: Message) -> None:
        titles.append(title(fact))

    await bus.subscribe(SongPlayed, "history", listen)
    return titles


async def play(pool: Pool, *titles: str, awaits_result: bool = False) -> None:
    async with transaction(pool) as connection:
        for name in titles:
            event = Event.of(song(name), name)
            await announce(connection, event, awaits_result=awaits_result)


async def test_an_announcement_is_heard_at_once_and_in_order(
    pool: Pool, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{RELAY}.POLL_S", 5.0)
    await play(pool, "warm up")
    await until(lambda: heard == ["warm up"])
    started = time.perf_counter()
    await play(pool, *"abcdefgh")
    await until(lambda: heard == ["warm up", *"abcdefgh"])
    assert time.perf_counter() - started < 3.0  # typically 0.02: a notification, not the poll


async def test_what_is_rolled_back_is_never_heard(pool: Pool, heard: list[str]) -> None:
    async with pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        await announce(connection, Event.of(song("So What"), "1"))
        await undone.rollback()
    await play(pool, "Blue in Green")
    await until(lambda: heard == ["Blue in Green"])


async def test_two_replicas_send_each_announcement_once(
    pool: Pool, heard: list[str], bus: JetStreamBus, url: str, tmp_path: Path
) -> None:
    async with open_pool(url, "jukebox", tmp_path, bus):
        await asyncio.gather(*(play(pool, f"{n}a", f"{n}b", f"{n}c") for n in range(30)))
        await until(lambda: len(heard) == 90)
    assert len(set(heard)) == 90


@pytest.mark.slow
async def test_what_awaits_a_result_is_sent_again_until_it_is_closed(
    pool: Pool, heard: list[str]
) -> None:
    await play(pool, "So What", awaits_result=True)
    await until(lambda: len(heard) >= 3)
    async with transaction(pool) as connection:
        await close_announcement(connection, Event.id_of(SongPlayed, "So What"))
    await asyncio.sleep(0.1)
    so_far = len(heard)
    await asyncio.sleep(0.6)  # more than the next two times it would have been due
    assert len(heard) == so_far
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


@pytest.mark.slow
async def test_news_is_sent_once_and_forgotten_after_a_day(pool: Pool, heard: list[str]) -> None:
    await play(pool, "So What")
    await until(lambda: heard == ["So What"])
    await asyncio.sleep(0.5)
    assert heard == ["So What"]
    await pool.execute("UPDATE outbox SET sent_at = now() - interval '25 hours'")

    async def forgotten() -> bool:
        return not await pool.fetch("SELECT id FROM outbox")

    await until(forgotten)


async def test_an_event_announced_again_is_sent_again_as_it_is_now(
    pool: Pool, heard: list[str]
) -> None:
    for name in ("So What", "So What (live)"):
        async with transaction(pool) as connection:
            await announce(connection, Event.of(song(name), "1"))
        await until(lambda: heard[-1:] == [name])  # noqa: B023 awaited at once


@pytest.mark.slow
@pytest.mark.parametrize("auditing", [True, False])
async def test_news_the_stream_lost_is_sent_again(
    pool: Pool,
    heard: list[str],
    nats_url: str,
    monkeypatch: pytest.MonkeyPatch,
    auditing: bool,
) -> None:
    if not auditing:  # the control: without the audit, news the stream lost is lost
        monkeypatch.setattr(f"{RELAY}.AUDIT_EVERY_S", 1e9)
    await play(pool, "first")
    await until(lambda: heard == ["first"])
    await asyncio.sleep(0.2)
    connection = await nats.connect(nats_url)
    jetstream = connection.jetstream()
    await jetstream.purge_stream("tutti")
    await jetstream.delete_stream("tutti")
    await connection.close()
    await play(pool, "second")
    if auditing:
        await until(lambda: {"first", "second"} <= set(heard[1:]))
    else:
        await until(lambda: "second" in heard)
        await asyncio.sleep(0.5)
        assert heard == ["first", "second"]


@pytest.mark.slow
async def test_a_copy_restored_days_later_tells_what_nobody_heard(
    url: str, bus: JetStreamBus, nats_url: str, tmp_path: Path
) -> None:
    async with open_pool(url, "jukebox", tmp_path, bus) as pool:
        await play(pool, "So What")
        await until(lambda: _sent(pool))
    connection = await nats.connect(nats_url)
    await connection.jetstream().purge_stream("tutti")
    await connection.jetstream().delete_stream("tutti")
    await connection.close()
    owner = await asyncpg.connect(url)
    await owner.execute("UPDATE jukebox.outbox SET sent_at = now() - interval '3 days'")
    await owner.close()
    titles: list[str] = []

    async def listen(fact: Message) -> None:
        titles.append(title(fact))

    async with open_bus(nats_url) as fresh, open_pool(url, "jukebox", tmp_path, fresh):
        await fresh.subscribe(SongPlayed, "history", listen)
        await until(lambda: titles == ["So What"])


async def _sent(pool: Pool) -> bool:
    return bool(await pool.fetchval("SELECT true FROM outbox WHERE sent_at IS NOT NULL"))


async def test_the_relay_survives_the_loss_of_its_connections(pool: Pool, heard: list[str]) -> None:
    await play(pool, "So What")
    await until(lambda: heard == ["So What"])
    await pool.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename = current_user AND pid <> pg_backend_pid()
        """
    )
    await play(pool, "Blue in Green")
    await until(lambda: heard == ["So What", "Blue in Green"])


async def test_the_trace_of_the_announcement_reaches_the_listener(
    pool: Pool, bus: JetStreamBus
) -> None:
    trace_ids = []

    async def listen(_: Message) -> None:
        trace_ids.append(trace.get_current_span().get_span_context().trace_id)

    await bus.subscribe(SongPlayed, "charts", listen)
    with TracerProvider().get_tracer("test").start_as_current_span("tap") as span:
        await play(pool, "So What")
    await until(lambda: trace_ids == [span.get_span_context().trace_id])
