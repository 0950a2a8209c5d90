"""What operators do."""

from services.gateway.tests.conftest import House, Site, open_site
from services.gateway.tests.people import Person
from services.gateway.tests.test_imports import begun


async def test_operators_see_and_change_users(ada: Person, operator: Person) -> None:
    users, cursor = [], ""
    while cursor is not None:
        page = await operator.ask("GET", "/users", params={"limit": 2, "cursor": cursor})
        users += [user["name"] for user in page["items"]]
        cursor = page["next_cursor"]
    assert {ada.name, "operator"} <= set(users)
    changed = await operator.ask("PATCH", f"/users/{ada.id}", json={"plan": "studio"})
    assert changed["plan"] == "studio"
    await operator.ask("DELETE", f"/users/{ada.id}", 204)
    await ada.ask("GET", "/me", 401)


async def test_operators_run_steps_again(ada: Person, operator: Person) -> None:
    item = await begun(ada)
    path = f"/admin/imports/items/{item['id']}/rerun"
    answer = await operator.client.post(f"/api/v1{path}")
    assert answer.status_code in (202, 409), answer.text
    await operator.ask("POST", "/admin/imports/items/none/rerun", 404)
    assert await operator.ask("POST", "/admin/imports/refresh-outdated", 202) == {"queued_count": 0}


async def test_operators_have_everything_looked_at(operator: Person) -> None:
    wish = {"remove_orphans": True}
    begun = await operator.ask("POST", "/admin/scrub", 202, json=wish)
    assert (begun["under_way"], begun["removes_orphans"]) == (True, True)
    assert begun["ended_at"] is None
    report = await operator.ask("GET", "/admin/scrub")
    assert report["scrub"]["began_at"] == begun["began_at"]
    assert report["damages"] == []


async def test_the_ledger_adds_up(operator: Person) -> None:
    assert "items" in await operator.ask("GET", "/admin/ledger/jobs", params={"failed": True})
    since = "2026-01-01T00:00:00Z"
    summary = await operator.ask("GET", "/admin/ledger/summary", params={"since": since})
    assert (summary["since"], summary["items"]) == (since, [])
    assert "items" in await operator.ask("GET", "/admin/ledger/summary")


async def test_operators_see_how_the_server_is(operator: Person) -> None:
    status = await operator.ask("GET", "/admin/status")
    ready = dict.fromkeys(("catalog", "ingest", "nats", "redis", "s3"), True)
    assert {name: part["ready"] for name, part in status["parts"].items()} == {
        **ready,
        "synth": False,  # none runs in this house
    }


async def test_the_server_is_ready_without_live_music(site: Site) -> None:
    assert (await site.client.get("/livez")).json() == {"alive": True}
    answer = await site.client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


async def test_readiness_names_what_is_missing(house: House) -> None:
    async with open_site(house, ingest_address="127.0.0.1:1") as site:
        answer = await site.client.get("/readyz")
        assert answer.status_code == 503
        parts = answer.json()["parts"]
        assert {name for name, part in parts.items() if not part["ready"]} == {"ingest", "synth"}
        assert parts["ingest"]["detail"]


async def test_figures_are_kept_by_route(site: Site, operator: Person) -> None:
    await operator.ask("GET", "/tracks/none", 404)
    figures = (await site.client.get("/metrics")).text
    line = 'http_request_seconds_count{method="GET",route="/api/v1/tracks/{track_id}",status="4xx"}'
    assert line in figures
