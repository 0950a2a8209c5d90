"""What is played here is told to ListenBrainz and Last.fm, whatever dies on the way."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.chaos.victims import state
from tests.exports import spotify, streamed
from tests.listener import Answer, Listener, until
from tests.running import Tutti
from tests.scrobblers.lastfm import KEY, SECRET, LittleLastFm
from tests.scrobblers.listenbrainz import LittleListenBrainz
from tests.scrobblers.serving import serving
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "c0ffee00-0000-4000-8000-000000000001"
HEARD = 8_000


@pytest.mark.slow
async def test_plays_are_told_exactly_once_and_histories_come_whole(tmp_path: Path) -> None:
    listenbrainz, lastfm = LittleListenBrainz({TOKEN: "nadia-lb"}), LittleLastFm()
    async with serving(listenbrainz.app()) as brainz_url, serving(lastfm.app()) as fm_url:
        fleet = Tutti(
            tmp_path / "var",
            CATALOG_LISTENBRAINZ_URL=brainz_url,
            CATALOG_LASTFM_URL=f"{fm_url}/2.0/",
            CATALOG_LASTFM_API_KEY=KEY,
            CATALOG_LASTFM_API_SECRET=SECRET,
        )
        await asyncio.to_thread(fleet.start)
        try:
            nadia = await asyncio.to_thread(Listener(fleet.address, retries=5).__enter__)
            with closing(nadia.client):
                await tell(fleet, nadia, tmp_path, listenbrainz, lastfm)
                await asyncio.to_thread(bring, fleet, nadia)
        finally:
            await asyncio.to_thread(fleet.stop)


async def tell(
    fleet: Tutti,
    nadia: Listener,
    folder: Path,
    listenbrainz: LittleListenBrainz,
    lastfm: LittleLastFm,
) -> None:
    track = await asyncio.to_thread(brought, nadia, folder)
    begun = await asyncio.to_thread(connected, nadia)
    lastfm.allowed[begun.rpartition("token=")[2]] = "nadia-fm"
    await asyncio.to_thread(nadia.ask, "PUT", "/me/scrobbling/lastfm")

    moments = [play(nadia, track, 0)]
    await asyncio.to_thread(settled, nadia, 1)
    listenbrainz.mood.away = lastfm.mood.away = True
    moments.append(play(nadia, track, 1))
    await asyncio.to_thread(troubled, nadia)
    listenbrainz.mood.away = lastfm.mood.away = False
    await asyncio.to_thread(settled, nadia, 2)

    listenbrainz.mood.holds = lastfm.mood.holds = True
    moments.append(play(nadia, track, 2))
    async with asyncio.timeout(30):  # both have it, and neither said so
        await asyncio.gather(listenbrainz.mood.held.wait(), lastfm.mood.held.wait())
    kill_catalog(fleet)
    listenbrainz.mood.holds = lastfm.mood.holds = False
    listenbrainz.mood.release.set()
    lastfm.mood.release.set()
    await asyncio.to_thread(settled, nadia, 3)

    told = [(moment, "Nadia", "Song") for moment in moments]
    assert listenbrainz.of("nadia-lb") == lastfm.of("nadia-fm") == told
    # What may have been lost was sent again, as it was: they know it for the same listen.
    sent = [listen for each in listenbrainz.submissions for listen in each["payload"]]
    assert [each["listened_at"] for each in sent] == [*moments, moments[2]]
    assert sent[2] == sent[3]
    scrobbles = [scrobble for batch in lastfm.batches for scrobble in batch]
    assert [int(each["timestamp"]) for each in scrobbles] == [*moments, moments[2]]
    assert scrobbles[2] == scrobbles[3]


def brought(nadia: Listener, folder: Path) -> Answer:
    tags = Tags(title="Song", artists=("Nadia",), album="Songs", album_artist="Nadia")
    [item] = nadia.bring(Piece(90, duration_s=31, tags=tags).encoded(folder / "song"))
    return nadia.track(item)


def connected(nadia: Listener) -> str:
    nadia.ask("PUT", "/me/scrobbling/listenbrainz", json={"token": TOKEN})
    return str(nadia.post("/me/scrobbling/lastfm/begin")["url"])


def play(nadia: Listener, track: Answer, hour: int) -> int:
    """Report a play, twice as phones do; answers the second it began."""
    began = datetime.now(UTC).replace(microsecond=250_000) - timedelta(hours=5 - hour)
    report = {
        "id": uuid.uuid4().hex,
        "track_id": track["id"],
        "started_at": began.isoformat(),
        "played_ms": 31_000,
        "end": "completed",
    }
    for _ in range(2):
        nadia.post("/plays", json={"plays": [report]})
    return int(began.timestamp())


def scrobblers(nadia: Listener) -> list[Answer]:
    """How the services stand; nothing while the catalog starts again."""
    response = nadia.client.get("/me/scrobbling")
    return list(response.json()["items"]) if response.is_success else []


def settled(nadia: Listener, count: int) -> None:
    def all_sent() -> bool:
        counts = [(each["sent_count"], each["waiting_count"]) for each in scrobblers(nadia)]
        return counts == [(count, 0)] * 2

    until(all_sent, f"not {count} plays were told")


def troubled(nadia: Listener) -> None:
    def both() -> bool:
        return sum(each["problem"] is not None for each in scrobblers(nadia)) == 2

    until(both, "no trouble was noticed")


def kill_catalog(fleet: Tutti) -> None:
    psutil.Process(state(fleet, "catalog")["pid"]).kill()


def bring(fleet: Tutti, nadia: Listener) -> None:
    """Import a long history, and kill who reads it in the middle."""
    content = spotify(*[streamed("Song", "Nadia", hour=n) for n in range(HEARD)])
    sent = nadia.post("/me/history-imports/file", content=content)
    path = f"/me/history-imports/{sent['id']}"
    until(partial(has_read, nadia, path, 1), "it was not begun")
    kill_catalog(fleet)
    until(partial(has_read, nadia, path, HEARD), "it was not read")
    done = until(lambda: ended(nadia, path), "it did not end")
    assert (done["state"], done["added_count"], done["read_count"]) == ("done", HEARD, HEARD)
    assert all(each["waiting_count"] == 0 for each in scrobblers(nadia))


def has_read(nadia: Listener, path: str, count: int) -> bool:
    response = nadia.client.get(path)
    return response.is_success and response.json()["read_count"] >= count


def ended(nadia: Listener, path: str) -> Answer | None:
    response = nadia.client.get(path)
    found: Answer = response.json() if response.is_success else {"state": "unknown"}
    return found if found["state"] in ("done", "failed") else None
