"""What music apps play, and what is known of it afterwards."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from services.gateway.tests.apps import App, app_of
from services.gateway.tests.people import sign_up
from services.gateway.tests.recordings import publish

if TYPE_CHECKING:
    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

ARRIVES_S = 10.0
BEGAN_MS = 1_790_000_000_000


@pytest.fixture
async def app(site: Site, ada: Person) -> App:
    return await app_of(ada, site.client)


async def plays(person: Person, count: int) -> list[dict[str, Any]]:
    """The plays of somebody, once there are so many."""
    deadline_s = time.monotonic() + ARRIVES_S
    while True:
        items: list[dict[str, Any]] = (await person.ask("GET", "/plays"))["items"]
        if len(items) >= count:
            assert len(items) == count
            return items
        assert time.monotonic() < deadline_s, items
        await asyncio.sleep(0.05)


async def test_scrobbles_count_once_each_with_the_time_they_were_heard(
    site: Site, ada: Person, app: App
) -> None:
    dusk, ebb = [f"tr-{(await publish(site, ada, title))['id']}" for title in ("Dusk", "Ebb")]
    told = {"id": [dusk, ebb, dusk], "time": [BEGAN_MS, BEGAN_MS + 1, BEGAN_MS + 2]}
    await app.ask("scrobble", **told)
    await app.ask("scrobble", **told)
    listed = await plays(ada, 3)
    assert [play["track"]["title"] for play in listed] == ["Dusk", "Ebb", "Dusk"]
    assert listed[0]["client"] == "a test"
    assert (await app.ask("getSong", id=dusk))["song"]["playCount"] == 2
    await app.ask("scrobble", id=ebb)
    assert (await plays(ada, 4))[0]["track"]["title"] == "Ebb"


async def test_a_song_that_is_gone_holds_no_other_back(site: Site, ada: Person, app: App) -> None:
    dusk = f"tr-{(await publish(site, ada, 'Dusk'))['id']}"
    await app.ask("scrobble", id=["tr-gone", dusk], time=[BEGAN_MS, BEGAN_MS])
    assert [play["track"]["title"] for play in await plays(ada, 1)] == ["Dusk"]
    assert (await app.refused("scrobble", id="tr-gone"))[0] == 70
    assert (await app.refused("scrobble"))[0] == 10


async def test_a_song_that_begins_is_shown_and_not_counted(
    site: Site, ada: Person, app: App
) -> None:
    dusk = f"tr-{(await publish(site, ada, 'Dusk'))['id']}"
    await app.ask("scrobble", id=dusk, submission="false")
    [entry] = (await app.ask("getNowPlaying"))["nowPlaying"]["entry"]
    assert (entry["id"], entry["username"], entry["playerName"]) == (dusk, ada.name, "a test")
    assert (entry["minutesAgo"], entry["state"]) == (0, "playing")
    async with sign_up(site.client) as bob:
        others = await app_of(bob, site.client)
        assert (await others.ask("getNowPlaying"))["nowPlaying"] == {}
    assert (await ada.ask("GET", "/plays"))["items"] == []


async def test_a_player_that_reports_is_shown_and_its_listening_counted_once(
    site: Site, ada: Person, app: App
) -> None:
    track = await publish(site, ada, "Dusk", duration_ms=3_000)
    song = f"tr-{track['id']}"

    async def report(state: str, position_ms: int, **given: object) -> None:
        await app.ask(
            "reportPlayback",
            mediaId=song,
            mediaType="song",
            state=state,
            positionMs=position_ms,
            **given,
        )

    await report("starting", 0)
    await report("playing", 0)
    await report("playing", 1_600)
    [play] = await plays(ada, 1)
    assert play["played_ms"] == 1_600
    await report("paused", 2_900)
    [entry] = (await app.ask("getNowPlaying"))["nowPlaying"]["entry"]
    assert (entry["state"], entry["positionMs"]) == ("paused", 2_900)
    await report("stopped", 2_900)
    assert (await app.ask("getNowPlaying"))["nowPlaying"] == {}
    await report("starting", 0)
    await report("playing", 0, ignoreScrobble="true")
    await report("stopped", 2_000, ignoreScrobble="true")
    await report("starting", 0)
    await report("playing", 0)
    await report("stopped", 1_900)
    assert {play["played_ms"] for play in await plays(ada, 2)} == {1_600, 1_900}


async def test_impossible_reports_are_refused(site: Site, ada: Person, app: App) -> None:
    song = f"tr-{(await publish(site, ada, 'Dusk'))['id']}"
    good = {"mediaId": song, "mediaType": "song", "state": "playing", "positionMs": 0}
    for change, number in (
        ({"mediaType": "film"}, 0),
        ({"state": "dancing"}, 0),
        ({"positionMs": -1}, 0),
        ({"playbackRate": 100}, 0),
        ({"mediaId": "tr-gone"}, 70),
    ):
        assert (await app.refused("reportPlayback", **{**good, **change}))[0] == number, change
    for missing in good:
        given = {name: value for name, value in good.items() if name != missing}
        assert (await app.refused("reportPlayback", **given))[0] == 10, missing
