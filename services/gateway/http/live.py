"""Live music over REST: what plays, and changing it."""

from typing import Annotated

from fastapi import Query

from libs.common.faults import PermissionDenied
from services.gateway.adapters.live.tickets import LIFETIME_S, Claim
from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import AllParts, Parts
from services.gateway.wire.live import (
    Control,
    LiveStatus,
    LiveStyleList,
    StatusQuery,
    Steered,
    StreamStatus,
    Ticket,
    TicketAsked,
)
from services.gateway.wire.shapes import Id
from tutti.catalog.v1 import stations_pb2 as stations
from tutti.synth.v1 import synth_pb2 as pb

routes = guarded_router("live")


@routes.get("/live/styles")
async def list_live_styles(_: Listener, parts: AllParts) -> LiveStyleList:
    """List the styles there are, with what each begins with."""
    return LiveStyleList.model_validate(await parts.hub.streams.styles())


@routes.get("/live/status")
async def get_live_status(
    listener: Listener, parts: AllParts, query: Annotated[StatusQuery, Query()]
) -> LiveStatus:
    """Say what plays now, of the stations one may hear: where it is, and by which parameters."""
    if query.station_id is not None:
        heard = [
            await parts.admission.station(listener.user_id, query.station_id, query.invitation)
        ]
    else:
        asked = stations.ListStationsRequest(user_id=listener.user_id)
        heard = list((await parts.peers.stations.ListStations(asked)).stations)
    names = {station.id: station.name for station in heard}
    playing = await parts.hub.streams.playing()
    return LiveStatus(
        items=[_status(stream, names[stream.id], parts) for stream in playing if stream.id in names]
    )


@routes.post("/live/control")
async def steer_station(listener: Listener, parts: AllParts, asked: Control) -> Steered:
    """Change what a station plays. The answer says from which sample on it is heard."""
    station = await parts.admission.station(listener.user_id, asked.station_id, asked.invitation)
    if not station.may_steer:
        raise PermissionDenied("you may listen to this station, not steer it")
    broadcast = await parts.hub.tune(station)
    answer = await broadcast.steer(asked.change.change(), listener.name, "")
    logged = answer.logged
    return Steered.model_validate(
        {
            "revision": logged.revision,
            "position": logged.position,
            "parameters": answer.parameters,
        }
    )


@routes.post("/live/stations/{station_id}/ticket")
async def create_ticket(
    listener: Listener, parts: AllParts, station_id: Id, asked: TicketAsked
) -> Ticket:
    """Make a ticket that opens one socket to a station, once, within half a minute."""
    await parts.admission.station(listener.user_id, station_id, asked.invitation)
    claim = Claim(
        user_id=listener.user_id,
        session_id=listener.session_id,
        station_id=station_id,
        invitation=asked.invitation,
        key_id=listener.key_id,
    )
    return Ticket(ticket=await parts.tickets.issue(claim), expires_in_s=LIFETIME_S)


def _status(stream: pb.Stream, name: str, parts: Parts) -> StreamStatus:
    broadcast = parts.hub.playing(stream.id)
    return StreamStatus.model_validate(
        {
            "station_id": stream.id,
            "name": name,
            "position": stream.position,
            "revision": stream.revision,
            "parameters": stream.parameters,
            "listeners": broadcast.room.listeners if broadcast else stream.listeners,
            "engine": stream.engine,
            "codecs": broadcast.codecs if broadcast else [],
        }
    )
