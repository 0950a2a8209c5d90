"""One connection, WebSocket: uvicorn's protocol, with measures, and a line for sound."""

import asyncio
import random
from collections import deque
from collections.abc import Callable

from starlette.types import Message
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame

from services.gateway.adapters.live.figures import CUT
from services.gateway.http.crowd import Crowd
from services.gateway.http.lines import Line

LARGEST_MESSAGE_BYTES = 64 * 1024
MOST_A_SECOND = 20
"""Messages, parts of messages and signs of life together."""
PING_S = 20.0
GOODBYE_S = 0.5
"""How long one who was hung up on has to read why."""


class BoundedSocket(WebSocketsSansIOProtocol):
    """A socket with measures. The HTTP connection that it was has let it in, and read its head."""

    def __init__(
        self,
        crowd: Crowd,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._crowd = crowd
        self._line: Line | None = None
        self._came_s: deque[float] = deque(maxlen=MOST_A_SECOND)

    def open_line(self, backlog_bytes: int) -> Line:
        """Have sound written to it."""
        self._line = Line(self.transport, self._refuse, backlog_bytes)
        return self._line

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another."""
        self._crowd.leave(self.client[0] if self.client else "")
        if self._line is not None:
            self._line.lose()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and answer a head that is none."""
        super().data_received(data)
        if not self.handshake_initiated and self.conn.handshake_exc is not None:
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            self.transport.close()

    def pause_writing(self) -> None:
        """The reader has enough for now."""
        super().pause_writing()
        if self._line is not None:
            self._line.pause()

    def resume_writing(self) -> None:
        """The reader reads on."""
        super().resume_writing()
        if self._line is not None:
            self._line.resume()

    def shutdown(self) -> None:
        """Send listeners elsewhere, not all in the same moment."""
        drain_s = self.config.timeout_graceful_shutdown or 0
        self.loop.call_later(random.uniform(0, max(0, drain_s - 1) / 2), self._shut_down)  # noqa: S311 to spread them

    def hang_up(self, code: int, reason: str) -> None:
        """Close, say why, and wait for no answer for long."""
        self._end_line()
        if self.close_sent or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(GOODBYE_S, self.transport.abort)

    async def run_asgi(self) -> None:
        """Let the application answer; what comes before it has is not read."""
        self.scope["state"]["connection"] = self
        self.transport.pause_reading()
        await super().run_asgi()

    async def send(self, message: Message) -> None:  # type: ignore[override]  # uvicorn's own types
        """Say something for the application."""
        await super().send(message)  # type: ignore[arg-type]  # the same
        if message["type"] == "websocket.accept" and not self.transport.is_closing():
            self.transport.resume_reading()

    def handle_text(self, event: Frame) -> None:
        """Take a message, or its first part."""
        if self._is_in_measure():
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """The same."""
        if self._is_in_measure():
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        """Take a further part."""
        if self._is_in_measure():
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answer."""
        if self._is_in_measure():
            super().handle_ping()

    def handle_close(self, event: Frame) -> None:
        """They go."""
        self._end_line()
        super().handle_close(event)

    def send_receive_event_to_app(self) -> None:
        """Hand a whole message over, if it is one."""
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            self.frames = []
            self.hang_up(CloseCode.INVALID_DATA, "text must be UTF-8")
        else:
            super().send_receive_event_to_app()

    def _is_in_measure(self) -> bool:
        if self.close_sent:
            return False
        now_s = self.loop.time()
        is_full = len(self._came_s) == MOST_A_SECOND
        if is_full and now_s < self._came_s[0] + 1:
            CUT.labels("talkative").inc()
            detail = f"no more than {MOST_A_SECOND} messages a second"
            self.hang_up(CloseCode.POLICY_VIOLATION, detail)
            return False
        self._came_s.append(now_s)
        return True

    def _refuse(self, reason: str, for_good: bool) -> None:
        """The hub's way to hang up: come again, it says, or do not."""
        code = CloseCode.POLICY_VIOLATION if for_good else CloseCode.TRY_AGAIN_LATER
        self.hang_up(code, reason)

    def _shut_down(self) -> None:
        self._end_line()
        if not self.disconnected and not self.transport.is_closing():
            super().shutdown()

    def _end_line(self) -> None:
        if self._line is not None:
            self._line.end()


def bounded_sockets(crowd: Crowd) -> Callable[..., BoundedSocket]:
    """What uvicorn calls for each connection that becomes a socket."""

    def protocol(**given: object) -> BoundedSocket:
        return BoundedSocket(crowd, **given)  # type: ignore[arg-type]  # as uvicorn gives them

    return protocol


def _is_text(message: bytes) -> bool:
    try:
        message.decode()
    except UnicodeDecodeError:
        return False
    return True
