"""How music apps are let in, and how they are answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import httpx
import pytest

from services.gateway.domain.principals import Policy
from services.gateway.http.subsonic import METHODS
from services.gateway.tests.apps import SPOKEN, App, app_of, opened
from services.gateway.tests.conftest import open_site
from services.gateway.tests.people import sign_up

if TYPE_CHECKING:
    from services.gateway.tests.conftest import House, Site
    from services.gateway.tests.people import Person

ROOT = "{http://subsonic.org/restapi}subsonic-response"
OPEN = {"getOpenSubsonicExtensions"}


@pytest.fixture
async def app(site: Site, ada: Person) -> App:
    return await app_of(ada, site.client)


async def refusal(site: Site, method: str = "ping", **given: str) -> int:
    response = await site.client.get(f"/rest/{method}", params={"f": "json", **SPOKEN, **given})
    told = opened(response)
    assert told["status"] == "failed"
    assert told["error"]["message"]
    return int(told["error"]["code"])


async def test_an_app_gets_in_by_digest_password_or_key(site: Site, ada: Person, app: App) -> None:
    key = await ada.ask("POST", "/me/api-keys", 201, json={"name": "car"})
    encoded = f"enc:{app.secret.encode().hex()}"
    for proof in (
        app.proof,
        {"u": ada.name, "p": app.secret},
        {"u": ada.name.upper(), "p": encoded},
        {"apiKey": key["secret"]},
        {"u": ada.name, "p": key["secret"]},
    ):
        asked = {"f": "json", **SPOKEN, **proof}
        told = opened(await site.client.get("/rest/tokenInfo.view", params=asked))
        assert told["tokenInfo"] == {"username": ada.name}
        assert (told["version"], told["type"], told["openSubsonic"]) == ("1.16.1", "tutti", True)
    [listed] = (await ada.ask("GET", "/me/app-passwords"))["items"]
    assert listed["name"] == "telephone"
    assert listed["last_used_at"]
    assert app.secret not in str(listed)


async def test_each_wrong_proof_has_its_number(site: Site, ada: Person, app: App) -> None:
    name = {"u": ada.name}
    assert await refusal(site) == 10
    assert await refusal(site, **name) == 10
    assert await refusal(site, **name, t="0" * 32) == 10
    assert await refusal(site, **name, t="0" * 32, s="salt") == 40
    assert await refusal(site, **name, p="correct horse battery") == 40  # of the account
    assert await refusal(site, **name, p="enc:xyz") == 40
    assert await refusal(site, **name, p="") == 40
    assert await refusal(site, u="nobody", p=app.secret) == 40
    assert await refusal(site, apiKey="tk_nobodys") == 44
    assert await refusal(site, apiKey="") == 44
    assert await refusal(site, **name, apiKey="tk_nobodys") == 43
    assert await refusal(site, **app.proof, p=app.secret) == 43


async def test_a_key_in_place_of_a_password_has_to_be_ones_own(
    site: Site, ada: Person, bob: Person
) -> None:
    key = await ada.ask("POST", "/me/api-keys", 201, json={"name": "car"})
    assert await refusal(site, u=bob.name, p=key["secret"]) == 40


async def test_an_operator_says_how_apps_may_prove_themselves(house: House) -> None:
    async with open_site(house, app_proofs=["api_key"]) as site, sign_up(site.client) as ada:
        app = await app_of(ada, site.client)
        assert await refusal(site, **app.proof) == 41
        assert await refusal(site, u=ada.name, p=app.secret) == 42


async def test_versions_that_nobody_here_speaks_are_told_which_side_is_old(app: App) -> None:
    assert await app.refused("ping", v="0.9.0") == (
        20,
        "this server speaks version 1 of the API: use a newer app",
    )
    code, _ = await app.refused("ping", v="2.0.0")
    assert code == 30
    assert (await app.refused("ping", v="one"))[0] == 0
    for missing in ("v", "c"):
        asked = {"f": "json", **SPOKEN, **app.proof}
        del asked[missing]
        told = opened(await app.client.get("/rest/ping", params=asked))
        assert told["error"] == {"code": 10, "message": f"the parameter {missing} is missing"}


async def test_a_revoked_password_opens_nothing_from_then_on(ada: Person, app: App) -> None:
    await app.ask("ping")
    await ada.ask("DELETE", f"/me/app-passwords/{app.password_id}", 204)
    assert (await app.refused("ping"))[0] == 40


async def test_a_disabled_user_has_no_apps(site: Site, operator: Person, ada: Person) -> None:
    app = await app_of(ada, site.client)
    proof = app.proof
    await app.ask("ping", **proof)
    await operator.ask("PATCH", f"/users/{ada.id}", json={"disabled": True})
    assert (await app.refused("ping", **proof))[0] == 40


async def test_an_app_password_opens_nothing_but_what_is_for_apps(site: Site, app: App) -> None:
    for headers in (
        {"Authorization": f"Bearer {app.secret}"},
        {"X-Api-Key": app.secret},
    ):
        response = await site.client.get("/api/v1/me", headers=headers)
        assert response.status_code == httpx.codes.UNAUTHORIZED


async def test_answers_come_as_xml_json_and_script(app: App) -> None:
    xml = await app.call("getMusicFolders", f="xml")
    assert xml.headers["content-type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(xml.content)  # noqa: S314 our own
    assert root.tag == ROOT
    assert root.attrib == {
        "status": "ok",
        "version": "1.16.1",
        "type": "tutti",
        "serverVersion": "0.1.0",
        "openSubsonic": "true",
    }
    assert root[0][0].tag.endswith("musicFolder")
    assert root[0][0].attrib["id"].isdecimal()
    json = await app.call("getMusicFolders")
    assert json.headers["content-type"] == "application/json"
    [folder, *_] = opened(json)["musicFolders"]["musicFolder"]
    assert isinstance(folder["id"], int)
    script = await app.call("ping", f="jsonp", callback="app.answered")
    assert script.headers["content-type"] == "application/javascript"
    assert re.fullmatch(r"/\*\*/app\.answered\(\{.*\}\);", script.text)
    for response in (xml, json, script):
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"
        assert response.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("callback", ["alert(1)//", "a b", "", "<script>", "a" * 201])
async def test_a_callback_is_a_name_and_nothing_else(app: App, callback: str) -> None:
    response = await app.call("ping", f="jsonp", callback=callback)
    root = ElementTree.fromstring(response.content)  # noqa: S314 our own
    assert root[0].attrib["message"] == "callback must be the name of a JavaScript function"


async def test_a_call_may_come_as_a_form_and_names_may_repeat(app: App) -> None:
    form = {**SPOKEN, **app.proof}
    response = await app.client.post("/rest/ping", params={"f": "json"}, data=form)
    assert opened(response)["status"] == "ok"
    missing = await app.client.post("/rest/ping", params={"f": "json"}, data=app.proof)
    assert opened(missing)["error"]["code"] == 10
    too_many = "&".join(["id=1"] * 50_001)
    response = await app.client.post(
        "/rest/ping?f=json",
        content=too_many,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    root = ElementTree.fromstring(response.content)  # noqa: S314 our own
    assert root[0].attrib["message"] == "a call has at most 50000 parameters"


async def test_what_is_no_method_is_not_there(app: App) -> None:
    response = await app.call("getWeather")
    assert response.status_code == httpx.codes.NOT_FOUND
    assert opened(response)["error"]["message"] == "there is no method getWeather"


async def test_extensions_are_told_to_anybody(site: Site) -> None:
    response = await site.client.get("/rest/getOpenSubsonicExtensions", params={"f": "json"})
    told = opened(response)["openSubsonicExtensions"]
    assert {"name": "formPost", "versions": [1]} in told


async def test_every_other_method_asks_who_is_calling(site: Site) -> None:
    for name, method in METHODS.items():
        response = await site.client.get(f"/rest/{name}", params={"f": "json", **SPOKEN})
        if method.refused_by_status:
            assert response.json()["detail"] == "the parameter u is missing", name
        else:
            assert (opened(response)["status"] == "ok") == (name in OPEN), name
    assert {name for name, method in METHODS.items() if method.policy is Policy.PUBLIC} == OPEN


async def test_apps_that_ask_without_end_are_told_to_wait(house: House) -> None:
    async with open_site(house, app_requests_per_minute=3) as site, sign_up(site.client) as ada:
        app = await app_of(ada, site.client)
        for _ in range(3):
            await app.ask("ping")
        response = await app.call("ping")
        assert response.status_code == httpx.codes.TOO_MANY_REQUESTS
        assert int(response.headers["retry-after"]) > 0
        assert "no more than 3 requests a minute" in opened(response)["error"]["message"]
