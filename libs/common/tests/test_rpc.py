import asyncio
import logging
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import REGISTRY

from libs.common.faults import (
    AlreadyExists,
    CannotStart,
    Conflict,
    FailedPrecondition,
    Fault,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    TimedOut,
    Unauthenticated,
    Unavailable,
)
from libs.common.rpc import Need, needs_away, open_channel, serve
from libs.common.settings import ServiceSettings
from libs.common.tests.greeter import SERVICE, Greet, Greeter, Stub
from libs.common.tests.waiting import until

FAULTS = [
    InvalidInput,
    NotFound,
    AlreadyExists,
    Unauthenticated,
    PermissionDenied,
    FailedPrecondition,
    Conflict,
    ResourceExhausted,
    Unavailable,
    TimedOut,
]


class UnknownTrack(NotFound):
    code = "unknown_track"


def failing(error: Exception) -> Greet:
    async def greet(name: str) -> str:
        raise error from ValueError(name)

    return greet


@asynccontextmanager
async def greeting(
    greeter: Greeter, settings: ServiceSettings | None = None
) -> AsyncGenerator[Stub]:
    settings = settings or ServiceSettings()
    async with (
        serve(settings, greeter.register, [SERVICE]) as address,
        open_channel(address, settings.rpc_tls) as channel,
    ):
        yield Stub(channel)


def named(name: str) -> StringValue:
    return StringValue(value=name)


async def names(*all_names: str) -> AsyncGenerator[StringValue]:
    for name in all_names:
        yield StringValue(value=name)


async def test_all_four_kinds_of_calls_are_answered() -> None:
    async with greeting(Greeter()) as stub:
        assert (await stub.get(named("Ella"))).value == "hello Ella"
        listed = [one.value async for one in stub.list(named("Ella Nina"))]
        assert listed == ["hello Ella", "hello Nina"]
        joined = await stub.join(names("Ella", "Nina"), timeout=5)
        assert joined.value == "hello Ella hello Nina"
        echoed = [one.value async for one in stub.echo(names("Ella", "Nina"), timeout=5)]
        assert echoed == ["hello Ella", "hello Nina"]


@pytest.mark.parametrize("kind", FAULTS)
async def test_a_fault_reaches_the_caller_as_itself(kind: type[Fault]) -> None:
    greeter = Greeter(failing(kind("café is closed; try the bar")))
    async with greeting(greeter) as stub:
        with pytest.raises(kind, match="café is closed; try the bar") as caught:
            await stub.set(named("Ella"))
        assert type(caught.value) is kind
        assert caught.value.code == kind.code
        with pytest.raises(kind, match="café is closed"):
            [one async for one in stub.list(named("Ella"))]


async def test_the_code_of_a_services_own_fault_travels() -> None:
    async with greeting(Greeter(failing(UnknownTrack("no such track")))) as stub:
        with pytest.raises(NotFound) as caught:
            await stub.get(named("Ella"))
    assert caught.value.code == "unknown_track"


async def test_a_bug_is_logged_once_and_tells_the_caller_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with greeting(Greeter(failing(ZeroDivisionError("secret")))) as stub:
        for call in (stub.get(named("Ella")), stub.join(names("Ella"))):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            assert caught.value.code() is grpc.StatusCode.INTERNAL
            assert caught.value.details() == "internal error"
        for calls in (stub.list(named("Ella")), stub.echo(names("Ella"))):
            with pytest.raises(grpc.aio.AioRpcError, match="internal error"):
                [one async for one in calls]
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in failures] == ["call failed"] * 4


