"""Radio, shares and podcasts, as music apps see them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from services.gateway.tests.apps import App, app_of
from services.gateway.tests.recordings import publish
from services.gateway.tests.test_live_radio import first, played_hz
from tests.broadcaster import broadcasting

if TYPE_CHECKING:
    from services.gateway.tests.conftest import Site, Studio
    from services.gateway.tests.people import Person


@pytest.fixture
async def app(site: Site, ada: Person) -> App:
    return await app_of(ada, site.client)


@pytest.fixture
async def operators(site: Site, operator: Person) -> App:
    return await app_of(operator, site.client)


async def stations(app: App) -> dict[str, dict[str, str]]:
    listed = (await app.ask("getInternetRadioStations"))["internetRadioStations"]
    return {row["name"]: row for row in listed["internetRadioStation"]}


async def test_operators_keep_radio_stations_and_everybody_hears_them(
    app: App, operators: App
) -> None:
    radio = {"name": "Élan", "streamUrl": "https://radio.example/live.mp3"}
    await operators.ask("createInternetRadioStation", **radio)
    found = (await stations(app))["Élan"]
    assert found["streamUrl"] == radio["streamUrl"]
    assert "homepageUrl" not in found
    changed = {"id": found["id"], **radio, "homepageUrl": "https://radio.example"}
    await operators.ask("updateInternetRadioStation", **changed)
    assert (await stations(app))["Élan"]["homepageUrl"] == "https://radio.example"
    assert (await app.refused("createInternetRadioStation", **radio))[0] == 50
    assert (await operators.refused("createInternetRadioStation", name="x", streamUrl="x"))[0] == 0
    await operators.ask("deleteInternetRadioStation", id=found["id"])
    assert (await operators.refused("deleteInternetRadioStation", id=found["id"]))[0] == 70


async def test_live_stations_are_radio_stations_that_play_without_another_proof(
    studio: Studio,
) -> None:
    app = await app_of(studio.owner, studio.site.client)
    station = (await stations(app))["Night"]
    assert station["id"] == f"li-{studio.station_id}"
    assert station["homepageUrl"] == f"{studio.site.address}/live/{studio.station_id}"
    async with (
        studio.synth.playing(studio.station_id),
        studio.site.client.stream("GET", station["streamUrl"]) as response,
    ):
        assert response.headers["content-type"] == "audio/mpeg"
        assert played_hz(await first(response, 20_000)) == pytest.approx(440, abs=1)
    head = await studio.site.client.head(station["streamUrl"])
    assert head.status_code == httpx.codes.OK
    other = station["streamUrl"].replace(studio.station_id, "another-station")
    for forged in (other, station["streamUrl"].replace("/listen", "x/listen")):
        assert (await studio.site.client.get(forged)).status_code == httpx.codes.FORBIDDEN
    await studio.owner.ask("DELETE", "/me", 204)
    assert (await studio.site.client.get(station["streamUrl"])).status_code in {401, 404}


async def test_a_share_is_made_changed_and_ended(site: Site, ada: Person, app: App) -> None:
    dusk, ebb = [await publish(site, ada, title) for title in ("Dusk", "Ebb")]
    expires = round(time.time() * 1000) + 60_000
    song, album = f"tr-{ebb['id']}", f"al-{dusk['album_id']}"
    made = await app.ask("createShare", id=[song, album], description="hear", expires=expires)
    [share] = made["shares"]["share"]
    assert share["url"].startswith(f"{site.address}/share/")
    assert (share["description"], share["visitCount"], share["username"]) == ("hear", 0, ada.name)
    assert [entry["title"] for entry in share["entry"]] == ["Ebb", "Dusk"]
    assert "expires" in share
    await app.ask("updateShare", id=share["id"], description="again", expires=0)
    [listed] = (await app.ask("getShares"))["shares"]["share"]
    assert listed["description"] == "again"
    assert "expires" not in listed
    await app.ask("deleteShare", id=share["id"])
    assert (await app.ask("getShares"))["shares"] == {}
    assert (await app.refused("createShare"))[0] == 10
    assert (await app.refused("createShare", id="ar-1"))[0] == 70
    assert (await app.refused("createShare", id="tr-gone"))[0] == 70
    assert (await app.refused("deleteShare", id=share["id"]))[0] == 70


async def test_podcasts_are_followed_and_listed(app: App, operators: App) -> None:
    with broadcasting() as air:
        url = air.feed("/feed.xml", "Night talk", [])
        await operators.ask("createPodcastChannel", url=url)
        listed = (await app.ask("getPodcasts", includeEpisodes="false"))["podcasts"]["channel"]
        [channel] = [row for row in listed if row["url"] == url]
        assert channel["status"] in {"new", "downloading", "completed"}
        [alone] = (await app.ask("getPodcasts", id=channel["id"]))["podcasts"]["channel"]
        assert alone["id"] == channel["id"]
        await operators.ask("refreshPodcasts")
        assert "newestPodcasts" in await app.ask("getNewestPodcasts")
        assert (await app.refused("getCoverArt", id=channel["id"]))[0] == 70
        await operators.ask("deletePodcastChannel", id=channel["id"])
    assert (await app.refused("getPodcasts", id=channel["id"]))[0] == 70
    assert (await app.refused("getPodcastEpisode", id="pe-gone"))[0] == 70
    for method in (
        "createPodcastChannel",
        "refreshPodcasts",
        "deletePodcastChannel",
        "downloadPodcastEpisode",
        "deletePodcastEpisode",
    ):
        assert (await app.refused(method, id="pe-gone", url="http://a.example"))[0] == 50, method
    for method in ("downloadPodcastEpisode", "deletePodcastEpisode"):
        assert (await operators.refused(method, id="pe-gone"))[0] == 70, method
