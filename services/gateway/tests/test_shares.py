"""Shares: making links, and what is behind them for anybody."""

from __future__ import annotations

import html
import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from services.gateway.tests.conftest import open_site
from services.gateway.tests.people import API, sign_up
from services.gateway.tests.recordings import SOUND, publish
from services.gateway.tests.test_apps_media import with_cover

if TYPE_CHECKING:
    from pathlib import Path

    from services.gateway.tests.conftest import House, Site
    from services.gateway.tests.people import Person

TAG = re.compile(r'<meta property="og:(\w+)" content="([^"]*)">')


async def opened(site: Site, secret: str, status: int = 200, **query: str) -> Any:  # noqa: ANN401 JSON
    """What anybody gets who has the link."""
    response = await site.client.get(f"{API}/shared/{secret}", params=query)
    assert response.status_code == status, response.text
    return response.json()


async def test_anybody_with_the_link_hears_what_is_shared_and_no_more(
    site: Site, ada: Person
) -> None:
    dusk, ebb = [await publish(site, ada, title) for title in ("Dusk", "Ebb")]
    asked = {"track_ids": [dusk["id"]], "description": "for you"}
    share = await ada.ask("POST", "/shares", 201, json=asked)
    assert (share["title"], share["track_count"], share["open_count"]) == ("Dusk", 1, 0)
    seen = await opened(site, share["secret"])
    assert (seen["title"], seen["description"]) == ("Dusk", "for you")
    [track] = seen["tracks"]
    assert (track["title"], track["artist"], track["album"]) == ("Dusk", "Ada & die Bänd", "Dawn")
    assert (await site.client.get(track["stream_url"])).content == SOUND
    assert track["download_url"] is None
    forged = track["stream_url"].replace(dusk["id"], ebb["id"])
    assert (await site.client.get(forged)).status_code == httpx.codes.FORBIDDEN
    original = track["stream_url"].replace("/high?", "/original?")
    assert (await site.client.get(original)).status_code == httpx.codes.FORBIDDEN
    await opened(site, share["secret"], counts="false")
    [listed] = (await ada.ask("GET", "/shares"))["items"]
    assert listed["open_count"] == 1
    assert listed["last_opened_at"]


async def test_a_share_may_be_downloaded_changed_and_ended(site: Site, ada: Person) -> None:
    track = await publish(site, ada, "Dusk")
    ends = datetime.now(UTC) + timedelta(hours=1)
    asked = {"album_ids": [track["album_id"]], "downloadable": True, "expires_at": ends.isoformat()}
    share = await ada.ask("POST", "/shares", 201, json=asked)
    assert "/original?" in (await opened(site, share["secret"]))["tracks"][0]["download_url"]
    path = f"/shares/{share['id']}"
    edited = await ada.ask("PATCH", path, json={"downloadable": False, "description": "hear"})
    assert edited["expires_at"] is not None
    edited = await ada.ask("PATCH", path, json={"expires_at": None})
    assert (edited["expires_at"], edited["description"]) == (None, "hear")
    soon = datetime.now(UTC) + timedelta(milliseconds=200)
    await ada.ask("PATCH", path, json={"expires_at": soon.isoformat()})
    deadline_s = time.monotonic() + 5
    while (await site.client.get(f"{API}/shared/{share['secret']}")).status_code != 404:
        assert time.monotonic() < deadline_s
    await ada.ask("DELETE", path, 204)
    assert (await ada.ask("GET", "/shares"))["items"] == []


async def test_impossible_shares_are_refused(site: Site, ada: Person, bob: Person) -> None:
    theirs = await publish(site, bob, "Dusk")
    await ada.ask("POST", "/shares", 404, json={"track_ids": [theirs["id"]]})
    await ada.ask("POST", "/shares", 422, json={})
    past = {"track_ids": [theirs["id"]], "expires_at": "2001-01-01T00:00:00Z"}
    await bob.ask("POST", "/shares", 422, json=past)
    await opened(site, "nothing", 404)


async def test_a_share_goes_when_its_owner_goes(site: Site) -> None:
    async with sign_up(site.client) as eve:
        track = await publish(site, eve, "Dusk")
        share = await eve.ask("POST", "/shares", 201, json={"track_ids": [track["id"]]})
        link = (await opened(site, share["secret"]))["tracks"][0]["stream_url"]
        await eve.ask("DELETE", "/me", 204)
    await opened(site, share["secret"], 404)
    assert (await site.client.get(link)).status_code in {401, 404}


async def test_messengers_show_what_is_shared(house: House, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<html><head><title>Tutti</title></head></html>")
    async with open_site(house, web_dir=tmp_path) as site, sign_up(site.client) as ada:
        track = await with_cover(site, ada)
        asked = {"track_ids": [track["id"]], "description": 'a <b> & "c"'}
        share = await ada.ask("POST", "/shares", 201, json=asked)
        link = f"/share/{share['secret']}"
        page = await site.client.get(link)
        told = {name: html.unescape(content) for name, content in TAG.findall(page.text)}
        assert told["title"] == "Dusk"
        assert told["description"] == 'a <b> & "c"'
        assert told["url"] == site.address.rstrip("/") + link
        picture = await site.client.get(told["image"])
        assert picture.headers["content-type"] == "image/jpeg"
        assert picture.content[:2] == b"\xff\xd8"
        gone = await site.client.get("/share/nothing")
        assert gone.status_code == httpx.codes.NOT_FOUND
        assert "<title>Tutti" in gone.text
        [listed] = (await ada.ask("GET", "/shares"))["items"]
        assert listed["open_count"] == 0
