"""Telling services elsewhere, and bringing histories from there, over REST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.http.histories import LARGEST_FILE_BYTES
from services.gateway.tests.recordings import publish
from services.gateway.tests.waiting import until
from tests.exports import spotify, streamed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

FILE = "/me/history-imports/file"


async def test_what_there_is_to_connect_is_listed(ada: Person) -> None:
    listed = (await ada.ask("GET", "/me/scrobbling"))["items"]
    states = {each["scrobbler"]: each["state"] for each in listed}
    assert states == {"listenbrainz": "disconnected", "lastfm": "unavailable"}
    problem = await ada.ask("POST", "/me/scrobbling/lastfm/begin", 409)
    assert problem["code"] == "scrobbler_unavailable"
    away = await ada.ask("PUT", "/me/scrobbling/listenbrainz", 503, json={"token": "x"})
    assert "ListenBrainz cannot be asked now" in away["detail"]
    await ada.ask("PUT", "/me/scrobbling/listenbrainz", 422, json={"token": "two words"})
    await ada.ask("DELETE", "/me/scrobbling/listenbrainz", 204)
    await ada.ask("DELETE", "/me/scrobbling/myspace", 422)


async def test_what_plays_now_is_a_track_that_one_sees(
    site: Site, ada: Person, bob: Person
) -> None:
    track = await publish(site, ada, "Mine")
    await ada.ask("PUT", "/me/now-playing", 204, json={"track_id": track["id"]})
    await bob.ask("PUT", "/me/now-playing", 404, json={"track_id": track["id"]})


async def test_an_export_is_sent_read_and_shown(site: Site, ada: Person, bob: Person) -> None:
    await publish(site, ada, "One")
    entries = [streamed("One", "Ada & die Bänd", hour=n) for n in range(2500)]
    content = spotify(*entries, streamed("Gone", "Nobody"), streamed("Gone", "Nobody", hour=9))
    assert len(content) > 2**20  # more than one part
    named = {"file_name": "Streaming_History_Audio_0.json"}
    sent = await ada.ask("POST", FILE, 202, content=content, params=named)
    assert (sent["state"], sent["source"], sent["name"]) == ("waiting", "file", named["file_name"])
    path = f"/me/history-imports/{sent['id']}"

    async def done() -> bool:
        return bool((await ada.ask("GET", path))["state"] == "done")

    await until(done, 30)
    [found] = (await ada.ask("GET", "/me/history-imports"))["items"]
    assert (found["source"], found["read_count"], found["added_count"]) == ("spotify", 2502, 2500)
    assert (found["unmatched_count"], found["problem"]) == (2, None)
    [missing] = (await ada.ask("GET", "/me/unmatched-listens"))["items"]
    assert (missing["title"], missing["artist"], missing["listen_count"]) == ("Gone", "Nobody", 2)
    assert (await ada.ask("GET", "/plays"))["items"][0]["client"] == "Spotify"
    again = await ada.ask("POST", "/me/unmatched-listens/match", 202)
    assert again["source"] == "unmatched"
    await bob.ask("GET", path, 404)
    await ada.ask("DELETE", path, 204)
    await ada.ask("GET", path, 404)


async def test_a_file_is_refused_that_is_too_large_or_not_there(ada: Person) -> None:
    await ada.ask("POST", FILE, 422, content=b"")

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_FILE_BYTES // 2**20 + 2):
            yield bytes(2**20)

    await ada.ask("POST", FILE, 413, content=endless())
    assert (await ada.ask("GET", "/me/history-imports"))["items"] == []  # nothing is left of it


async def test_a_pull_needs_an_account(ada: Person) -> None:
    path = "/me/history-imports"
    problem = await ada.ask("POST", path, 422, json={"scrobbler": "listenbrainz"})
    assert "connect ListenBrainz" in problem["detail"]
    asked = {"scrobbler": "listenbrainz", "account_name": "ada"}
    sent = await ada.ask("POST", path, 202, json=asked)

    async def waits() -> bool:
        return bool((await ada.ask("GET", f"{path}/{sent['id']}"))["problem"])

    await until(waits)
