"""Sockets: hearing a station and steering it, together with others."""

import base64
import logging
import time
import uuid

from fastapi import WebSocket
from pydantic import ValidationError
from starlette.routing import WebSocketRoute

from libs.common.faults import Fault, InvalidInput, PermissionDenied
from services.gateway.adapters.live.broadcast import Broadcast
from services.gateway.adapters.live.codings import description
from services.gateway.adapters.live.forms import CODED, Form
from services.gateway.adapters.live.room import Member
from services.gateway.adapters.windows import Window
from services.gateway.domain.live.packets import text
from services.gateway.domain.principals import Policy
from services.gateway.http.entrance import Guard
from services.gateway.http.guests import Guest
from services.gateway.http.lines import Line
from services.gateway.http.parts import parts_of
from services.gateway.http.problems import of_fault
from services.gateway.http.sockets import BoundedSocket
from services.gateway.http.visits import Visit, visit_by_socket
from services.gateway.wire.live import (
    SAID,
    Ack,
    Hello,
    Refusal,
    SocketQuery,
    StationName,
    Steer,
    Time,
    TimeAsked,
)
from services.gateway.wire.shapes import Answer

logger = logging.getLogger(__name__)

SUBPROTOCOL = "tutti.v1"
BACKLOG_BYTES = {Form.PCM: 96_000, Form.JSON: 128_000, Form.FLAC: 64_000, Form.OPUS: 16_000}
"""What may wait for a reader, about half a second, before frames are skipped."""


class SocketRoute(WebSocketRoute):
    """A route to a socket, which says by which policy it lets people in."""

    guard = Guard(Policy.WELCOME, Window.MEDIA)


async def stream(socket: WebSocket) -> None:
    """Let somebody hear a station for as long as they like."""
    parts = parts_of(socket)
    let_go = None
    try:
        query = _asked(socket)
        visit = await visit_by_socket(socket, parts, query)
        if visit.principal is not None:
            let_go = parts.in_hand.take(visit.principal.user_id)
        broadcast = await parts.hub.tune(visit.station, Form(query.format))
    except Fault as fault:
        await socket.send_denial_response(of_fault(fault))
    else:
        offered = socket.scope["subprotocols"]
        await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        await Conversation(socket, visit, query, broadcast).hold()
    finally:
        if let_go is not None:
            let_go()


routes = [SocketRoute("/ws/stream", stream)]


class Conversation:
    """What is said over one socket, besides the sound."""

    def __init__(
        self, socket: WebSocket, visit: Visit, query: SocketQuery, broadcast: Broadcast
    ) -> None:
        self._socket = socket
        self._visit = visit
        self._query = query
        self._broadcast = broadcast
        self._form = Form(query.format)
        self._connection = uuid.uuid4().hex
        self._line = self._open_line()

    async def hold(self) -> None:
        """Greet, play, and answer until either side has had enough."""
        started_s = time.monotonic()
        member = Member(self._connection, self._visit.name, self._line, self._query.notes)
        guest = Guest(self._line, self._visit.ask)
        self._say(self._hello())
        with (
            self._visit.guests.welcomed(guest),
            self._broadcast.visited_by(member, self._query.resume),
            self._broadcast.heard_by(self._form, self._line, self._query.resume),
        ):
            await self._answer()
        extra = {"format": self._form, "lasted_s": round(time.monotonic() - started_s, 1)}
        logger.info("a socket closed", extra=extra)

    async def _answer(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                said = SAID.validate_json(message.get("text") or "")
            except ValidationError as error:
                self._refuse(None, _invalid(error))
                continue
            if isinstance(said, TimeAsked):
                self._say(Time(client_us=said.client_us, server_us=_now_us()))
            else:
                await self._steer(said)

    async def _steer(self, asked: Steer) -> None:
        try:
            station = await self._visit.ask()
            if not station.may_steer:
                raise PermissionDenied("you may listen to this station, not steer it")
            answer = await self._broadcast.steer(
                asked.change.change(), self._visit.name, self._connection
            )
        except Fault as fault:
            self._refuse(asked.id, fault)
            return
        logged = answer.logged
        ack = {"id": asked.id, "revision": logged.revision, "position": logged.position}
        self._say(Ack.model_validate({**ack, "parameters": answer.parameters}))

    def _hello(self) -> Hello:
        state, station = self._broadcast.state, self._visit.station
        coding = CODED.get(self._form)
        return Hello.model_validate(
            {
                "station": StationName(id=station.id, name=station.name),
                "format": self._form.value,
                "codec_header": base64.b64encode(description(coding)) if coding else None,
                "position": state.position,
                "revision": state.revision,
                "parameters": state.parameters,
                "may_steer": station.may_steer,
                "listeners": self._broadcast.room.listeners + 1,
                "time_us": _now_us(),
            }
        )

    def _refuse(self, message_id: str | None, fault: Fault) -> None:
        self._say(Refusal(id=message_id, code=fault.code, detail=str(fault)))

    def _say(self, message: Answer) -> None:
        if not self._line.is_over:
            self._line.write(text(message.model_dump_json().encode()))

    def _open_line(self) -> Line:
        connection = self._socket.state.connection
        if not isinstance(connection, BoundedSocket):
            raise TypeError("sockets are served by our own protocol only")
        return connection.open_line(BACKLOG_BYTES[self._form])


def _asked(socket: WebSocket) -> SocketQuery:
    try:
        return SocketQuery.model_validate(dict(socket.query_params))
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> InvalidInput:
    """Which fields do not fit, without repeating what was sent."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return InvalidInput(
        "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems[:5])
    )


def _now_us() -> int:
    return time.time_ns() // 1000
