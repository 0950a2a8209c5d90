"""Stations over gRPC: decode, ask, encode."""

import grpc

from services.catalog.adapters.stations import Stations
from services.catalog.wire.stations import (
    decode_station_edit,
    decode_station_plan,
    encode_station,
    encode_stations,
)
from tutti.catalog.v1 import stations_pb2 as pb
from tutti.catalog.v1.stations_pb2_grpc import StationsServiceServicer


class StationsRpc(StationsServiceServicer):
    """Answers tutti.catalog.v1.StationsService."""

    def __init__(self, stations: Stations) -> None:
        self._stations = stations

    async def ListStations(
        self, request: pb.ListStationsRequest, context: grpc.ServicerContext
    ) -> pb.ListStationsResponse:
        """List the stations a user may hear."""
        return encode_stations(*await self._stations.listed(request.user_id))

    async def GetStation(
        self, request: pb.GetStationRequest, context: grpc.ServicerContext
    ) -> pb.GetStationResponse:
        """Find a station."""
        found = await self._stations.get(request.user_id, request.station_id, request.invitation)
        station = encode_station(*found)
        station.invited = found[1].invites(request.invitation)
        return pb.GetStationResponse(station=station)

    async def CreateStation(
        self, request: pb.CreateStationRequest, context: grpc.ServicerContext
    ) -> pb.CreateStationResponse:
        """Make a station."""
        made = await self._stations.create(request.user_id, decode_station_plan(request))
        return pb.CreateStationResponse(station=encode_station(*made))

    async def EditStation(
        self, request: pb.EditStationRequest, context: grpc.ServicerContext
    ) -> pb.EditStationResponse:
        """Change a station."""
        edit = decode_station_edit(request)
        edited = await self._stations.edit(request.user_id, request.station_id, edit)
        return pb.EditStationResponse(station=encode_station(*edited))

    async def DeleteStation(
        self, request: pb.DeleteStationRequest, context: grpc.ServicerContext
    ) -> pb.DeleteStationResponse:
        """Delete a station."""
        await self._stations.delete(request.user_id, request.station_id)
        return pb.DeleteStationResponse()
