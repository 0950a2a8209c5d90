"""Stations, over the service's own API."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

import grpc
import pytest

from libs.common.rpc.once import DEED_HEADER
from services.catalog.tests.refusals import refusal
from tutti.catalog.v1 import accounts_pb2
from tutti.catalog.v1 import stations_pb2 as pb
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub
from tutti.catalog.v1.stations_pb2_grpc import StationsServiceStub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceAsyncStub
    from tutti.catalog.v1.stations_pb2_grpc import StationsServiceAsyncStub

HOUSE = ["Choir", "Courtyard", "Deep", "Drift", "Night", "Pulse"]


@pytest.fixture
def stations(running: Running) -> StationsServiceAsyncStub:
    return StationsServiceStub(running.channel)


@pytest.fixture
def accounts(running: Running) -> AccountsServiceAsyncStub:
    return AccountsServiceStub(running.channel)


@pytest.fixture
async def operator(ingest: Ingest) -> accounts_pb2.User:
    return await ingest.user("olga")


@pytest.fixture
async def ada(ingest: Ingest, operator: accounts_pb2.User) -> accounts_pb2.User:
    assert operator.name == "olga", "the first user would be the operator"
    return await ingest.user("ada")


@pytest.fixture
async def bob(ingest: Ingest, operator: accounts_pb2.User) -> accounts_pb2.User:
    assert operator.name == "olga"
    return await ingest.user("bob")


async def created(
    stations: StationsServiceAsyncStub, user: accounts_pb2.User, name: str, **about: object
) -> pb.Station:
    given = {"begins_with": pb.Beginning(style="drift"), **about}
    request = pb.CreateStationRequest(user_id=user.id, name=name, **given)  # type: ignore[arg-type]  # fields by name
    return (await stations.CreateStation(request)).station


async def heard_by(stations: StationsServiceAsyncStub, user_id: str) -> Sequence[str]:
    listed = await stations.ListStations(pb.ListStationsRequest(user_id=user_id))
    return [station.name for station in listed.stations]


async def found(
    stations: StationsServiceAsyncStub, user_id: str, station_id: str, invitation: str = ""
) -> pb.Station:
    asked = pb.GetStationRequest(user_id=user_id, station_id=station_id, invitation=invitation)
    return (await stations.GetStation(asked)).station


async def test_a_new_house_has_stations_that_every_member_may_steer_and_operators_change(
    stations: StationsServiceAsyncStub, operator: accounts_pb2.User, ada: accounts_pb2.User
) -> None:
    listed = (await stations.ListStations(pb.ListStationsRequest(user_id=ada.id))).stations
    assert [station.name for station in listed] == HOUSE
    for station in listed:
        assert not station.owner_id
        assert not station.invitation
        assert (station.may_steer, station.may_edit) == (True, False)
    assert {station.begins_with.style for station in listed} == {
        "drift", "pulse", "nocturne", "choir", "plucked", "deep",
    }  # fmt: skip
    assert await heard_by(stations, "") == []
    seen = await found(stations, operator.id, "drift")
    assert (seen.may_steer, seen.may_edit) == (True, True)
    assert len(seen.invitation) >= 32
    edit = pb.EditStationRequest(user_id=ada.id, station_id="drift", name="Mine")
    assert (await refusal(stations.EditStation(edit)))[0] is grpc.StatusCode.PERMISSION_DENIED
    edit.user_id = operator.id
    edit.name = "Adrift"
    assert (await stations.EditStation(edit)).station.name == "Adrift"
    removal = pb.DeleteStationRequest(user_id=ada.id, station_id="drift")
    assert (await refusal(stations.DeleteStation(removal)))[0] is grpc.StatusCode.PERMISSION_DENIED


async def test_a_station_is_as_it_was_made(
    stations: StationsServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    begins_with = pb.Beginning(
        style="choir", tonic=0, mode="dorian", tempo_bpm=72.5, intensity=0, timbre=1, percussion=0.5
    )
    made = await created(
        stations,
        ada,
        "  Attic ",
        description="where\nit rains",
        audience=pb.AUDIENCE_MEMBERS,
        steering=pb.STEERING_LISTENERS,
        begins_with=begins_with,
    )
    assert (made.name, made.description) == ("Attic", "where\nit rains")
    assert (made.owner_id, made.owner_name) == (ada.id, ada.display_name)
    assert (made.audience, made.steering) == (pb.AUDIENCE_MEMBERS, pb.STEERING_LISTENERS)
    assert made.begins_with == begins_with
    assert (made.may_edit, made.may_steer) == (True, True)
    assert await found(stations, ada.id, made.id) == made
    assert await heard_by(stations, ada.id) == [*HOUSE, "Attic"]


async def test_a_station_of_which_little_is_said_is_its_owners_alone(
    stations: StationsServiceAsyncStub,
    operator: accounts_pb2.User,
    ada: accounts_pb2.User,
    bob: accounts_pb2.User,
) -> None:
    made = await created(stations, ada, "Attic")
    assert (made.audience, made.steering) == (pb.AUDIENCE_INVITED, pb.STEERING_OWNER)
    assert made.begins_with == pb.Beginning(style="drift")
    foreign = await refusal(found(stations, bob.id, made.id))
    unknown = await refusal(found(stations, bob.id, "nowhere"))
    assert foreign == unknown
    assert foreign[0] is grpc.StatusCode.NOT_FOUND
    edit = pb.EditStationRequest(user_id=bob.id, station_id=made.id, name="Bob's")
    assert await refusal(stations.EditStation(edit)) == unknown
    removal = pb.DeleteStationRequest(user_id=bob.id, station_id=made.id)
    assert await refusal(stations.DeleteStation(removal)) == unknown
    assert await heard_by(stations, bob.id) == HOUSE
    assert "Attic" in await heard_by(stations, operator.id)
    assert (await found(stations, operator.id, made.id)).may_edit


async def test_an_invitation_lets_in_until_it_is_renewed(
    stations: StationsServiceAsyncStub, ada: accounts_pb2.User, bob: accounts_pb2.User
) -> None:
    made = await created(stations, ada, "Attic", steering=pb.STEERING_LISTENERS)
    seen = await found(stations, bob.id, made.id, made.invitation)
    assert (seen.invitation, seen.may_edit, seen.may_steer) == ("", False, True)
    assert seen.invited
    passer_by = await found(stations, "", made.id, made.invitation)
    assert (passer_by.invitation, passer_by.may_edit, passer_by.may_steer) == ("", False, False)
    for wrong in ("", made.invitation[:-1], made.invitation + "0", "ünwelcome"):
        code, _ = await refusal(found(stations, bob.id, made.id, wrong))
        assert code is grpc.StatusCode.NOT_FOUND
    edit = pb.EditStationRequest(user_id=ada.id, station_id=made.id, renew_invitation=True)
    renewed = (await stations.EditStation(edit)).station.invitation
    assert len(renewed) == len(made.invitation) == 64
    assert renewed != made.invitation
    code, _ = await refusal(found(stations, bob.id, made.id, made.invitation))
    assert code is grpc.StatusCode.NOT_FOUND
    assert (await found(stations, bob.id, made.id, renewed)).id == made.id


async def test_who_hears_and_steers_follows_from_audience_and_steering(
    stations: StationsServiceAsyncStub,
    accounts: AccountsServiceAsyncStub,
    operator: accounts_pb2.User,
    ada: accounts_pb2.User,
    bob: accounts_pb2.User,
) -> None:
    await created(stations, ada, "Members", audience=pb.AUDIENCE_MEMBERS)
    public = await created(
        stations, ada, "Public", audience=pb.AUDIENCE_PUBLIC, steering=pb.STEERING_LISTENERS
    )
    assert await heard_by(stations, bob.id) == [*HOUSE, "Members", "Public"]
    assert await heard_by(stations, "") == await heard_by(stations, "nobody") == ["Public"]
    assert (await found(stations, bob.id, public.id)).may_steer
    assert not (await found(stations, "", public.id)).may_steer
    assert not (await found(stations, "nobody", public.id)).may_steer
    await accounts.EditUser(
        accounts_pb2.EditUserRequest(viewer_id=operator.id, user_id=bob.id, disabled=True)
    )
    assert await heard_by(stations, bob.id) == ["Public"]
    await accounts.RemoveUser(accounts_pb2.RemoveUserRequest(viewer_id=ada.id, user_id=ada.id))
    assert await heard_by(stations, "") == []


async def test_only_what_is_given_changes(
    stations: StationsServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    made = await created(stations, ada, "Attic", description="rain")
    edit = pb.EditStationRequest(user_id=ada.id, station_id=made.id)
    assert (await stations.EditStation(edit)).station == made
    edit.description = ""
    edit.audience = pb.AUDIENCE_PUBLIC
    edit.begins_with.CopyFrom(pb.Beginning(style="deep", tempo_bpm=60))
    edited = (await stations.EditStation(edit)).station
    assert (edited.name, edited.description) == ("Attic", "")
    assert (edited.audience, edited.steering) == (pb.AUDIENCE_PUBLIC, pb.STEERING_OWNER)
    assert edited.begins_with == pb.Beginning(style="deep", tempo_bpm=60)
    await stations.DeleteStation(pb.DeleteStationRequest(user_id=ada.id, station_id=made.id))
    assert (await refusal(found(stations, ada.id, made.id)))[0] is grpc.StatusCode.NOT_FOUND


async def test_a_plan_allows_so_many_even_when_asked_at_once(
    stations: StationsServiceAsyncStub,
    accounts: AccountsServiceAsyncStub,
    operator: accounts_pb2.User,
    ada: accounts_pb2.User,
) -> None:
    request = pb.CreateStationRequest(
        user_id=ada.id, name="Attic", begins_with=pb.Beginning(style="drift")
    )
    answers = await asyncio.gather(
        *(stations.CreateStation(request) for _ in range(8)), return_exceptions=True
    )
    refused = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert len(refused) == 5
    assert {each.code() for each in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert "3 stations" in (refused[0].details() or "")
    await accounts.EditUser(
        accounts_pb2.EditUserRequest(
            viewer_id=operator.id, user_id=ada.id, plan=accounts_pb2.PLAN_PLUS
        )
    )
    for _ in range(7):
        await stations.CreateStation(request)
    code, _ = await refusal(stations.CreateStation(request))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_station_asked_for_again_by_its_key_is_the_same(
    stations: StationsServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    request = pb.CreateStationRequest(
        user_id=ada.id, name="Attic", begins_with=pb.Beginning(style="drift")
    )
    deed = ((DEED_HEADER, uuid.uuid4().hex),)
    first = await stations.CreateStation(request, metadata=deed)
    assert await stations.CreateStation(request, metadata=deed) == first
    assert await heard_by(stations, ada.id) == [*HOUSE, "Attic"]


async def test_what_makes_no_station_is_refused(
    stations: StationsServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    drift = pb.Beginning(style="drift")
    broken = [
        pb.CreateStationRequest(name=" ", begins_with=drift),
        pb.CreateStationRequest(name="x" * 101, begins_with=drift),
        pb.CreateStationRequest(name="a\nb", begins_with=drift),
        pb.CreateStationRequest(name="a", description="x" * 501, begins_with=drift),
        pb.CreateStationRequest(name="a", audience=9, begins_with=drift),  # type: ignore[arg-type]  # not in the contract
        pb.CreateStationRequest(name="a", steering=9, begins_with=drift),  # type: ignore[arg-type]  # not in the contract
        pb.CreateStationRequest(name="a"),
        *(
            pb.CreateStationRequest(name="a", begins_with=beginning)
            for beginning in (
                pb.Beginning(style="../drift"),
                pb.Beginning(style="Drift"),
                pb.Beginning(style="a" * 65),
                pb.Beginning(style="drift", mode="locrian"),
                pb.Beginning(style="drift", tonic=12),
                pb.Beginning(style="drift", tempo_bpm=59.9),
                pb.Beginning(style="drift", tempo_bpm=float("nan")),
                pb.Beginning(style="drift", intensity=1.1),
                pb.Beginning(style="drift", percussion=-0.1),
            )
        ),
    ]
    for request in broken:
        request.user_id = ada.id
        code, words = await refusal(stations.CreateStation(request))
        assert code is grpc.StatusCode.INVALID_ARGUMENT, words
    nobodys = pb.CreateStationRequest(user_id="nobody", name="a", begins_with=drift)
    assert (await refusal(stations.CreateStation(nobodys)))[0] is grpc.StatusCode.NOT_FOUND
    assert await heard_by(stations, ada.id) == HOUSE
