"""A server of HTTP in this process, which may be away for a while."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import uvicorn
from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.types import ASGIApp

LONGEST_HOLD_S = 30.0


@dataclass(slots=True)
class Mood:
    """How a server behaves for now.

    Parameters
    ----------
    away
        Answers 503, as what stands in front of a service does.
    holds
        Keeps what it is told, and does not say so until the test lets it.
    """

    away: bool = False
    holds: bool = False
    held: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    calls: int = 0

    def gone(self) -> Response | None:
        self.calls += 1
        return Response("<h1>bad gateway</h1>", 503) if self.away else None

    async def answered(self, answer: object, **headers: str) -> JSONResponse:
        if self.holds:
            self.held.set()
            await asyncio.wait_for(self.release.wait(), LONGEST_HOLD_S)
        return JSONResponse(answer, headers={k.replace("_", "-"): v for k, v in headers.items()})


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncGenerator[str]:
    """Serve an application, and yield its address."""
    config = uvicorn.Config(app, log_level="error", lifespan="off", ws="none", access_log=False)
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve([listener]))
    try:
        while not server.started:  # noqa: ASYNC110 uvicorn tells it in no other way
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await task
        listener.close()
