"""Following files on their way."""

import asyncio
import json

import pytest

from services.gateway.http import watching
from services.gateway.tests.conftest import House, open_site
from services.gateway.tests.people import API, Person, sign_up
from services.gateway.tests.test_uploads import FILE, announced, part


async def begun(person: Person) -> dict[str, str]:
    upload = await announced(person)
    for number in (1, 2, 3):
        path = f"/uploads/{upload['id']}/parts/{number}"
        await person.ask("PUT", path, content=part(number))
    return dict(await person.ask("POST", f"/uploads/{upload['id']}/complete", 202))


async def test_files_are_listed_for_those_who_sent_them(
    ada: Person, bob: Person, operator: Person
) -> None:
    item = await begun(ada)
    page = await ada.ask("GET", "/imports/items", params={"state": ["waiting", "processing"]})
    assert [each["id"] for each in page["items"]] == [item["id"]]
    assert page["items"][0]["size_bytes"] == len(FILE)
    assert page["items"][0]["reason_code"] is None
    assert (await bob.ask("GET", "/imports/items"))["items"] == []
    await bob.ask("GET", f"/imports/items/{item['id']}", 404)
    everyones = await operator.ask("GET", "/admin/imports/items")
    assert item["id"] in [each["id"] for each in everyones["items"]]
    detail = await operator.ask("GET", f"/admin/imports/items/{item['id']}")
    assert detail["item"]["user_id"] == ada.id
    [batch] = (await ada.ask("GET", "/imports/batches"))["items"]
    assert (batch["id"], batch["item_count"]) == ("tests", 1)
    assert (await ada.ask("GET", "/imports/status"))["waiting_count"] == 1
    status = await operator.ask("GET", "/admin/imports/status")
    assert status["waiting_count"] >= 1


async def test_only_possible_duplicates_are_decided_and_failures_dismissed(ada: Person) -> None:
    path = f"/imports/items/{(await begun(ada))['id']}"
    await ada.ask("POST", f"{path}/decision", 409, json={"decision": "keep_both"})
    await ada.ask("POST", f"{path}/decision", 422, json={"decision": "both"})
    await ada.ask("DELETE", path, 409)


async def test_changes_are_sent_as_they_happen(ada: Person) -> None:
    first = await begun(ada)
    seen: list[tuple[str, str]] = []
    async with (
        asyncio.timeout(10),
        ada.client.stream("GET", f"{API}/imports/events") as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        lines = answer.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        second = None
        while second is None or ("item", second["id"]) not in seen:
            event = await anext(lines)
            if event.startswith("event: "):
                assert (await anext(lines)).startswith("id: ")
                told = json.loads((await anext(lines)).removeprefix("data: "))
                seen.append((event.removeprefix("event: "), told["id"]))
            if ("item", first["id"]) in seen and second is None:
                second = await begun(ada)


async def test_a_silent_stream_beats_and_ends_with_its_session(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "HEARTBEAT_S", 0.05)
    async with (
        asyncio.timeout(10),
        ada.client.stream("GET", f"{API}/imports/events") as answer,
    ):
        lines = answer.aiter_lines()
        while await anext(lines) != ": still here":
            pass
        await ada.ask("POST", "/auth/sign-out", 204)
        assert [line async for line in lines if line.startswith("event")] == []


async def test_streams_do_not_hold_the_server_back_when_it_stops(house: House) -> None:
    async with asyncio.timeout(10):
        async with open_site(house, drain_s=60) as site, sign_up(site.client) as ada:
            stream = ada.client.stream("GET", f"{API}/imports/events")
            answer = await stream.__aenter__()
            await anext(answer.aiter_lines())
        await stream.__aexit__(None, None, None)
