"""A service of four methods, one of each kind, made without a contract."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import grpc
from google.protobuf.wrappers_pb2 import StringValue

SERVICE = "tutti.test.v1.GreeterService"

Context: TypeAlias = grpc.aio.ServicerContext[StringValue, StringValue]
Greet: TypeAlias = Callable[[str], Awaitable[str]]


async def _politely(name: str) -> str:
    return f"hello {name}"


@dataclass
class Greeter:
    """Answers each method by ``greet``, and keeps the metadata of the last call."""

    greet: Greet = _politely
    metadata: dict[str, str | bytes] = field(default_factory=dict)
    calls: int = 0
    left_early: bool = False

    async def get_greeting(self, request: StringValue, context: Context) -> StringValue:
        """One to one."""
        self.calls += 1
        self.metadata = dict(context.invocation_metadata() or ())
        return StringValue(value=await self.greet(request.value))

    async def list_greetings(
        self, request: StringValue, context: Context
    ) -> AsyncIterator[StringValue]:
        """One to many."""
        self.metadata = dict(context.invocation_metadata() or ())
        try:
            for name in request.value.split():
                yield StringValue(value=await self.greet(name))
        except (asyncio.CancelledError, GeneratorExit):
            self.left_early = True
            raise

    async def join(self, requests: AsyncIterator[StringValue], context: Context) -> StringValue:  # noqa: ARG002 gRPC dictates the signature
        """Many to one."""
        return StringValue(value=" ".join([await self.greet(one.value) async for one in requests]))

    async def echo(self, requests: AsyncIterator[StringValue], context: Context) -> None:
        """Many to many, written to the context."""
        async for one in requests:
            await context.write(StringValue(value=await self.greet(one.value)))

    def register(self, server: grpc.aio.Server) -> None:
        """Put the methods on a server."""
        coders = (StringValue.FromString, StringValue.SerializeToString)
        # grpcio's types know only the synchronous flavour of a handler.
        methods: dict[str, grpc.RpcMethodHandler[StringValue, StringValue]] = {
            "GetGreeting": grpc.unary_unary_rpc_method_handler(self.get_greeting, *coders),
            "SetGreeting": grpc.unary_unary_rpc_method_handler(self.get_greeting, *coders),
            "ListGreetings": grpc.unary_stream_rpc_method_handler(self.list_greetings, *coders),
            "Join": grpc.stream_unary_rpc_method_handler(self.join, *coders),
            "Echo": grpc.stream_stream_rpc_method_handler(self.echo, *coders),
        }
        handler = grpc.method_handlers_generic_handler(SERVICE, methods)
        server.add_generic_rpc_handlers((handler,))


class Stub:
    """Calls a greeter."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        coders = (StringValue.SerializeToString, StringValue.FromString)
        self.get = channel.unary_unary(f"/{SERVICE}/GetGreeting", *coders)
        self.set = channel.unary_unary(f"/{SERVICE}/SetGreeting", *coders)
        self.list = channel.unary_stream(f"/{SERVICE}/ListGreetings", *coders)
        self.join = channel.stream_unary(f"/{SERVICE}/Join", *coders)
        self.echo = channel.stream_stream(f"/{SERVICE}/Echo", *coders)
