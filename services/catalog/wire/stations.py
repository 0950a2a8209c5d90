"""Stations as the contract has them, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libs.common.faults import InvalidInput
from services.catalog.domain.stations import (
    Audience,
    Beginning,
    Station,
    StationEdit,
    StationListener,
    StationPlan,
    Steering,
    station_description,
    station_name,
)
from services.catalog.wire.music import unix_ms
from tutti.catalog.v1 import stations_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Sequence


def encode_station(listener: StationListener, station: Station) -> pb.Station:
    """Write a station for one who may hear it."""
    may_edit = station.may_edit(listener)
    return pb.Station(
        id=station.id,
        name=station.name,
        description=station.description,
        owner_id=station.owner_id,
        owner_name=station.owner_name,
        audience=pb.Audience.Value(f"AUDIENCE_{station.audience.name}"),
        steering=pb.Steering.Value(f"STEERING_{station.steering.name}"),
        begins_with=_encode_beginning(station.begins_with),
        invitation=station.invitation if may_edit else "",
        may_steer=station.may_steer(listener),
        may_edit=may_edit,
        created_at_unix_ms=unix_ms(station.created_at),
    )


def encode_stations(
    listener: StationListener, stations: Sequence[Station]
) -> pb.ListStationsResponse:
    """Write all that somebody may hear."""
    return pb.ListStationsResponse(stations=[encode_station(listener, each) for each in stations])


def decode_station_plan(request: pb.CreateStationRequest) -> StationPlan:
    """Read what station to make; what is not said about who may hear and steer it is the least."""
    return StationPlan(
        name=station_name(request.name),
        description=station_description(request.description),
        audience=_audience(request.audience) or Audience.INVITED,
        steering=_steering(request.steering) or Steering.OWNER,
        begins_with=_decode_beginning(request.begins_with),
    )


def decode_station_edit(request: pb.EditStationRequest) -> StationEdit:
    """Read what to change; fields left out are None."""
    return StationEdit(
        name=station_name(request.name) if request.HasField("name") else None,
        description=(
            station_description(request.description) if request.HasField("description") else None
        ),
        audience=_audience(request.audience),
        steering=_steering(request.steering),
        begins_with=(
            _decode_beginning(request.begins_with) if request.HasField("begins_with") else None
        ),
        renew_invitation=request.renew_invitation,
    )


def _encode_beginning(beginning: Beginning) -> pb.Beginning:
    return pb.Beginning(
        style=beginning.style,
        tonic=beginning.tonic,
        mode=beginning.mode or "",
        tempo_bpm=beginning.tempo_bpm,
        intensity=beginning.intensity,
        timbre=beginning.timbre,
        percussion=beginning.percussion,
    )


def _decode_beginning(beginning: pb.Beginning) -> Beginning:
    return Beginning(
        style=beginning.style,
        tonic=beginning.tonic if beginning.HasField("tonic") else None,
        mode=beginning.mode or None,
        tempo_bpm=beginning.tempo_bpm if beginning.HasField("tempo_bpm") else None,
        intensity=beginning.intensity if beginning.HasField("intensity") else None,
        timbre=beginning.timbre if beginning.HasField("timbre") else None,
        percussion=beginning.percussion if beginning.HasField("percussion") else None,
    )


def _audience(number: pb.Audience.ValueType) -> Audience | None:
    if number == pb.AUDIENCE_UNSPECIFIED:
        return None
    try:
        return Audience(pb.Audience.Name(number).removeprefix("AUDIENCE_").lower())
    except ValueError:
        raise InvalidInput(f"audience must be one of {', '.join(Audience)}") from None


def _steering(number: pb.Steering.ValueType) -> Steering | None:
    if number == pb.STEERING_UNSPECIFIED:
        return None
    try:
        return Steering(pb.Steering.Name(number).removeprefix("STEERING_").lower())
    except ValueError:
        raise InvalidInput(f"steering must be one of {', '.join(Steering)}") from None
