"""Coming to listen: by which right, and how that is asked again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import WebSocket
from starlette.requests import HTTPConnection

from libs.common.faults import Unauthenticated
from services.gateway.adapters.live.tickets import Claim
from services.gateway.adapters.windows import Window
from services.gateway.domain.principals import Principal, Proof
from services.gateway.http.entrance import address_of, check_site, principal_of
from services.gateway.http.guests import Guests
from services.gateway.http.parts import Parts
from services.gateway.wire.live import SocketQuery
from tutti.catalog.v1 import stations_pb2 as pb

Check = Callable[[], Awaitable[Principal | None]]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who may hear a station; without an account there is no principal."""

    principal: Principal | None
    station: pb.Station
    guests: Guests
    ask: Callable[[], Awaitable[pb.Station]]
    """The station again, or the fault that ends the visit."""

    @property
    def name(self) -> str:
        """What others see of them."""
        return self.principal.name if self.principal else ""


async def visit(
    parts: Parts, principal: Principal | None, check: Check, station_id: str, invitation: str
) -> Visit:
    """Let somebody in, or raise Unauthenticated or NotFound."""

    async def ask() -> pb.Station:
        return await _station(parts, await check(), station_id, invitation)

    station = await _station(parts, principal, station_id, invitation)
    return Visit(principal, station, parts.guests, ask)


def checking(connection: HTTPConnection, principal: Principal | None, parts: Parts) -> Check:
    """How to find out later whether somebody is still who they were."""

    async def check() -> Principal | None:
        if principal is None:
            return None
        if principal.session_id:
            return await parts.identities.of_session(principal.session_id, principal.proof)
        return await principal_of(connection, parts)  # an API key

    return check


async def visit_by_socket(socket: WebSocket, parts: Parts, query: SocketQuery) -> Visit:
    """Let somebody in by ticket, or as any request; a page must be ours."""
    principal, refusal, invitation = None, None, query.invitation
    check = checking(socket, None, parts)
    try:
        if query.ticket:
            claim = await parts.tickets.redeem(query.ticket, query.id)
            invitation = claim.invitation
            check = _by_ticket(parts, claim)
            principal = await check()
        else:
            principal = await principal_of(socket, parts)
            check = checking(socket, principal, parts)
    except Unauthenticated as fault:
        refusal = fault
    who = principal.user_id if principal else address_of(socket, parts)
    await parts.windows.enter(Window.MEDIA, who)
    if refusal:
        raise refusal
    by_cookie = principal is not None and principal.proof is Proof.COOKIE and not query.ticket
    if by_cookie or socket.headers.get("origin") is not None:
        check_site(socket, parts)
    return await visit(parts, principal, check, query.id, invitation)


def _by_ticket(parts: Parts, claim: Claim) -> Check:
    async def check() -> Principal:
        if claim.session_id:
            return await parts.identities.of_session(claim.session_id, Proof.LINK)
        return await parts.identities.of_ticket_by_key(claim.user_id, claim.key_id)

    return check


async def _station(
    parts: Parts, principal: Principal | None, station_id: str, invitation: str
) -> pb.Station:
    anonymous = parts.settings.live_anonymous
    if principal is None and not anonymous and not invitation:
        raise Unauthenticated("sign in, or bring an invitation: others may not listen here")
    user_id = principal.user_id if principal else ""
    station = await parts.admission.station(user_id, station_id, invitation)
    if principal is None and not anonymous and not station.invited:
        raise Unauthenticated("sign in: without an account nobody may listen here")
    return station
