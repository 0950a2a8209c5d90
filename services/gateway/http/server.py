"""The HTTP server: uvicorn within our own life cycle."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from libs.common.faults import CannotStart
from services.gateway.http.connections import bounded
from services.gateway.http.crowd import Crowd, room_for
from services.gateway.http.sockets import LARGEST_MESSAGE_BYTES, PING_S, bounded_sockets
from services.gateway.settings import GatewaySettings

KEEP_ALIVE_S = 65
"""Longer than load balancers keep theirs, so that it is never we who hang up on a request."""
POLL_S = 0.01
BACKLOG = 2048


class Server(uvicorn.Server):
    """Uvicorn, leaving signals to those who run it."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def served(
    app: ASGIApp, settings: GatewaySettings, closing: asyncio.Event
) -> AsyncGenerator[str]:
    """Serve the application while the context is open, and yield its address.

    On leaving, new connections are refused, event streams end, and requests in
    hand get ``drain_s`` seconds to finish.
    """
    listener = _listen(settings)
    room = room_for(settings.connections)
    crowd = Crowd(room, settings.connections_per_address, settings.trusted_proxies)
    host, port = listener.getsockname()[:2]
    server = Server(
        uvicorn.Config(
            app,
            http=bounded(crowd),  # type: ignore[arg-type]  # called like a class, which it need not be
            ws=bounded_sockets(crowd),  # type: ignore[arg-type]  # the same
            ws_max_size=LARGEST_MESSAGE_BYTES,
            ws_per_message_deflate=False,  # it would compress sound for each listener anew
            ws_ping_interval=PING_S,
            ws_ping_timeout=PING_S,
            lifespan="off",
            log_config=None,
            log_level=logging.ERROR,  # anyone could fill the log with warnings
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=max(1, round(settings.drain_s)),
        )
    )
    serving = asyncio.create_task(server.serve([listener]))
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 uvicorn has no event
            await asyncio.sleep(POLL_S)
        yield f"http://{host}:{port}"
    finally:
        closing.set()
        server.should_exit = True
        await serving


def _listen(settings: GatewaySettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server(
            (settings.host, settings.http_port), family=family, backlog=BACKLOG
        )
    except OSError as error:
        where = f"{settings.host}:{settings.http_port}"
        raise CannotStart(f"cannot listen at {where}: {error.strerror}", "http_port") from None
    # Connections inherit it. Without it a head waits 40 ms for the client to acknowledge it
    # before its body follows; asyncio would set it on sockets of its own making only.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
