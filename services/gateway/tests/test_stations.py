"""Stations over REST."""

import uuid

from services.gateway.tests.conftest import Site
from services.gateway.tests.people import Person

ATTIC = {
    "name": "Attic",
    "description": "rain",
    "steering": "listeners",
    "begins_with": {"style": "choir", "tonic": 0, "mode": "dorian", "tempo_bpm": 72.5},
}


async def test_the_house_has_stations_from_the_start(ada: Person) -> None:
    listed = (await ada.ask("GET", "/live/stations"))["items"]
    house = {station["id"]: station for station in listed if station["owner_id"] is None}
    assert set(house) >= {"drift", "pulse", "night", "choir", "courtyard", "deep"}
    night = house["night"]
    assert night["begins_with"] == {
        "style": "nocturne",
        "tonic": None,
        "mode": None,
        "tempo_bpm": None,
        "intensity": None,
        "timbre": None,
        "percussion": None,
    }
    assert (night["audience"], night["steering"]) == ("members", "listeners")
    assert (night["may_steer"], night["may_edit"], night["invitation"]) == (True, False, None)


async def test_a_station_is_made_changed_and_deleted(ada: Person) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    made = await ada.ask("POST", "/live/stations", 201, json=ATTIC, headers=key)
    assert await ada.ask("POST", "/live/stations", 201, json=ATTIC, headers=key) == made
    assert made["audience"] == "invited"
    assert (made["begins_with"]["tonic"], made["begins_with"]["mode"]) == (0, "dorian")
    path = f"/live/stations/{made['id']}"
    assert await ada.ask("GET", path) == made
    edited = await ada.ask(
        "PATCH", path, json={"name": "Loft", "audience": "members", "renew_invitation": True}
    )
    assert (edited["name"], edited["description"], edited["audience"]) == (
        "Loft",
        "rain",
        "members",
    )
    assert edited["invitation"] != made["invitation"]
    await ada.ask("DELETE", path, 204)
    assert (await ada.ask("GET", path, 404))["code"] == "unknown_station"


async def test_an_invitation_opens_a_station_to_who_has_it(
    site: Site, ada: Person, bob: Person
) -> None:
    made = await ada.ask("POST", "/live/stations", 201, json=ATTIC)
    path = f"/live/stations/{made['id']}"
    await bob.ask("GET", path, 404)
    await bob.ask("GET", f"{path}?invitation=guessed", 404)
    seen = await bob.ask("GET", f"{path}?invitation={made['invitation']}")
    assert (seen["may_steer"], seen["may_edit"], seen["invitation"]) == (True, False, None)
    await bob.ask("PATCH", path, 404, json={"name": "Bob's"})
    assert (await site.client.get(f"/api/v1{path}")).status_code == 401


async def test_a_plan_allows_so_many_stations(ada: Person) -> None:
    for _ in range(3):
        await ada.ask("POST", "/live/stations", 201, json=ATTIC)
    refused = await ada.ask("POST", "/live/stations", 409, json=ATTIC)
    assert refused["code"] == "too_many_stations"


async def test_what_makes_no_station_is_refused(ada: Person) -> None:
    for wrong in (
        {"name": ""},
        {"audience": "everyone"},
        {"begins_with": {"style": "../drift"}},
        {"begins_with": {"style": "drift", "tempo_bpm": 59}},
        {"begins_with": {"style": "drift", "tonic": 12}},
        {"owner_id": "somebody"},
    ):
        await ada.ask("POST", "/live/stations", 422, json=ATTIC | wrong)
