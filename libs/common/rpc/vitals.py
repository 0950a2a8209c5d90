"""Whether a service can serve, and which of the servers it needs do not answer it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health, health_pb2
from grpc_health.v1.health_pb2 import (  # type: ignore[attr-defined]  # the stubs are older
    HealthListRequest,
    HealthListResponse,
)

from libs.common.faults import Unavailable
from libs.common.outages import fault_in
from libs.common.tasks import end

logger = logging.getLogger(__name__)

LIST = "/grpc.health.v1.Health/List"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
LOOK_EVERY_S = 2.0
PATIENCE_S = 3.0
"""How long a server may take to answer before it counts as away."""


async def needs_away(channel: grpc.aio.Channel, timeout_s: float) -> Sequence[str]:
    """Ask a service which of its needs it misses; Unavailable where it can answer nothing."""
    ask = channel.unary_unary(
        LIST, HealthListRequest.SerializeToString, HealthListResponse.FromString
    )
    statuses = (await ask(HealthListRequest(), timeout=timeout_s)).statuses
    away = sorted(name for name in statuses if name and statuses[name].status != SERVING)
    if statuses[""].status != SERVING:
        raise Unavailable(f"it cannot reach {', '.join(away)}" if away else "it is not serving")
    return away


@dataclass(frozen=True, slots=True)
class Need:
    """A server that a service uses.

    Parameters
    ----------
    ask
        Returns when the server answers, raises a known outage when it does not.
    vital
        Whether nothing at all can be answered without it.
    """

    ask: Callable[[], Awaitable[object]]
    vital: bool = False


class Vitals(health.aio.HealthServicer):
    """The standard health service, which also lists each need by its name.

    While a vital need is away the service as a whole is NOT_SERVING.
    """

    def __init__(self, services: Sequence[str], needs: Mapping[str, Need]) -> None:
        super().__init__()
        self._services = ("", *services)
        self._needs = needs
        self._away: set[str] = set()

    async def List(
        self, request: HealthListRequest, context: grpc.ServicerContext
    ) -> HealthListResponse:
        """Say how the service is, as "", and every need."""
        states = {name: name not in self._away for name in self._needs}
        return HealthListResponse(
            statuses={
                name: health_pb2.HealthCheckResponse(status=SERVING if well else NOT_SERVING)
                for name, well in {**states, "": self._well}.items()
            }
        )

    @property
    def _well(self) -> bool:
        return not any(self._needs[name].vital for name in self._away)

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Look after all needs while the context is open. All are taken to be there at first."""
        for service in self._services:
            await self.set(service, SERVING)
        tasks = [
            asyncio.create_task(self._look_after(name, need), name=f"look after {name}")
            for name, need in self._needs.items()
        ]
        try:
            yield
        finally:
            await asyncio.gather(*map(end, tasks))

    async def _look_after(self, name: str, need: Need) -> None:
        while True:
            # Asked once at a time: questions without an answer must not pile up.
            asking = asyncio.ensure_future(need.ask())
            try:
                await asyncio.wait({asking}, timeout=PATIENCE_S)
                if not asking.done():
                    await self._note(name, well=False)
                    await asyncio.wait({asking})
            finally:
                asking.cancel()
            await self._note(name, well=self._answered(name, asking.exception()))
            await asyncio.sleep(LOOK_EVERY_S)

    def _answered(self, name: str, error: BaseException | None) -> bool:
        if isinstance(error, Exception) and fault_in(error) is None:
            logger.error("cannot look after a server", extra={"server": name}, exc_info=error)
        return error is None

    async def _note(self, name: str, *, well: bool) -> None:
        if well == (name not in self._away):
            return
        logger.warning("a server is %s", "back" if well else "away", extra={"server": name})
        self._away.symmetric_difference_update({name})
        for service in self._services:
            await self.set(service, SERVING if self._well else NOT_SERVING)
