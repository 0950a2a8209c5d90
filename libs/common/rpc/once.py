"""Calls that act once although they may be sent twice: whoever sends them names the deed."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeAlias, cast

import grpc

from libs.common.rpc.kinds import Request, Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Generator

    from libs.common.rpc.kinds import Context, Continuation, Handler

DEED_HEADER = "tutti-deed"

if TYPE_CHECKING:
    Answer: TypeAlias = Callable[[Request, Context[Request, Response]], Awaitable[Response]]
    Remember: TypeAlias = Callable[[str, Callable[[], Awaitable[bytes]]], Awaitable[bytes]]

_deed: ContextVar[str] = ContextVar("deed", default="")


@contextmanager
def acting_once(deed: str) -> Generator[None]:
    """Name the deed that calls made while the context is open are part of."""
    before = _deed.set(deed)
    try:
        yield
    finally:
        _deed.reset(before)


def deed_headers() -> dict[str, str]:
    """The metadata that carries the name."""
    return {DEED_HEADER: deed} if (deed := _deed.get()) else {}


class Once(grpc.aio.ServerInterceptor):
    """Answers a call that is sent again as it was answered before.

    Parameters
    ----------
    remember
        Acts, and remembers the answer under a key; or answers what is remembered.
    methods
        Names of the methods this is done for: those that would do it twice.
    """

    def __init__(self, remember: Remember, methods: Collection[str]) -> None:
        self._remember = remember
        self._methods = methods

    async def intercept_service(
        self,
        continuation: Continuation[Request, Response],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler[Request, Response] | None:
        """Put the memory in front of the handler that would have answered."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        metadata = handler_call_details.invocation_metadata or ()
        deed = next((str(value) for name, value in metadata if name == DEED_HEADER), None)
        if handler is None or deed is None or method.rpartition("/")[2] not in self._methods:
            return handler
        # grpcio's types know only the synchronous flavour of a handler, hence the casts.
        answer = cast("Answer[Request, Response]", handler.unary_unary)
        serialize = cast("Callable[[Response], bytes]", handler.response_serializer)

        async def answered(request: Request, context: Context[Request, Response]) -> bytes:
            async def act() -> bytes:
                return serialize(await answer(request, context))

            return await self._remember(f"{method} {deed}", act)

        # Without a serializer: what is remembered are bytes.
        return grpc.unary_unary_rpc_method_handler(answered, handler.request_deserializer)
