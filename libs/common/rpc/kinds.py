"""Types of what stands in front of a call's handler; grpcio's own know no asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import grpc

Request = TypeVar("Request")
Response = TypeVar("Response")
if TYPE_CHECKING:
    Context: TypeAlias = grpc.aio.ServicerContext[Request, Response]
    Handler: TypeAlias = grpc.RpcMethodHandler[Request, Response]
    Continuation: TypeAlias = Callable[
        [grpc.HandlerCallDetails], Awaitable[Handler[Request, Response] | None]
    ]
