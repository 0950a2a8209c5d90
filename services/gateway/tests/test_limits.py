"""How often one may ask, and asking once what was sent twice."""

import asyncio
import sys

import pytest

from scripts.servers import Servers
from services.gateway.adapters import windows as windows_module
from services.gateway.adapters.windows import TooManyRequests, Window, Windows, open_windows
from services.gateway.tests.conftest import House, open_site
from services.gateway.tests.people import API, Person, sign_up
from services.gateway.tests.waiting import until

FORWARDED = "X-Forwarded-For"


async def test_a_listener_asks_so_often_in_any_minute(house: House) -> None:
    async with (
        open_site(house, requests_per_minute=5) as site,
        open_site(house, requests_per_minute=5) as replica,
        sign_up(site.client) as ada,
    ):
        headers = dict(ada.client.headers)
        for number in range(5):
            where = (site, replica)[number % 2]
            answer = await where.client.get(f"{API}/me", headers=headers)
            assert answer.status_code == 200
            assert answer.headers["ratelimit-policy"] == '"api";q=5;w=60'
            assert answer.headers["ratelimit"].startswith(f'"api";r={4 - number};t=')
        refused = await replica.client.get(f"{API}/me", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert "r=0" in refused.headers["ratelimit"]
        assert (await site.client.get("/livez")).status_code == 200


async def test_readiness_is_not_asked_without_end(house: House) -> None:
    async with open_site(
        house, media_requests_per_minute=2, trusted_proxies=["127.0.0.0/8"]
    ) as site:
        headers = {FORWARDED: "203.0.113.99"}
        for path in ("/readyz", "/metrics"):
            assert (await site.client.get(path, headers=headers)).status_code == 200
            assert (await site.client.get("/livez", headers=headers)).status_code == 200
        for path in ("/readyz", "/metrics"):
            assert (await site.client.get(path, headers=headers)).status_code == 429


@pytest.mark.slow
async def test_twenty_processes_let_exactly_so_many_through(servers: Servers) -> None:
    """``counting`` with 150 s shows the same for every minute that may be laid over them."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.gateway.tests.counting", servers.redis_url, "100", "2",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0
    assert len(told.splitlines()) == 100


async def test_strangers_are_counted_by_address_behind_trusted_proxies(house: House) -> None:
    async with open_site(
        house, requests_per_minute=2, trusted_proxies=["127.0.0.0/8", "10.0.0.0/8"]
    ) as site:

        async def asked(forwarded: str) -> int:
            headers = {FORWARDED: forwarded}
            return (await site.client.get(f"{API}/auth/setup", headers=headers)).status_code

        assert [await asked("203.0.113.1") for _ in range(3)] == [200, 200, 429]
        assert await asked("203.0.113.2, 10.1.1.1") == 200
        assert await asked("198.51.100.9, 203.0.113.1") == 429
        assert [await asked("2001:db8::1"), await asked("2001:db8::2")] == [200, 200]
        assert await asked("2001:db8::3") == 429


async def test_strangers_cannot_choose_their_address(house: House) -> None:
    async with open_site(house, requests_per_minute=1_000) as site:
        site_headers = {FORWARDED: "203.0.113.77"}
        first = await site.client.get(f"{API}/auth/setup", headers=site_headers)
        second = await site.client.get(f"{API}/auth/setup")
        remaining = [
            int(answer.headers["ratelimit"].split("r=")[1].split(";")[0])
            for answer in (first, second)
        ]
        assert remaining[1] == remaining[0] - 1


async def test_without_redis_each_replica_counts_for_itself(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    lost = house.settings(redis_url="redis://127.0.0.1:1", requests_per_minute=3)
    async with open_windows(lost) as windows:
        for remaining in (2, 1, 0):
            allowance = await windows.enter(Window.API, "ada")
            assert allowance is not None
            assert allowance.remaining == remaining
        with pytest.raises(TooManyRequests):
            await windows.enter(Window.API, "ada")
    assert len([line for line in caplog.messages if "the cache is away" in line]) == 1


async def test_one_user_has_so_many_requests_at_once(house: House) -> None:
    async with open_site(house, requests_at_once=2) as site, sign_up(site.client) as ada:
        events = f"{API}/imports/events"
        async with ada.client.stream("GET", events), ada.client.stream("GET", events):
            answer = await ada.client.get(f"{API}/me")
            assert (answer.status_code, answer.json()["code"]) == (429, "too_many_at_once")
            assert answer.headers["retry-after"] == "1"
            async with sign_up(site.client) as bob:
                await bob.ask("GET", "/me")

        async def let_go() -> bool:
            return (await ada.client.get(f"{API}/me")).status_code == 200

        await until(let_go)


async def test_a_post_sent_twice_acts_once(ada: Person) -> None:
    key = {"Idempotency-Key": "playlist-1"}
    url, body = f"{API}/playlists", {"name": "Once"}
    first = await ada.client.post(url, json=body, headers=key)
    again = await ada.client.post(url, json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len((await ada.ask("GET", "/playlists"))["items"]) == 1


async def test_a_key_means_one_body_and_one_user(ada: Person, bob: Person) -> None:
    key = {"Idempotency-Key": "playlist-2"}
    made = await ada.ask("POST", "/playlists", 201, json={"name": "A"}, headers=key)
    problem = await ada.ask("POST", "/playlists", 422, json={"name": "B"}, headers=key)
    assert problem["code"] == "idempotency_key_reused"
    others = await bob.ask("POST", "/playlists", 201, json={"name": "A"}, headers=key)
    assert others["id"] != made["id"]
    await ada.ask("POST", "/playlists", 422, json={"name": "A"}, headers={"Idempotency-Key": "a b"})


async def test_of_two_at_once_one_acts(ada: Person) -> None:
    key = {"Idempotency-Key": "playlist-3"}
    answers = await asyncio.gather(
        *(ada.client.post(f"{API}/playlists", json={"name": "C"}, headers=key) for _ in range(5))
    )
    statuses = {answer.status_code for answer in answers}
    assert 201 in statuses
    assert statuses <= {201, 409}
    assert len((await ada.ask("GET", "/playlists"))["items"]) == 1


async def test_a_failure_may_be_tried_again(ada: Person) -> None:
    key = {"Idempotency-Key": "playlist-4"}
    wrong = {"name": "D", "track_ids": ["none"]}
    answer = await ada.client.post(f"{API}/playlists", json=wrong, headers=key)
    assert answer.status_code in (404, 422)
    await ada.ask("POST", "/playlists", 201, json={"name": "D"}, headers=key)


async def test_the_quota_is_exact_however_many_ask_at_once(house: House) -> None:
    """Three replicas, each asked by eight in one moment, again and again."""
    settings = house.settings(requests_per_minute=40)
    left, refusals = [], []

    async def ask(windows: Windows) -> None:
        for _ in range(12):
            try:
                allowance = await windows.enter(Window.API, "crowd")
            except TooManyRequests as refusal:
                refusals.append(refusal.allowance.reset_s)
            else:
                left.append(allowance.remaining if allowance else None)

    async with (
        open_windows(settings) as one,
        open_windows(settings) as two,
        open_windows(settings) as three,
    ):
        await asyncio.gather(*(ask(each) for each in (one, two, three) * 8))
    assert sorted(left, key=str) == sorted(range(40), key=str)
    assert len(refusals) == 3 * 8 * 12 - 40
    assert all(1 <= reset_s <= 60 for reset_s in refusals)


@pytest.mark.slow
async def test_requests_come_back_one_by_one_as_they_leave_the_window(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows_module, "WINDOW_S", 1)
    lost = house.settings(redis_url="redis://127.0.0.1:1", requests_per_minute=2)
    for settings in (house.settings(requests_per_minute=2), lost):
        async with open_windows(settings) as windows:
            await windows.enter(Window.API, "bea")
            await asyncio.sleep(0.6)
            await windows.enter(Window.API, "bea")
            with pytest.raises(TooManyRequests):
                await windows.enter(Window.API, "bea")
            await asyncio.sleep(0.6)
            await windows.enter(Window.API, "bea")
            with pytest.raises(TooManyRequests):
                await windows.enter(Window.API, "bea")
