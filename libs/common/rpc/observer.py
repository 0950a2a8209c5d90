"""What happens around every call a service answers: trace, time, faults to statuses."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias, cast

import grpc
from opentelemetry import trace
from prometheus_client import Histogram

from libs.common.faults import Fault
from libs.common.outages import fault_in
from libs.common.rpc.kinds import Request, Response
from libs.common.rpc.status import CODE_HEADER, status_of
from libs.common.telemetry import trace_context

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from libs.common.rpc.kinds import Context, Continuation, Handler

logger = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

CALL_SECONDS = Histogram("rpc_call_seconds", "Time to answer a gRPC call", ["method", "status"])

if TYPE_CHECKING:
    # What comes in is one request or a stream of them; the observer hands it on untouched.
    AnswerOne: TypeAlias = Callable[[object, Context[Request, Response]], Awaitable[Response]]
    AnswerMany: TypeAlias = Callable[
        [object, Context[Request, Response]], AsyncGenerator[Response] | Awaitable[None]
    ]


class Observer(grpc.aio.ServerInterceptor):
    """Traces and times every call of all four kinds, and answers a fault with its status."""

    async def intercept_service(
        self,
        continuation: Continuation[Request, Response],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler[Request, Response] | None:
        """Put the observer in front of the handler that would have answered."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith("/grpc."):  # health and reflection are not news
            return handler
        return _wrapped(method, handler)


def _wrapped(method: str, handler: Handler[Request, Response]) -> Handler[Request, Response]:
    # grpcio's types know only the synchronous flavour of a handler, hence the casts.
    coders = (handler.request_deserializer, handler.response_serializer)
    if handler.unary_unary:
        one = _one(method, cast("AnswerOne[Request, Response]", handler.unary_unary))
        wrapped = grpc.unary_unary_rpc_method_handler(one, *coders)
    elif handler.stream_unary:
        one = _one(method, cast("AnswerOne[Request, Response]", handler.stream_unary))
        wrapped = grpc.stream_unary_rpc_method_handler(one, *coders)
    elif handler.unary_stream:
        many = _many(method, cast("AnswerMany[Request, Response]", handler.unary_stream))
        wrapped = grpc.unary_stream_rpc_method_handler(many, *coders)
    else:
        many = _many(method, cast("AnswerMany[Request, Response]", handler.stream_stream))
        wrapped = grpc.stream_stream_rpc_method_handler(many, *coders)
    return wrapped


def _one(
    method: str, answer: AnswerOne[Request, Response]
) -> Callable[[object, Context[Request, Response]], Awaitable[Response]]:
    async def observed(request: object, context: Context[Request, Response]) -> Response:
        async with _observation(method, context):
            return await answer(request, context)
        raise AssertionError  # for the type checker: the observation swallows nothing

    return observed


def _many(
    method: str, answer: AnswerMany[Request, Response]
) -> Callable[[object, Context[Request, Response]], Awaitable[None]]:
    # Writes rather than yields: gRPC drops a generator whose caller has left, and its end would
    # then run somewhere else, outside the trace it must close.
    async def observed(request: object, context: Context[Request, Response]) -> None:
        async with _observation(method, context):
            answers = answer(request, context)
            if isinstance(answers, AsyncGenerator):
                async with aclosing(answers):
                    async for response in answers:
                        await context.write(response)
            else:  # the handler writes to the context itself
                await answers

    return observed


@asynccontextmanager
async def _observation(method: str, context: Context[Request, Response]) -> AsyncGenerator[None]:
    started, status = time.perf_counter(), grpc.StatusCode.OK
    headers = {name: str(value) for name, value in context.invocation_metadata() or ()}
    try:
        with tracer.start_as_current_span(method, trace_context(headers), trace.SpanKind.SERVER):
            yield
    except grpc.aio.AbortError:
        status = grpc.StatusCode.UNKNOWN  # the handler told gRPC itself
        raise
    except asyncio.CancelledError:
        status = grpc.StatusCode.CANCELLED
        raise
    except Exception as error:  # noqa: BLE001 told to the log or to the caller
        fault = _told(error, method)
        if fault is None:
            status = grpc.StatusCode.INTERNAL
            await context.abort(status, "internal error")
        status = status_of(fault)
        await context.abort(status, str(fault), ((CODE_HEADER, fault.code),))
    finally:
        CALL_SECONDS.labels(method, status.name).observe(time.perf_counter() - started)


def _told(error: Exception, method: str) -> Fault | None:
    fault = fault_in(error)
    if fault is None:
        logger.exception("call failed", extra={"method": method})
    elif fault is not error:
        logger.warning("call met an outage", extra={"method": method, "reason": repr(error)})
    return fault
