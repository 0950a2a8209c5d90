"""Stations of live music: which there are, and whose."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import StationsPeer
from services.gateway.wire.shapes import Id
from services.gateway.wire.stations import (
    Invited,
    Station,
    StationEdit,
    StationList,
    StationNew,
)
from tutti.catalog.v1 import stations_pb2 as pb

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
async def delete_station(listener: Listener, stations: StationsPeer, station_id: Id) -> None:
    """Delete a station. Its owner and operators only."""
    await stations.DeleteStation(
        pb.DeleteStationRequest(user_id=listener.user_id, station_id=station_id)
    )