@pytest.mark.parametrize(
    "outage",
    [
        asyncpg.ConnectionDoesNotExistError("connection was closed"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionRefusedError(111, "refused"),
    ],
)
async def test_an_outage_of_the_database_is_told_as_one(outage: Exception) -> None:
    async with greeting(Greeter(failing(outage))) as stub:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await stub.set(named("Ella"))


async def test_calls_are_timed_by_method_and_status() -> None:
    labels = {"method": f"/{SERVICE}/ListGreetings", "status": "NOT_FOUND"}
    before = REGISTRY.get_sample_value("rpc_call_seconds_count", labels) or 0
    async with greeting(Greeter(failing(NotFound("gone")))) as stub:
        with pytest.raises(NotFound):
            [one async for one in stub.list(named("Ella"))]
    assert REGISTRY.get_sample_value("rpc_call_seconds_count", labels) == before + 1


async def test_the_trace_of_the_caller_continues_in_the_service() -> None:
    trace_ids = []

    async def greet(name: str) -> str:
        trace_ids.append(trace.get_current_span().get_span_context().trace_id)
        return name

    tracer = TracerProvider().get_tracer("test")
    async with greeting(Greeter(greet)) as stub:
        with tracer.start_as_current_span("tap") as span:
            await stub.get(named("Ella"))
            [one async for one in stub.list(named("Ella"))]
    assert trace_ids == [span.get_span_context().trace_id] * 2


async def test_a_call_without_a_deadline_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.common.rpc.client.DEADLINE_S", 0.1)
    monkeypatch.setattr("libs.common.rpc.client.STREAM_DEADLINE_S", 0.1)

    async def greet(name: str) -> str:
        await asyncio.sleep(5)
        return name

    async with greeting(Greeter(greet), ServiceSettings(drain_s=0.1)) as stub:
        with pytest.raises(TimedOut, match="GreeterService gave no answer in time"):
            await stub.get(named("Ella"))
        with pytest.raises(TimedOut):
            [one async for one in stub.list(named("Ella"))]


async def test_a_read_is_tried_again_and_a_write_is_not() -> None:
    greeter = Greeter()

    async def greet(name: str) -> str:
        if greeter.calls % 3:
            raise Unavailable("warming up")
        return name

    greeter.greet = greet
    async with greeting(greeter) as stub:
        assert (await stub.get(named("Ella"))).value == "Ella"
        assert greeter.calls == 3
        with pytest.raises(Unavailable, match="warming up"):
            await stub.set(named("Ella"))
    assert greeter.calls == 4


async def test_a_write_declared_idempotent_is_tried_again() -> None:
    greeter = Greeter()

    async def greet(name: str) -> str:
        if greeter.calls == 1:
            raise Unavailable("warming up")
        return name

    greeter.greet = greet
    async with (
        serve(ServiceSettings(), greeter.register) as address,
        open_channel(address, idempotent={"SetGreeting"}) as channel,
    ):
        assert (await Stub(channel).set(named("Ella"))).value == "Ella"


@pytest.mark.slow
async def test_a_read_outlasts_the_restart_of_the_service() -> None:
    settings = ServiceSettings(rpc_port=free_port())
    async with open_channel(f"127.0.0.1:{settings.rpc_port}") as channel:
        async with serve(settings, Greeter().register):
            await Stub(channel).get(named("Ella"))
        with pytest.raises(Unavailable, match="GreeterService is not there"):
            await Stub(channel).set(named("Ella"))
        waiting = asyncio.ensure_future(Stub(channel).get(named("Ella")))
        await asyncio.sleep(0.5)
        async with serve(settings, Greeter().register):
            assert (await waiting).value == "hello Ella"


async def test_calls_go_to_all_addresses_of_a_service_and_past_one_that_is_gone() -> None:
    first, second = Greeter(), Greeter()
    settings = ServiceSettings(drain_s=0.1)
    async with serve(settings, second.register) as kept:
        async with (
            serve(settings, first.register) as leaving,
            open_channel(f"ipv4:{leaving},{kept}") as channel,
        ):
            stub = Stub(channel)

            async def both_were_asked() -> bool:
                await stub.get(named("Ella"))
                return bool(first.calls and second.calls)

            await until(both_were_asked)
        async with open_channel(f"ipv4:{leaving},{kept}") as channel:
            assert (await Stub(channel).get(named("Nina"))).value == "hello Nina"


async def test_a_reader_who_leaves_a_stream_frees_the_service() -> None:
    greeter = Greeter()
    async with greeting(greeter) as stub:
        answers = stub.list(named("Ella " * 100_000))
        async for _ in answers:
            break
        answers.cancel()
        await until(lambda: greeter.left_early)


async def test_a_call_in_hand_is_finished_before_the_service_stops() -> None:
    started = asyncio.Event()

    async def greet(name: str) -> str:
        started.set()
        await asyncio.sleep(0.2)
        return name

    async with serve(ServiceSettings(), Greeter(greet).register) as address:
        channel = grpc.aio.insecure_channel(address)
        in_hand = asyncio.ensure_future(Stub(channel).get(named("Ella")))
        await started.wait()
    assert (await in_hand).value == "Ella"
    await channel.close()


async def test_health_answers_overall_and_by_service() -> None:
    async with (
        serve(ServiceSettings(), Greeter().register, [SERVICE]) as address,
        open_channel(address) as channel,
    ):
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        for service in ("", SERVICE):
            answer = await check(health_pb2.HealthCheckRequest(service=service))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(NotFound):
            await check(health_pb2.HealthCheckRequest(service="tutti.unknown"))


async def test_health_names_what_is_away_and_fails_only_without_what_is_vital(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("libs.common.rpc.vitals.LOOK_EVERY_S", 0.01)
    monkeypatch.setattr("libs.common.rpc.vitals.PATIENCE_S", 0.05)
    gone: set[str] = set()

    async def ask_radio() -> None:
        if "radio" in gone:
            raise ConnectionRefusedError

    async def ask_disk() -> None:
        await asyncio.sleep(0.2 if "disk" in gone else 0)

    needs = {"disk": Need(ask_disk, vital=True), "radio": Need(ask_radio)}
    async with (
        serve(ServiceSettings(), Greeter().register, [SERVICE], needs) as address,
        open_channel(address) as channel,
    ):

        async def told(expected: str) -> None:
            await until(lambda: _says(channel, expected))

        await told("away: ")
        gone.add("radio")
        await told("away: radio")
        gone.add("disk")
        await told("it cannot reach disk, radio")
        gone.clear()
        await told("away: ")


async def _says(channel: grpc.aio.Channel, expected: str) -> bool:
    try:
        return f"away: {', '.join(await needs_away(channel, 1.0))}" == expected
    except Unavailable as fault:
        return str(fault) == expected


async def test_reflection_lists_the_service() -> None:
    async def question() -> AsyncGenerator[reflection_pb2.ServerReflectionRequest]:
        yield reflection_pb2.ServerReflectionRequest(list_services="")

    async with (
        serve(ServiceSettings(), Greeter().register, [SERVICE]) as address,
        open_channel(address) as channel,
    ):
        reflect = channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            reflection_pb2.ServerReflectionRequest.SerializeToString,
            reflection_pb2.ServerReflectionResponse.FromString,
        )
        [answer] = [one async for one in reflect(question(), timeout=5)]
    assert SERVICE in {service.name for service in answer.list_services_response.service}


async def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = ServiceSettings(rpc_port=taken.getsockname()[1])
        with pytest.raises(CannotStart, match=f"cannot listen at 127.0.0.1:{settings.rpc_port}"):
            async with serve(settings, Greeter().register):
                pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
