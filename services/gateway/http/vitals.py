"""Whether the gateway lives and can serve, and its figures for Prometheus."""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus

import prometheus_client
from fastapi import Depends, Response
from grpc.aio import AioRpcError

from libs.common.faults import Fault
from services.gateway.adapters.windows import Window
from services.gateway.domain.principals import Policy
from services.gateway.http.entrance import Guard, guarded_router
from services.gateway.http.parts import AllParts, Parts
from services.gateway.wire.operating import Alive, PartState, Readiness

PATIENCE_S = 1.0
DISPENSABLE = ("nats", "redis", "synth")

routes = guarded_router("vitals", prefix="")
unlimited = Depends(Guard(Policy.PUBLIC, Window.NONE))
# Each look asks every part, which strangers could have us do without end.
limited = Depends(Guard(Policy.PUBLIC, Window.MEDIA))


@routes.get("/livez", dependencies=[unlimited])
async def get_liveness() -> Alive:
    """Say that the process runs."""
    return Alive()


@routes.get(
    "/readyz",
    responses={HTTPStatus.SERVICE_UNAVAILABLE: {"model": Readiness}},
    dependencies=[limited],
)
async def get_readiness(parts: AllParts, response: Response) -> Readiness:
    """Say what does not answer within a second, and whether the gateway can do without it.

    It can without Redis, NATS and the synth: only what needs them is refused meanwhile, and a
    gateway that counts as not ready gets no requests at all.
    """
    found = await states(parts)
    ready = all(state.ready for name, state in found.items() if name not in DISPENSABLE)
    if not ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Readiness(ready=ready, parts=found)


@routes.get("/metrics", response_class=Response, include_in_schema=False, dependencies=[limited])
async def get_metrics() -> Response:
    """Figures for Prometheus."""
    return Response(
        prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST
    )


async def states(parts: Parts) -> dict[str, PartState]:
    """Ask every part at once, each for a second at most."""
    asked: dict[str, Awaitable[object]] = {
        name: ask(PATIENCE_S) for name, ask in parts.peers.health.items()
    }
    asked["nats"] = parts.bus.ping()
    asked["redis"] = parts.cache.get("gateway:ready")
    asked["s3"] = parts.objects.ping()
    found = await asyncio.gather(*map(_state, asked.values()))
    return dict(zip(asked, found, strict=True))


async def _state(answer: Awaitable[object]) -> PartState:
    try:
        told = await asyncio.wait_for(answer, PATIENCE_S)
    except TimeoutError:
        return PartState(ready=False, detail=f"no answer within {PATIENCE_S:g} s")
    except (Fault, AioRpcError) as problem:
        return PartState(ready=False, detail=str(problem))
    return PartState(ready=True, detail=told if isinstance(told, str) else "")
