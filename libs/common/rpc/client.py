"""Calling another service: with a deadline, within the trace, again where that is safe."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import TypeVar, cast

import grpc

from libs.common.rpc.once import deed_headers
from libs.common.rpc.server import LARGEST_MESSAGE_BYTES
from libs.common.rpc.status import fault_of
from libs.common.settings import Tls
from libs.common.telemetry import trace_headers

DEADLINE_S = 5.0
STREAM_DEADLINE_S = 60.0
"""How long a call may take unless it is made with a ``timeout`` of its own."""

TRIES = 6
FIRST_PAUSE_S = 0.1
"""Doubled before each further try: six tries outlast the restart of a service."""

READS = ("Get", "List", "Search", "Find", "Check", "BatchGet", "Count")
"""How the names of methods begin that change nothing, so that calling twice is safe."""

OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE_BYTES),
    ("grpc.max_send_message_length", LARGEST_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    # A service that restarted is found again within a second.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # Calls go to every replica the name resolves to, not to the first alone.
    ("grpc.lb_policy_name", "round_robin"),
)

Request = TypeVar("Request")
Response = TypeVar("Response")


@asynccontextmanager
async def open_channel(
    address: str, tls: Tls | None = None, *, idempotent: Collection[str] = ()
) -> AsyncGenerator[grpc.aio.Channel]:
    """Open a channel whose calls fail with the faults of ``libs.common.faults``.

    A call whose service is not there is made again, with jitter and within its
    deadline, if its method only reads (its name says so: see ``READS``) or is
    named in ``idempotent``. The channel connects on the first call.
    """
    interceptors = [Caller(frozenset(idempotent)), StreamCaller()]
    if tls is None:
        channel = grpc.aio.insecure_channel(address, OPTIONS, interceptors=interceptors)
    else:
        channel = grpc.aio.secure_channel(
            address, _credentials(tls), OPTIONS, interceptors=interceptors
        )
    async with channel:
        yield channel


class Caller(grpc.aio.UnaryUnaryClientInterceptor):
    """Makes calls with one answer."""

    def __init__(self, idempotent: frozenset[str]) -> None:
        self._idempotent = idempotent

    async def intercept_unary_unary(
        self,
        continuation: Callable[
            [grpc.aio.ClientCallDetails, Request],
            Awaitable[grpc.aio.UnaryUnaryCall[Request, Response]],
        ],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Request,
    ) -> Response:
        """Call until there is an answer, no sense in trying again, or no time left."""
        method = _text(client_call_details.method)
        tries = TRIES if self._may_repeat(method) else 1
        timeout_s = client_call_details.timeout or DEADLINE_S
        ends = time.monotonic() + timeout_s
        for attempt in range(tries):
            details = _prepared(client_call_details, max(ends - time.monotonic(), 0.0))
            try:
                return await (await continuation(details, request))
            except grpc.aio.AioRpcError as error:
                pause_s = FIRST_PAUSE_S * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311 jitter is no secret
                last = attempt + 1 == tries or time.monotonic() + pause_s > ends
                if error.code() is not grpc.StatusCode.UNAVAILABLE or last:
                    raise (fault_of(error, method) or error) from None
            await asyncio.sleep(pause_s)
        raise AssertionError  # the last try returns or raises

    def _may_repeat(self, method: str) -> bool:
        name = method.rpartition("/")[2]
        return name.startswith(READS) or name in self._idempotent


class StreamCaller(grpc.aio.UnaryStreamClientInterceptor):
    """Makes calls with a stream of answers. They are never repeated: part may have been seen."""

    async def intercept_unary_stream(
        self,
        continuation: Callable[
            [grpc.aio.ClientCallDetails, Request],
            Awaitable[grpc.aio.UnaryStreamCall[Request, Response]],
        ],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Request,
    ) -> AsyncIterator[Response]:
        """Call, and pass on what comes."""
        timeout_s = client_call_details.timeout or STREAM_DEADLINE_S
        call = await continuation(_prepared(client_call_details, timeout_s), request)
        return _answers(call, _text(client_call_details.method))


async def _answers(
    call: grpc.aio.UnaryStreamCall[Request, Response], method: str
) -> AsyncIterator[Response]:
    try:
        async for response in call:
            yield response
    except grpc.aio.AioRpcError as error:
        raise (fault_of(error, method) or error) from None
    finally:
        call.cancel()  # a reader who leaves early frees the server; after the end it does nothing


def _prepared(details: grpc.aio.ClientCallDetails, timeout_s: float) -> grpc.aio.ClientCallDetails:
    metadata = grpc.aio.Metadata(*(details.metadata or ()))
    for name, value in (trace_headers() | deed_headers()).items():
        metadata.add(name, value)
    return grpc.aio.ClientCallDetails(
        details.method, timeout_s, metadata, details.credentials, details.wait_for_ready
    )


def _text(method: object) -> str:
    # grpcio hands the method over as bytes, though its types say str.
    return method.decode() if isinstance(method, bytes) else cast("str", method)


def _credentials(tls: Tls) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(
        tls.authority.read_bytes(), tls.key.read_bytes(), tls.certificate.read_bytes()
    )
