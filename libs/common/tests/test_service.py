import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import grpc
import httpx
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from libs.common.rpc import open_channel
from libs.common.tests.greeter import Stub

Jukebox = asyncio.subprocess.Process

pytestmark = pytest.mark.slow


@asynccontextmanager
async def jukebox(**settings: str) -> AsyncGenerator[Jukebox]:
    environment = {f"JUKEBOX_{name.upper()}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "libs.common.tests.jukebox",
        env=os.environ | environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def line(process: Jukebox) -> dict[str, str]:
    assert process.stderr is not None
    async with asyncio.timeout(10):
        spoken: dict[str, str] = json.loads(await process.stderr.readline())
        return spoken


async def rest(process: Jukebox) -> list[dict[str, str]]:
    assert process.stderr is not None
    async with asyncio.timeout(10):
        spoken = (await process.stderr.read()).splitlines()
    return [json.loads(one) for one in spoken]


async def test_a_service_serves_until_it_is_told_to_stop(nats_url: str) -> None:
    async with jukebox(nats_url=nats_url) as process:
        serving = await line(process)
        assert (serving["event"], serving["level"]) == ("serving", "INFO")
        async with open_channel(serving["address"]) as channel:
            answer = await Stub(channel).get(StringValue(value="Ella"))
            assert answer.value == "hello Ella"
        process.send_signal(signal.SIGTERM)
        assert [one["event"] for one in await rest(process)] == ["stopping"]
        assert await process.wait() == 0


async def test_a_service_shows_its_metrics(nats_url: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with jukebox(nats_url=nats_url, metrics_port=str(port)) as process:
        await line(process)
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
        assert "rpc_call_seconds" in answer.text
        frozen = next(row for row in answer.text.splitlines() if row.startswith("frozen_objects"))
        assert float(frozen.split()[1]) > 10_000


async def test_a_service_whose_metrics_port_is_taken_says_so(nats_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with jukebox(nats_url=nats_url, metrics_port=port) as process:
            [spoken] = await rest(process)
            assert await process.wait() == 1
    assert spoken["remedy"] == "set JUKEBOX_METRICS_PORT"


async def test_a_service_sends_its_traces_to_a_collector(nats_url: str) -> None:
    exported: list[ExportTraceServiceRequest] = []

    async def export(request: ExportTraceServiceRequest, _: object) -> ExportTraceServiceResponse:
        exported.append(request)
        return ExportTraceServiceResponse()

    collector = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(
        export,
        ExportTraceServiceRequest.FromString,
        ExportTraceServiceResponse.SerializeToString,
    )
    service = "opentelemetry.proto.collector.trace.v1.TraceService"
    handlers = grpc.method_handlers_generic_handler(service, {"Export": handler})
    collector.add_generic_rpc_handlers((handlers,))
    port = collector.add_insecure_port("127.0.0.1:0")
    await collector.start()
    try:
        endpoint = f"http://127.0.0.1:{port}"
        async with jukebox(nats_url=nats_url, otlp_endpoint=endpoint) as process:
            async with open_channel((await line(process))["address"]) as channel:
                await Stub(channel).get(StringValue(value="Ella"))
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        await collector.stop(1)
    [resource] = [one for request in exported for one in request.resource_spans]
    [attribute] = [one for one in resource.resource.attributes if one.key == "service.name"]
    assert attribute.value.string_value == "jukebox"
    [span] = [one for scope in resource.scope_spans for one in scope.spans]
    assert span.name == "/tutti.test.v1.GreeterService/GetGreeting"


async def test_a_service_that_cannot_start_says_why_in_one_line() -> None:
    async with jukebox(nats_url="nats://127.0.0.1:1", patience_s="0.1") as process:
        *waiting, last = await rest(process)
        assert await process.wait() == 1
    assert {one["event"] for one in waiting} == {"not yet"}
    assert last["event"] == "cannot start"
    assert last["reason"].startswith("cannot reach NATS at nats://127.0.0.1:1")
    assert last["remedy"] == "set JUKEBOX_NATS_URL"


async def test_a_service_that_waits_for_its_servers_can_be_stopped() -> None:
    async with jukebox(nats_url="nats://127.0.0.1:1") as process:
        assert (await line(process))["event"] == "not yet"
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
