"""Live streams for radio apps: endless files, and HLS."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from services.gateway.adapters.live.audience import Ear
from services.gateway.adapters.live.broadcast import Broadcast
from services.gateway.adapters.live.forms import Form
from services.gateway.adapters.windows import Window
from services.gateway.domain.principals import Policy, Principal
from services.gateway.http.connections import BoundedProtocol
from services.gateway.http.document import LIVE_PLAYLIST, LIVE_SEGMENT, LIVE_SOUND
from services.gateway.http.entrance import Guard, address_of, guarded_router
from services.gateway.http.guests import Guest
from services.gateway.http.icy import EVERY_BYTES, IcyLine
from services.gateway.http.linking import LIVE as LINKED
from services.gateway.http.linking import Grant, parse_grant
from services.gateway.http.parts import AllParts, Parts, now
from services.gateway.http.visits import Visit, checking, visit
from services.gateway.wire.live import Suffix
from services.gateway.wire.shapes import LARGEST_INT64, Id
from services.gateway.wire.stations import Invited

routes = guarded_router("live")
links = guarded_router("live", Guard(Policy.SIGNED, Window.MEDIA), prefix="/media/live")

Caller = Annotated[Principal | None, Depends(Guard(Policy.WELCOME, Window.MEDIA))]
Invitation = Annotated[Invited, Query()]
SegmentNumber = Annotated[int, Path(ge=0, le=LARGEST_INT64)]

FORMS = {
    Suffix.MP3: (Form.RADIO_MP3, "audio/mpeg", 192),
    Suffix.OPUS: (Form.RADIO_OPUS, "audio/ogg", 128),
    Suffix.FLAC: (Form.RADIO_FLAC, "audio/flac", 900),
    Suffix.AAC: (Form.RADIO_AAC, "audio/aac", 160),
}
"""With the type, and how many kbit/s it is about."""
BACKLOG_S = 5
"""How much may wait for a reader before some is skipped: radio apps have large buffers."""
LIVE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
START = "http.response.start"
HLS_TYPE = "application/vnd.apple.mpegurl"


class EndlessResponse(Response):
    """Sound until the listener goes. The application says the head; the hub writes the rest."""

    def __init__(
        self, connection: BoundedProtocol, suffix: Suffix, visited: Visit, broadcast: Broadcast
    ) -> None:
        self._form, media_type, kbits_per_s = FORMS[suffix]
        super().__init__(headers={**LIVE, "icy-br": str(kbits_per_s)}, media_type=media_type)
        del self.headers["content-length"]
        self.raw_headers.append((b"icy-name", visited.station.name.encode()))
        self._connection = connection
        self._backlog_bytes = kbits_per_s * 1000 // 8 * BACKLOG_S
        self._visited = visited
        self._broadcast = broadcast

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Begin, and wait for the end."""
        line = self._connection.open_line(self._backlog_bytes)
        ear: Ear = line
        if Headers(scope=scope).get("icy-metadata") == "1":
            self.headers["icy-metaint"] = str(EVERY_BYTES)
            ear = IcyLine(line, lambda: self._broadcast.title)
        await send({"type": START, "status": self.status_code, "headers": self.raw_headers})
        guest = Guest(ear, self._visited.ask)
        with self._visited.guests.welcomed(guest), self._broadcast.heard_by(self._form, ear):
            await line.gone.wait()


@routes.api_route(
    "/live/stations/{station_id}/listen.{suffix}", methods=["GET"], responses=LIVE_SOUND
)
@routes.api_route(
    "/live/stations/{station_id}/listen.{suffix}", methods=["HEAD"], include_in_schema=False
)
async def listen_to_station(
    caller: Caller,
    parts: AllParts,
    request: Request,
    station_id: Id,
    suffix: Suffix,
    invited: Invitation,
) -> Response:
    """Hear a station as a file without an end. Radio apps see titles if they ask for them."""
    visited = await _visit(parts, request, caller, station_id, invited)
    return await _endless(parts, request, visited, suffix)


@links.api_route("/{station_id}/{grant}/listen.{suffix}", methods=["GET"], responses=LIVE_SOUND)
@links.api_route("/{station_id}/{grant}/listen.{suffix}", methods=["HEAD"], include_in_schema=False)
async def listen_by_link(
    parts: AllParts, request: Request, station_id: Id, grant: Grant, suffix: Suffix
) -> Response:
    """Hear a station by a signed link, which needs no other proof."""
    link = parse_grant(station_id, grant, LINKED)
    parts.links.check(link, now())

    async def who() -> Principal:
        return await parts.identities.of_user(link.user_id)

    visited = await visit(parts, await who(), who, station_id, "")
    return await _endless(parts, request, visited, suffix)


async def _endless(parts: Parts, request: Request, visited: Visit, suffix: Suffix) -> Response:
    if request.method == "HEAD":
        return Response(media_type=FORMS[suffix][1], headers=LIVE)
    broadcast = await parts.hub.tune(visited.station, FORMS[suffix][0])
    connection = request.state.connection
    if not isinstance(connection, BoundedProtocol):
        raise TypeError("live streams are served by our own protocol only")
    return EndlessResponse(connection, suffix, visited, broadcast)


@routes.get("/live/stations/{station_id}/hls/index.m3u8", responses=LIVE_PLAYLIST)
async def get_live_playlist(
    caller: Caller, parts: AllParts, request: Request, station_id: Id, invited: Invitation
) -> Response:
    """Hear a station by HLS: the playlist of its last segments, two seconds each."""
    visited = await _visit(parts, request, caller, station_id, invited)
    broadcast = await parts.hub.tune(visited.station)
    who = caller.user_id if caller else address_of(request, parts)
    query = f"?invitation={invited.invitation}" if invited.invitation else ""
    playlist = await broadcast.segments.playlist(who, query)
    return Response(playlist, headers={"Cache-Control": "no-cache"}, media_type=HLS_TYPE)


@routes.get("/live/stations/{station_id}/hls/{number}.aac", responses=LIVE_SEGMENT)
async def get_live_segment(
    caller: Caller,
    parts: AllParts,
    request: Request,
    station_id: Id,
    number: SegmentNumber,
    invited: Invitation,
) -> Response:
    """Read two seconds of a station. Which there are, the playlist says."""
    await _visit(parts, request, caller, station_id, invited)
    segment = await parts.hub.segment(station_id, number)
    headers = {"Cache-Control": "private, max-age=60"}
    return Response(segment, headers=headers, media_type="audio/aac")


async def _visit(
    parts: Parts, request: Request, caller: Principal | None, station_id: str, invited: Invited
) -> Visit:
    check = checking(request, caller, parts)
    return await visit(parts, caller, check, station_id, invited.invitation)
