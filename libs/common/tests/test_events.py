import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import nats
import pytest
from google.protobuf.message import Message
from nats.js import JetStreamContext, api
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from libs.common.events import Event, JetStreamBus, open_bus, open_connection
from libs.common.faults import CannotStart, InvalidInput, Unavailable
from libs.common.tests.facts import SongPlayed, song, title
from libs.common.tests.waiting import until

SUBJECT = "tutti.test.v1.SongPlayed"


class Audience:
    """Remembers the songs it heard, after failing at "So What" as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.heard: list[str] = []
        self.tries = 0
        self._failures = list(failures)

    async def listen(self, fact: Message) -> None:
        self.tries += 1
        if self._failures and title(fact) == "So What":
            raise self._failures.pop(0)
        self.heard.append(title(fact))


@asynccontextmanager
async def stream(nats_url: str) -> AsyncGenerator[JetStreamContext]:
    connection = await nats.connect(nats_url)
    try:
        yield connection.jetstream()
    finally:
        await connection.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.common.events.listener.IDLE_S", 0.1)
    monkeypatch.setattr("libs.common.events.listener.AGAIN_S", 0.05)


async def test_a_listener_hears_what_was_announced_before_and_after_it_came(
    bus: JetStreamBus,
) -> None:
    audience = Audience()
    await bus.publish(Event.of(song("So What"), "1"))
    await bus.subscribe(SongPlayed, "history", audience.listen)
    await bus.publish(Event.of(song("Blue in Green"), "2"))
    await until(lambda: audience.heard == ["So What", "Blue in Green"])


async def test_the_same_event_is_stored_once(bus: JetStreamBus) -> None:
    event = Event.of(song("So What"), "1")
    assert await bus.publish(event) == await bus.publish(event)


async def test_every_kind_of_listener_hears_an_event_and_one_of_each_kind(
    bus: JetStreamBus, nats_url: str
) -> None:
    first, second, other = Audience(), Audience(), Audience()
    await bus.subscribe(SongPlayed, "history", first.listen)
    await bus.subscribe(SongPlayed, "charts", other.listen)
    async with open_bus(nats_url) as replica:
        await replica.subscribe(SongPlayed, "history", second.listen)
        for number in range(20):
            await bus.publish(Event.of(song(str(number)), str(number)))
        await until(lambda: len(other.heard) == 20)
        await until(lambda: len(first.heard + second.heard) == 20)
    assert sorted(first.heard + second.heard, key=int) == other.heard


async def test_a_fact_that_failed_comes_again(nats_url: str) -> None:
    audience = Audience(ZeroDivisionError(), InvalidInput("no such song"))
    async with open_bus(nats_url, pauses_s=(0.01, 0.01)) as bus:
        await bus.subscribe(SongPlayed, "history", audience.listen)
        await bus.publish(Event.of(song("So What"), "1"))
        await until(lambda: audience.heard == ["So What"])
    assert audience.tries == 3


async def test_after_three_tries_a_fact_is_buried_with_the_reason(nats_url: str) -> None:
    audience = Audience(*[ZeroDivisionError("bad\nmath")] * 3)
    async with open_bus(nats_url, pauses_s=(0.01, 0.01)) as bus, stream(nats_url) as jetstream:
        await bus.subscribe(SongPlayed, "history", audience.listen)
        await bus.publish(Event.of(song("So What"), "1"))
        await bus.publish(Event.of(song("Blue in Green"), "2"))
        await until(lambda: "Blue in Green" in audience.heard)
        dead = await first_dead(jetstream)
    assert dead.subject == f"dead.history.{SUBJECT}"
    assert dead.data == song("So What").SerializeToString()
    assert (dead.headers or {})["Tutti-Reason"] == "ZeroDivisionError: bad math"
    assert (dead.headers or {})["Tutti-Tries"] == "3"
    assert (dead.headers or {})["Nats-Msg-Id"] == f"history/{SUBJECT}/1"
    assert audience.heard == ["Blue in Green"]


@pytest.mark.slow
async def test_a_fact_that_kills_its_process_is_buried_after_three_tries(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.common.events.listener.ACK_WAIT_S", 0.1)
    audience = Audience()
    async with stream(nats_url) as jetstream:
        async with open_bus(nats_url) as bus:
            await bus.subscribe(SongPlayed, "history", audience.listen)
        async with open_bus(nats_url) as bus:
            await bus.publish(Event.of(song("So What"), "1"))
        durable = f"history-{SUBJECT.replace('.', '_')}"
        killed = await jetstream.pull_subscribe_bind(durable, "tutti")
        for _ in range(3):
            await killed.fetch(1, timeout=2)  # a process that never answers
            await asyncio.sleep(0.15)
        async with open_bus(nats_url) as bus:
            await bus.subscribe(SongPlayed, "history", audience.listen)
            dead = await first_dead(jetstream)
    assert (dead.headers or {})["Tutti-Reason"] == "its handler never came back"
    assert audience.tries == 0


async def test_an_outage_holds_facts_up_and_buries_none(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.common.events.listener.OUTAGE_PAUSES_S", (0.01,))
    outages = [Unavailable("no database") for _ in range(5)]
    audience = Audience(*outages, ConnectionRefusedError(), *outages)
    async with open_bus(nats_url, pauses_s=(0.01, 0.01)) as bus, stream(nats_url) as jetstream:
        await bus.subscribe(SongPlayed, "history", audience.listen)
        await bus.publish(Event.of(song("So What"), "1"))
        await bus.publish(Event.of(song("Blue in Green"), "2"))
        await until(lambda: audience.heard == ["So What", "Blue in Green"])
        assert (await jetstream.stream_info("dead")).state.messages == 0


async def test_an_outage_does_not_keep_a_service_from_stopping(bus: JetStreamBus) -> None:
    audience = Audience(*[Unavailable("no database")] * 100)
    await bus.subscribe(SongPlayed, "history", audience.listen)
    await bus.publish(Event.of(song("So What"), "1"))
    await until(lambda: audience.tries > 1)
    async with asyncio.timeout(3):
        await bus.stop_listening(grace_s=5)


@pytest.mark.slow
async def test_a_slow_handler_keeps_its_fact(
    bus: JetStreamBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.common.events.listener.ACK_WAIT_S", 0.5)
    tries = []

    async def listen(fact: Message) -> None:
        tries.append(title(fact))
        await asyncio.sleep(1.2)

    await bus.subscribe(SongPlayed, "history", listen)
    await bus.publish(Event.of(song("So What"), "1"))
    await asyncio.sleep(1.5)
    assert tries == ["So What"]


@pytest.mark.slow
async def test_a_handler_in_hand_is_finished_and_nothing_new_is_taken_when_stopping(
    bus: JetStreamBus,
) -> None:
    started, heard = asyncio.Event(), []

    async def listen(fact: Message) -> None:
        started.set()
        await asyncio.sleep(0.2)
        heard.append(title(fact))

    await bus.subscribe(SongPlayed, "history", listen)
    await bus.publish(Event.of(song("So What"), "1"))
    await started.wait()
    await bus.publish(Event.of(song("Blue in Green"), "2"))
    await bus.stop_listening(grace_s=2)
    await asyncio.sleep(0.3)
    assert heard == ["So What"]


async def test_the_trace_of_the_announcer_continues_in_the_handler(bus: JetStreamBus) -> None:
    trace_ids = []

    async def listen(_: Message) -> None:
        trace_ids.append(trace.get_current_span().get_span_context().trace_id)

    await bus.subscribe(SongPlayed, "history", listen)
    with TracerProvider().get_tracer("test").start_as_current_span("tap") as span:
        event = Event.of(song("So What"), "1")
    await bus.publish(event)
    await until(lambda: trace_ids == [span.get_span_context().trace_id])


@pytest.mark.slow
@pytest.mark.parametrize("healing", [True, False])
async def test_a_listener_recovers_when_the_stream_loses_its_end(
    bus: JetStreamBus, nats_url: str, monkeypatch: pytest.MonkeyPatch, healing: bool
) -> None:
    if not healing:  # the control: without the check, the loss does silence the listener
        monkeypatch.setattr("libs.common.events.listener.Listener._astray", never)
    audience = Audience()
    await bus.subscribe(SongPlayed, "history", audience.listen)
    for number in range(5):
        await bus.publish(Event.of(song(str(number)), str(number)))
    await until(lambda: len(audience.heard) == 5)
    async with stream(nats_url) as jetstream:
        await rewind(jetstream)
    await bus.publish(Event.of(song("new"), "new"))
    if healing:
        await until(lambda: "new" in audience.heard)
    else:
        await asyncio.sleep(0.5)
        assert "new" not in audience.heard


async def never(_: object) -> bool:
    return False


async def rewind(jetstream: JetStreamContext) -> None:
    """Bring the stream to where a NATS that lost its last writes finds it: behind its consumers.

    No command cuts a stream's end off, but a consumer can be put ahead of it.
    """
    [consumer] = await jetstream.consumers_info("tutti")
    await jetstream.delete_consumer("tutti", consumer.name)
    await jetstream.add_consumer(
        "tutti",
        consumer.config,
        deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=500,
    )


async def test_a_listener_recovers_when_nats_loses_everything(
    bus: JetStreamBus, nats_url: str
) -> None:
    audience = Audience()
    await bus.subscribe(SongPlayed, "history", audience.listen)
    await bus.publish(Event.of(song("So What"), "1"))
    await until(lambda: audience.heard == ["So What"])
    async with stream(nats_url) as jetstream:
        await jetstream.purge_stream("tutti")
        await jetstream.delete_stream("tutti")
    await bus.publish(Event.of(song("Blue in Green"), "2"))
    await until(lambda: audience.heard == ["So What", "Blue in Green"])


async def test_the_bus_knows_whether_it_still_holds_an_event(
    bus: JetStreamBus, nats_url: str
) -> None:
    event = Event.of(song("So What"), "1")
    position = await bus.publish(event)
    assert await bus.holds(position, event.id)
    assert not await bus.holds(position, "another")
    assert not await bus.holds(position + 1, event.id)
    await bus.publish(Event.of(song("Blue in Green"), "2"))
    async with stream(nats_url) as jetstream:
        await jetstream.purge_stream("tutti", keep=1)
        assert await bus.holds(position, event.id)  # expired in good order
        await jetstream.purge_stream("tutti")
        await jetstream.delete_stream("tutti")
    assert not await bus.holds(position, event.id)


async def test_the_stream_keeps_facts_and_not_the_sound_of_live_music(
    bus: JetStreamBus, nats_url: str
) -> None:
    async with open_connection(nats_url) as connection:
        await connection.publish("tutti.test.v1.pcm.drift", b"sound")
        await connection.flush()
    async with stream(nats_url) as jetstream:
        await bus.publish(Event.of(song("So What"), "1"))
        assert (await jetstream.stream_info("tutti")).state.messages == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [(["tutti.>"], ["tutti.*.*.*"]), (["tutti.>", "mine.>"], ["tutti.>", "mine.>"])],
)
async def test_the_stream_of_an_older_version_is_narrowed_and_an_operators_is_not(
    nats_url: str, before: list[str], after: list[str]
) -> None:
    async with stream(nats_url) as jetstream:
        await jetstream.add_stream(name="tutti", subjects=before, max_age=3600.0)
        async with open_bus(nats_url):
            config = (await jetstream.stream_info("tutti")).config
    assert (config.subjects, config.max_age) == (after, 3600.0)


async def test_a_bus_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(CannotStart, match=r"cannot reach NATS at nats://127\.0\.0\.1:1") as problem:
        async with open_bus("nats://user:hush@127.0.0.1:1"):
            pass
    assert "hush" not in str(problem.value)


async def first_dead(jetstream: JetStreamContext) -> api.RawStreamMsg:
    async def any_dead() -> bool:
        return (await jetstream.stream_info("dead")).state.messages > 0

    await until(any_dead)
    state = (await jetstream.stream_info("dead")).state
    return await jetstream.get_msg("dead", state.first_seq)
