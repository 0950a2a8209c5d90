"""Stations of live music: which there are, and whose."""

import logging
from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from libs.common.faults import Fault
from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import AllParts, StationsPeer
from services.gateway.wire.shapes import Id
from services.gateway.wire.stations import (
    Invited,
    Station,
    StationEdit,
    StationList,
    StationNew,
)
from tutti.catalog.v1 import stations_pb2 as pb
from tutti.synth.v1 import synth_pb2

logger = logging.getLogger(__name__)
routes = guarded_router("live")


@routes.get("/live/stations")
async def list_stations(listener: Listener, stations: StationsPeer) -> StationList:
    """List the stations one may hear: the house's first, one's own, then by name."""
    asked = pb.ListStationsRequest(user_id=listener.user_id)
    return StationList.model_validate(await stations.ListStations(asked))


@routes.post("/live/stations", status_code=HTTPStatus.CREATED)
async def create_station(listener: Listener, stations: StationsPeer, asked: StationNew) -> Station:
    """Make a station of one's own. The plan says how many one may have."""
    answer = await stations.CreateStation(asked.request(listener.user_id))
    return Station.model_validate(answer.station)


@routes.get("/live/stations/{station_id}")
async def get_station(
    listener: Listener,
    stations: StationsPeer,
    station_id: Id,
    invited: Annotated[Invited, Query()],
) -> Station:
    """Read a station that one may hear, by right or by its invitation."""
    asked = pb.GetStationRequest(
        user_id=listener.user_id, station_id=station_id, invitation=invited.invitation
    )
    return Station.model_validate((await stations.GetStation(asked)).station)


@routes.patch("/live/stations/{station_id}")
async def edit_station(
    listener: Listener, stations: StationsPeer, station_id: Id, edit: StationEdit
) -> Station:
    """Change a station, or renew its invitation. Its owner and operators only."""
    answer = await stations.EditStation(edit.request(listener.user_id, station_id))
    return Station.model_validate(answer.station)


@routes.delete("/live/stations/{station_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete_station(listener: Listener, parts: AllParts, station_id: Id) -> None:
    """Delete a station, and end its music. Its owner and operators only."""
    await parts.peers.stations.DeleteStation(
        pb.DeleteStationRequest(user_id=listener.user_id, station_id=station_id)
    )
    try:
        await parts.peers.synth.CloseStream(synth_pb2.CloseStreamRequest(stream_id=station_id))
    except Fault as fault:  # nobody can open it any more, and it rests when nobody hears it
        logger.warning("the stream of a deleted station stays", extra={"reason": fault.code})
