"""Podcasts over REST, from a feed to the ear: the whole way through services and a worker."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from services.gateway.tests.apps import app_of
from services.gateway.tests.house import House, open_worker
from services.gateway.tests.people import API, Person
from services.gateway.tests.waiting import until
from tests.broadcaster import Entry, broadcasting, picture
from tests.sounds import Piece, heard

if TYPE_CHECKING:
    from pathlib import Path

    from tests.broadcaster import Broadcaster

PATIENCE_S = 120.0


async def followed(operator: Person, url: str, status: int = 201) -> dict[str, Any]:
    channel: dict[str, Any] = await operator.ask("POST", "/podcasts", status, json={"url": url})
    return channel


async def found(person: Person, path: str, status: str) -> dict[str, Any]:
    """What lies at the path, once it is in this state."""
    answer: dict[str, Any] = {}

    async def settled() -> bool:
        answer.update(await person.ask("GET", path))
        return bool(answer["status"] == status)

    await until(settled, PATIENCE_S)
    return answer


def on_air(air: Broadcaster, sound: bytes, *numbers: int) -> str:
    for number in numbers:
        air.offer(f"/{number}.mp3", sound)
    air.offer("/night.png", picture("#223366"), "image/png")
    listed = [
        Entry(f"Night {n}: »Ж«", f"{n}.mp3", f"n{n}", f"0{n} Jan 2024 10:00:00 GMT", "<p>Sleep</p>")
        for n in sorted(numbers, reverse=True)
    ]
    return air.feed("/feed.xml", "Night talk", listed, '<itunes:image href="night.png"/>')


@pytest.mark.slow
async def test_from_the_feed_to_the_ear(
    house: House, operator: Person, ada: Person, tmp_path: Path
) -> None:
    sound = Piece(seed=91, duration_s=4).encoded(tmp_path / "talk", "mp3").read_bytes()
    with broadcasting() as air:
        async with open_worker(house, tmp_path / "scratch"):
            url = on_air(air, sound, 1)
            path = f"/podcasts/{(await followed(operator, url))['id']}"
            channel = await found(ada, path, "completed")
            assert (channel["title"], channel["url"]) == ("Night talk", url)
            assert (await followed(operator, url, 200))["id"] == channel["id"]
            on_air(air, sound, 1, 2, 3)
            assert await operator.ask("POST", "/podcasts/refresh", 202) == {"channel_count": 1}

            async def three() -> bool:
                return bool((await ada.ask("GET", path))["episode_count"] == 3)

            await until(three, PATIENCE_S)
            listed = (await ada.ask("GET", f"{path}/episodes"))["items"]
            assert [one["title"] for one in listed] == [f"Night {n}: »Ж«" for n in (3, 2, 1)]
            assert listed[0]["description"] == "Sleep"
            second = f"/podcasts/episodes/{listed[1]['id']}"
            assert (await ada.ask("GET", f"{second}/stream", 409))["code"] == "episode_not_here"
            asked = await operator.ask("POST", f"{second}/download", 202)
            assert asked["status"] in ("downloading", "completed")
            episode = await found(ada, second, "completed")
            assert episode["duration_ms"] == pytest.approx(4_000, abs=100)
            assert episode["size_bytes"] == len(sound)
        await heard_by(ada, f"{API}{second}/stream", sound)
        await seen_by(ada, f"{API}{path}/cover")
        app = await app_of(ada, ada.client)
        smaller = await app.call("stream", id=f"pe-{listed[1]['id']}", format="opus")
        assert smaller.headers["content-type"] == "audio/ogg"
        assert heard(smaller.content).tone_hz == pytest.approx(440, rel=0.01)

        page = await ada.ask("GET", "/podcasts?episodes=2&limit=1")
        assert [len(one["episodes"]) for one in page["items"]] == [2]
        newest = await ada.ask("GET", "/podcasts/episodes?limit=2")
        assert [one["id"] for one in newest["items"]] == [one["id"] for one in listed[:2]]
        await operator.ask("DELETE", second, 204)
        assert (await ada.ask("GET", second))["status"] == "deleted"
        await ada.ask("GET", f"{second}/stream", 409)
        await operator.ask("DELETE", path, 204)
        assert (await ada.ask("GET", path, 404))["code"] == "unknown_channel"
        assert (await ada.ask("GET", f"{second}/stream", 404))["code"] == "unknown_episode"


async def heard_by(person: Person, path: str, sound: bytes) -> None:
    whole = await person.client.get(path)
    assert (whole.status_code, whole.content) == (200, sound)
    assert whole.headers["content-type"] == "audio/mpeg"
    assert "Night%202" in whole.headers["content-disposition"]
    assert heard(whole.content).tone_hz == pytest.approx(440, rel=0.01)
    part = await person.client.get(path, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, sound[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(sound)}"
    head = await person.client.head(path)
    assert head.headers["content-length"] == str(len(sound))
    beyond = await person.client.get(path, headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416


async def seen_by(person: Person, path: str) -> None:
    small = await person.client.get(path, params={"size": "96"})
    assert small.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(small.content)) as image:
        assert image.size == (96, 96)


async def test_listeners_listen_and_operators_operate(operator: Person, ada: Person) -> None:
    url = "http://feeds.invalid/a.xml"
    path = f"/podcasts/{(await followed(operator, url))['id']}"
    try:
        assert (await ada.ask("GET", path))["status"] in ("new", "downloading", "error")
        await ada.ask("GET", f"{path}/cover", 404)
        for method, where in (
            ("POST", "/podcasts"),
            ("POST", "/podcasts/refresh"),
            ("POST", f"{path}/refresh"),
            ("DELETE", path),
            ("POST", "/podcasts/episodes/1/download"),
            ("DELETE", "/podcasts/episodes/1"),
        ):
            await ada.ask(method, where, 403, json={"url": url} if method == "POST" else None)
    finally:
        await operator.ask("DELETE", path, 204)


async def test_what_is_no_address_is_refused(operator: Person) -> None:
    for wrong in ("", "feed.xml", "ftp://a/b", "file:///etc/passwd", "http://a b/", "http://x\0/"):
        await operator.ask("POST", "/podcasts", 422, json={"url": wrong})
    for wrong in ("http://u:p@feeds.invalid/", "http://feeds.invalid:0/", "http://["):
        status = (await operator.client.post(f"{API}/podcasts", json={"url": wrong})).status_code
        assert status in (400, 422), wrong
    unknown = "/podcasts/00000000-0000-0000-0000-000000000000"
    for path in (unknown, f"{unknown}/episodes", "/podcasts/x", "/podcasts/episodes/x"):
        await operator.ask("GET", path, 404)
    assert httpx.codes.is_client_error(
        (await operator.client.get(f"{API}/podcasts?cursor=x")).status_code
    )
