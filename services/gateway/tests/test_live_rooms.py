"""Who may come in, who may steer, and what all who are in hear of it."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import websockets

from services.gateway.adapters.live import admission
from services.gateway.http import guests
from services.gateway.tests.conftest import Studio, open_site
from services.gateway.tests.listeners import listening
from services.gateway.tests.people import sign_up
from services.gateway.tests.synth import FRAME

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from services.gateway.tests.conftest import House, Site
    from services.gateway.tests.listeners import App

STEER = {"intensity": 0.9}


async def refused(site: Site, station_id: str, **how: Any) -> tuple[int, str]:  # noqa: ANN401  # as listening
    """The status and code that a socket is refused with."""
    with pytest.raises(websockets.InvalidStatus) as refusal:
        async with listening(site, station_id, **how):
            pass
    response = refusal.value.response
    return response.status_code, json.loads(response.body or b"")["code"]


async def ticket(studio: Studio, **asked: str) -> str:
    made = await studio.owner.ask("POST", f"{studio.path}/ticket", json=asked)
    assert made["expires_in_s"] == 30
    return str(made["ticket"])


async def open_to(studio: Studio, **changes: str) -> None:
    await studio.owner.ask("PATCH", studio.path, json=changes)


@asynccontextmanager
async def second_replica(studio: Studio, **changes: object) -> AsyncGenerator[Site]:
    house: House = studio.site.house
    async with open_site(house, synth_address=studio.synth_address, **changes) as site:
        yield site


@pytest.mark.slow
async def test_a_change_is_acknowledged_and_told_to_everybody_else(studio: Studio) -> None:
    headers = studio.owner.bearer
    async with (
        second_replica(studio) as elsewhere,
        listening(studio.site, studio.station_id, headers) as one,
        listening(studio.site, studio.station_id, headers) as two,
        listening(elsewhere, studio.station_id, headers) as far,
    ):
        await one.say(type="steer", id="a", change=STEER)
        ack = await one.told("ack", id="a")
        assert ack["parameters"]["intensity"] == pytest.approx(0.9)
        for app in (two, far):
            state = await app.told("state", revision=1)
            assert state["by"] == studio.owner.name
            assert state["parameters"] == ack["parameters"]
        answer = await studio.owner.ask(
            "POST", "/live/control", json={"station_id": studio.station_id, "change": STEER}
        )
        assert answer["revision"] == 2
        assert answer["position"] == 0
        for app in (one, two, far):
            await app.told("state", revision=2)
    assert not any(said["type"] == "state" and said["revision"] == 1 for said in one.said)


async def test_who_comes_before_a_change_is_heard_is_told_of_it(studio: Studio) -> None:
    headers = studio.owner.bearer
    async with listening(studio.site, studio.station_id, headers) as one:
        await studio.synth.advance(studio.station_id, 2)
        await one.say(type="steer", id="a", change=STEER)
        ack = await one.told("ack", id="a")
        async with listening(studio.site, studio.station_id, headers) as two:
            assert two.hello["revision"] == 0
            state = await two.told("state", revision=1)
            assert state["parameters"] == ack["parameters"]
            assert (await two.told("presence"))["listeners"] == 2
        await studio.synth.advance(studio.station_id, 20)
        await one.hear(20)
        async with listening(studio.site, studio.station_id, headers) as three:
            assert three.hello["revision"] == 1
            assert three.hello["parameters"] == ack["parameters"]
            await three.told("presence")
            assert not [said for said in three.said if said["type"] == "state"]


@pytest.mark.slow
async def test_everybody_sees_who_is_there(studio: Studio) -> None:
    async with (
        second_replica(studio) as elsewhere,
        sign_up(studio.site.client) as guest,
        listening(studio.site, studio.station_id, studio.owner.bearer) as one,
    ):
        invitation = studio.station["invitation"]
        async with listening(
            elsewhere, studio.station_id, guest.bearer, invitation=invitation
        ) as two:
            both = sorted((studio.owner.name, guest.name))
            assert (await one.told("presence", listeners=2))["people"] == both
            assert (await two.told("presence", listeners=2))["people"] == both
            assert not two.hello["may_steer"]
            await two.say(type="steer", id="b", change=STEER)
            assert (await two.told("error", id="b"))["code"] == "permission_denied"
        one.said.clear()
        assert (await one.told("presence", listeners=1))["people"] == [studio.owner.name]


async def test_who_may_steer_is_asked_each_time(studio: Studio) -> None:
    await open_to(studio, audience="members", steering="listeners")
    async with (
        sign_up(studio.site.client) as guest,
        listening(studio.site, studio.station_id, guest.bearer) as app,
    ):
        assert app.hello["may_steer"]
        await app.say(type="steer", id="a", change={"seed": str(2**64 - 1), "mode": "lydian"})
        await app.told("ack", id="a")


async def test_a_ticket_opens_one_socket_once(studio: Studio) -> None:
    made = await ticket(studio)
    async with listening(studio.site, studio.station_id, ticket=made) as app:
        assert app.hello["may_steer"]
    used = await refused(studio.site, studio.station_id, ticket=made)
    assert used == (401, "bad_ticket")
    assert await refused(studio.site, "other", ticket=await ticket(studio)) == (401, "bad_ticket")
    made_up = await refused(studio.site, studio.station_id, ticket="x" * 32)
    assert made_up == (401, "bad_ticket")


async def test_a_ticket_carries_its_invitation(studio: Studio) -> None:
    async with sign_up(studio.site.client) as guest:
        path = f"{studio.path}/ticket"
        await guest.ask("POST", path, 404, json={})
        invitation = studio.station["invitation"]
        made = await guest.ask("POST", path, json={"invitation": invitation})
        async with listening(studio.site, studio.station_id, ticket=made["ticket"]) as app:
            assert not app.hello["may_steer"]


async def test_a_page_must_be_ours(studio: Studio) -> None:
    own = studio.site.address
    cookie = {"Cookie": f"tutti_access={studio.owner.tokens['access_token']}"}
    at = studio.station_id
    foreign = (403, "foreign_request")
    assert await refused(studio.site, at, headers=cookie) == foreign
    evil = {"Origin": "https://evil.example"}
    assert await refused(studio.site, at, headers=cookie | evil) == foreign
    assert await refused(studio.site, at, headers=studio.owner.bearer | evil) == foreign
    async with listening(studio.site, at, cookie | {"Origin": own}):
        pass
    async with listening(studio.site, at, {"Origin": own}, ticket=await ticket(studio)):
        pass


async def test_without_an_account_one_hears_what_is_public_where_that_is_allowed(
    studio: Studio,
) -> None:
    at, invitation = studio.station_id, studio.station["invitation"]
    async with listening(studio.site, at, invitation=invitation) as app:
        assert not app.hello["may_steer"]
    assert (await refused(studio.site, at))[0] == 401
    assert (await refused(studio.site, at, invitation="0" * 32))[0] == 404
    async with second_replica(studio, live_anonymous=True) as open_house:
        assert (await refused(open_house, at))[0] == 404
        await open_to(studio, audience="public")
        assert (await refused(studio.site, at))[0] == 401
        assert (await refused(studio.site, at, invitation="0" * 32))[0] == 401
        async with listening(studio.site, at, invitation=invitation) as app:
            assert not app.hello["may_steer"]
    async with (
        second_replica(studio, live_anonymous=True) as open_house,
        listening(open_house, at) as app,
    ):
        assert not app.hello["may_steer"]


async def test_who_proves_nothing_is_not_let_in(studio: Studio) -> None:
    bad = {"Authorization": "Bearer nonsense"}
    assert await refused(studio.site, studio.station_id, headers=bad) == (401, "invalid_token")
    async with sign_up(studio.site.client) as stranger:
        at = studio.station_id
        assert (await refused(studio.site, at, headers=stranger.bearer))[0] == 404


@pytest.fixture
def asked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guests, "ASK_EVERY_S", 0.2)
    monkeypatch.setattr(admission, "OWN_S", 0.1)


async def shown_out(app: App) -> str:
    """Why, once it happens: with a code that says that coming again is of no use."""
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await app.hear(1)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    return closed.value.rcvd.reason


@pytest.mark.slow
@pytest.mark.usefixtures("asked_often")
async def test_who_may_not_stay_is_shown_out(studio: Studio) -> None:
    async with second_replica(studio) as site:  # it begins to ask when it opens
        invitation = studio.station["invitation"]
        async with (
            listening(site, studio.station_id, studio.owner.bearer) as owner,
            listening(site, studio.station_id, invitation=invitation) as guest,
        ):
            await open_to(studio, name="Day")
            await studio.owner.ask("PATCH", studio.path, json={"renew_invitation": True})
            assert await shown_out(guest) == "there is no such station"
            await owner.say(type="time", client_us=1)
            await owner.told("time")
            await studio.owner.ask("POST", "/auth/sign-out", 204)
            await shown_out(owner)


@pytest.mark.slow
@pytest.mark.usefixtures("asked_often")
async def test_a_ticket_is_worth_no_more_than_what_asked_for_it(studio: Studio) -> None:
    at, path = studio.station_id, f"/api/v1{studio.path}/ticket"
    async with second_replica(studio) as site, AsyncExitStack() as sockets:
        apps = []
        keys = [
            await studio.owner.ask("POST", "/me/api-keys", 201, json={"name": name})
            for name in ("Radio", "Lamp")
        ]
        for key in keys:
            headers = {"Authorization": f"Bearer {key['secret']}"}
            answer = await site.client.post(path, headers=headers, json={})
            opened = listening(site, at, ticket=answer.json()["ticket"])
            apps.append(await sockets.enter_async_context(opened))
        by_session = listening(site, at, ticket=await ticket(studio))
        apps.append(await sockets.enter_async_context(by_session))
        key_id = keys[0]["key"]["id"]
        response = await site.client.delete(
            f"/api/v1/me/api-keys/{key_id}", headers=studio.owner.bearer
        )
        assert response.status_code == 204
        assert await shown_out(apps[0]) == "this API key was revoked"
        for app in apps[1:]:
            await app.say(type="time", client_us=1)
            await app.told("time")
        await site.client.post("/api/v1/auth/sign-out", headers=studio.owner.bearer)
        await shown_out(apps[2])
        await apps[1].say(type="time", client_us=2)
        await apps[1].told("time", client_us=2)


async def test_listeners_are_sent_elsewhere_when_a_replica_stops(studio: Studio) -> None:
    async with AsyncExitStack() as replica:
        site = await replica.enter_async_context(second_replica(studio))
        async with listening(site, studio.station_id, studio.owner.bearer) as app:
            await replica.aclose()
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await app.hear(1)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


async def test_the_status_tells_what_plays(studio: Studio) -> None:
    async with listening(studio.site, studio.station_id, studio.owner.bearer, format="json"):
        await studio.synth.advance(studio.station_id, 2)
        status = await studio.owner.ask("GET", "/live/status")
        (stream,) = status["items"]
        assert stream["station_id"] == studio.station_id
        assert stream["name"] == "Night"
        assert stream["position"] == 2 * FRAME
        assert stream["parameters"]["seed"] == "0"
        assert stream["codecs"] == ["json"]
        async with sign_up(studio.site.client) as stranger:
            assert (await stranger.ask("GET", "/live/status"))["items"] == []
            asked = {"station_id": studio.station_id}
            await stranger.ask("GET", "/live/status", 404, params=asked)
            control = {**asked, "change": STEER}
            await stranger.ask("POST", "/live/control", 404, json=control)
            control["invitation"] = studio.station["invitation"]
            await stranger.ask("POST", "/live/control", 403, json=control)
    styles = await studio.owner.ask("GET", "/live/styles")
    assert [style["name"] for style in styles["items"]] == ["drift"]
