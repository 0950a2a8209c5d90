"""An event, and what carries it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeVar

from google.protobuf.message import Message

from libs.common.telemetry import trace_headers

Fact = TypeVar("Fact", bound=Message)


@dataclass(frozen=True, slots=True)
class Event:
    """One announcement, ready to travel, with the trace of what led to it."""

    id: str
    subject: str
    payload: bytes
    traceparent: str = field(default="", compare=False)

    @classmethod
    def of(cls, fact: Message, key: str) -> Self:
        """Announce a fact; ``key`` tells this occurrence from every other of its kind."""
        return cls(
            cls.id_of(type(fact), key),
            fact.DESCRIPTOR.full_name,
            fact.SerializeToString(),
            trace_headers().get("traceparent", ""),
        )

    @staticmethod
    def id_of(fact: type[Message], key: str) -> str:
        """The id ``of`` gives, for whoever closes an announcement made elsewhere."""
        return f"{fact.DESCRIPTOR.full_name}/{key}"


class Bus(Protocol):
    """Carries events between services, each at least once."""

    @property
    def reconnects(self) -> int:
        """How often the bus came back after it was gone. What it held may have suffered then."""

    async def publish(self, event: Event) -> int:
        """Hand the event over. Returns its position in the stream once that has stored it.

        The same id within two minutes is stored once.
        """

    async def ping(self) -> None:
        """Return when the bus answers, or raise ``Unavailable``."""

    async def holds(self, position: int, event_id: str) -> bool:
        """Whether the stream still has, or has duly expired, what it stored at this position."""

    async def subscribe(
        self, fact: type[Fact], listener: str, handle: Callable[[Fact], Awaitable[None]]
    ) -> None:
        """Call ``handle`` for every such fact, sharing the work with listeners of this name.

        ``handle`` must be idempotent: a fact may come again.
        """
