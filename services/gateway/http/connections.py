"""One connection, HTTP/1.1: what is hung up on, and after how long.

Uvicorn waits for ever for the rest of a head, for the rest of a body that nobody reads any
more and for a reader who does not read, and it keeps whatever comes in the meantime. Here all
of that has a measure.
"""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus

from prometheus_client import Counter
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from libs.common.faults import FailedPrecondition
from services.gateway.http.crowd import Crowd
from services.gateway.http.lines import Line
from services.gateway.wire.operating import Problem

HEAD_S = 30.0
"""How long a head may take, from its first byte or, for the first one, from connecting."""
STALL_S = 60.0
"""How long a reader may read nothing. Paused players come back with a new request."""
LINGER_S = 30.0
"""How long the rest of a body is let come after its answer."""
GOODBYE_S = 0.5
"""How long one who was refused at the door has to read why."""
LARGEST_HEAD_BYTES = 32 * 1024
MOST_FIELDS = 128
MOST_PIPELINED = 16
VERSIONS = ("1.0", "1.1")

HUNG_UP = Counter("http_hung_up_total", "Connections ended by us, by reason", ["reason"])


class Refused(Exception):
    """What came is not worth reading on: the status says why."""

    def __init__(self, status: HTTPStatus, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.reason = reason


class BoundedProtocol(HttpToolsProtocol):
    """A connection with measures."""

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
        self._address = ""
        self._in_head = self._in_message = False
        self._head_bytes = 0
        self._idle_bytes = 0  # since the last that was of use: body, or the end of a message
        self._refusal: Refused | None = None
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._line: Line | None = None

    def open_line(self, backlog_bytes: int) -> Line:
        """Have the rest of the answer written straight to it, without an end that anyone knows.

        Call it before the answer begins. Nothing more is read, for nothing more is answered.
        """
        if self.pipeline or self._is_answering_late():
            raise FailedPrecondition("send nothing after a request for a live stream")
        self.cycle.chunked_encoding = False
        self.cycle.keep_alive = False
        self.transport.pause_reading()
        self._stop_reading_clock()
        self._line = Line(self.transport, self._end_answer, backlog_bytes)
        return self._line

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Let them in, or say that there are too many."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        reason = self._crowd.enter(self._address)
        if reason:
            HUNG_UP.labels(f"crowd_{reason}").inc()
            detail = "too many connections: close some, or come back later"
            transport.write(_answer(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "10"}))
            transport.pause_reading()
            self._read_within(GOODBYE_S, "crowd")
        else:
            self._read_within(HEAD_S, "head_slow")

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        self._crowd.leave(self._address)
        if self._line is not None:
            self._line.lose()
        self._stop_reading_clock()
        self._stop_writing_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless that leads nowhere."""
        if self.transport.is_closing():
            return
        if self._reading is None and not self._in_message and not self._is_answering():
            self._read_within(HEAD_S, "head_slow")
        self._idle_bytes += len(data)
        super().data_received(data)
        if self._idle_bytes > LARGEST_HEAD_BYTES and not self.transport.is_closing():
            self._refusal = self._refusal or _too_large()
            self.send_400_response("")

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong and hang up; within an answer there is no room to say it."""
        refusal = self._refusal or Refused(HTTPStatus.BAD_REQUEST, "malformed", msg)
        HUNG_UP.labels(refusal.reason).inc()
        if self._is_answering():
            self.transport.abort()
        elif not self.transport.is_closing():
            self.transport.write(_answer(refusal.status, str(refusal)))
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._in_head = self._in_message = True
        self._head_bytes = 0
        super().on_message_begin()
        self.scope["state"]["connection"] = self

    def on_url(self, url: bytes) -> None:
        """Count the address."""
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head. What comes after the body is none that anyone checked."""
        if self._in_head:
            self._count_head(len(name) + len(value) + 4)
            super().on_header(name, value)
            if len(self.headers) > MOST_FIELDS:
                self._refuse(_too_large())

    def on_headers_complete(self) -> None:
        """Answer, unless too many wait for their answers already."""
        self._in_head = False
        self._stop_reading_clock()
        if self.parser.get_http_version() not in VERSIONS:
            detail = f"HTTP must be of version {' or '.join(VERSIONS)}"
            self._refuse(Refused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "malformed", detail))
        if len(self.pipeline) >= MOST_PIPELINED:
            self._refuse(Refused(HTTPStatus.TOO_MANY_REQUESTS, "pipelined", "wait for answers"))
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Keep the body for whoever reads it."""
        self._idle_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has been sent to its end."""
        self._in_message = False
        self._idle_bytes = 0
        self._stop_reading_clock()
        super().on_message_complete()
        if not self._is_answering():  # uvicorn began to wait for the next one too early
            self._read_within(HEAD_S, "head_slow")

    def on_response_complete(self) -> None:
        """The answer has been given; what still comes of the request has little time."""
        super().on_response_complete()
        if self._in_message and not self._in_head and not self.pipeline:
            self._read_within(LINGER_S, "body_unread")

    def pause_writing(self) -> None:
        """The reader has enough for now."""
        super().pause_writing()
        if self._line is not None:
            self._line.pause()
            return
        self._stop_writing_clock()
        self._writing = self.loop.call_later(STALL_S, self._hang_up, "reader_stalled")

    def resume_writing(self) -> None:
        """The reader reads on."""
        self._stop_writing_clock()
        if self._line is not None:
            self._line.resume()
        super().resume_writing()

    def handle_websocket_upgrade(self) -> None:
        """Become a socket, unless that would break into an answer."""
        if self._is_answering() or self.pipeline or self.scope["method"] != "GET":
            detail = "a socket is asked for with GET, when all before was answered"
            self._refusal = Refused(HTTPStatus.BAD_REQUEST, "malformed", detail)
            self.send_400_response("")
            return
        self._stop_reading_clock()
        super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        """Finish the answer; a live stream has no end, so it ends here."""
        if self._line is not None:
            self._end_answer()
        super().shutdown()

    def _unsupported_upgrade_warning(self) -> None:
        """Without a word: anyone could fill the log."""

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _is_answering_late(self) -> bool:
        """Whether it is too late to say how the answer ends."""
        return self.cycle is None or self.cycle.response_started

    def _end_answer(self, *_: object) -> None:
        """Hang up: players ask again by themselves."""
        if self._line is not None:
            is_stalled = self._line.deaf
            self._line.end()
            (self.transport.abort if is_stalled else self.transport.close)()

    def _count_head(self, more_bytes: int) -> None:
        self._head_bytes += more_bytes
        if self._head_bytes > LARGEST_HEAD_BYTES:
            self._refuse(_too_large())

    def _refuse(self, refusal: Refused) -> None:
        """Stop the parser in what it does, which then has us say why."""
        self._refusal = refusal
        raise refusal

    def _read_within(self, patience_s: float, reason: str) -> None:
        self._stop_reading_clock()
        self._reading = self.loop.call_later(patience_s, self._hang_up, reason)

    def _hang_up(self, reason: str) -> None:
        HUNG_UP.labels(reason).inc()
        if self._writing is None:
            self.transport.close()
        else:  # closing would wait for the reader
            self.transport.abort()

    def _stop_reading_clock(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _stop_writing_clock(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None


def bounded(crowd: Crowd) -> Callable[..., BoundedProtocol]:
    """What uvicorn calls for each connection."""

    def protocol(**given: object) -> BoundedProtocol:
        return BoundedProtocol(crowd, **given)  # type: ignore[arg-type]  # as uvicorn gives them

    return protocol


def _too_large() -> Refused:
    detail = f"a head may have {LARGEST_HEAD_BYTES} bytes and {MOST_FIELDS} fields at most"
    return Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head_large", detail)


def _answer(status: HTTPStatus, detail: str, more: Mapping[str, str] | None = None) -> bytes:
    code = status.name.lower()
    problem = Problem(
        type="about:blank", title=status.phrase, status=status, detail=detail, code=code, errors=[]
    )
    body = problem.model_dump_json().encode()
    fields = {
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **(more or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{head}\r\n".encode() + body
