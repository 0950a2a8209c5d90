"""Podcasts from the feed to the file, over gRPC, with a server of podcasts on this machine."""

from __future__ import annotations

import asyncio
import signal
import threading
import uuid
from typing import TYPE_CHECKING

import psutil
import pytest

from libs.common.faults import FailedPrecondition, InvalidInput, NotFound
from services.ingest.adapters.scratch import Scratch
from services.ingest.domain.objects import cover_keys
from services.ingest.settings import IngestSettings
from services.ingest.tests.house import eventually
from services.ingest.tests.store import healed, rotten, rows, scrubbed
from services.ingest.work.crew import Crew
from tests.broadcaster import ATOM, Answer, Broadcaster, Entry, broadcasting, picture
from tests.sounds import Piece, heard
from tutti.ingest.v1 import podcasts_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.ingest.tests.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

SKIPPED, NEW, DOWNLOADING = (
    pb.PODCAST_STATUS_SKIPPED,
    pb.PODCAST_STATUS_NEW,
    pb.PODCAST_STATUS_DOWNLOADING,
)
COMPLETED, ERROR, DELETED = (
    pb.PODCAST_STATUS_COMPLETED,
    pb.PODCAST_STATUS_ERROR,
    pb.PODCAST_STATUS_DELETED,
)
JANUARY = "{:02} Jan 2024 10:00:00 GMT"


@pytest.fixture(scope="module")
def air() -> Iterator[Broadcaster]:
    with broadcasting() as station:
        yield station


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Four seconds of an MP3."""
    folder = tmp_path_factory.mktemp("talk")
    return Piece(seed=81, duration_s=4).encoded(folder / "talk", "mp3").read_bytes()


def entries(*numbers: int, folder: str) -> list[Entry]:
    return [
        Entry(f"Night {n}", f"{folder}/{n}.mp3", f"{folder}-{n}", JANUARY.format(n))
        for n in numbers
    ]


async def channel(house: House, channel_id: str, most_episodes: int = 50) -> pb.Channel:
    asked = pb.GetChannelRequest(channel_id=channel_id, most_episodes=most_episodes)
    return (await house.podcasts.GetChannel(asked)).channel


async def subscribed(house: House, url: str) -> pb.Channel:
    """The channel once its feed was read, for better or worse."""
    added = (await house.podcasts.Subscribe(pb.SubscribeRequest(url=url))).channel
    return await read(house, added.id)


async def read(house: House, channel_id: str) -> pb.Channel:
    async def settled() -> pb.Channel | None:
        found = await channel(house, channel_id)
        return found if found.status in (COMPLETED, ERROR) else None

    return await eventually(settled)


async def refreshed(house: House, channel_id: str) -> pb.Channel:
    before = await channel(house, channel_id)
    await house.podcasts.RefreshChannels(pb.RefreshChannelsRequest(channel_id=channel_id))

    async def again() -> pb.Channel | None:
        found = await channel(house, channel_id)
        return found if found.refreshed_at_unix_ms > before.refreshed_at_unix_ms else None

    return await eventually(again)


async def settled(house: House, episode_id: str) -> pb.Episode:
    """The episode once its download came to its end."""

    async def ended() -> pb.Episode | None:
        asked = pb.GetEpisodeRequest(episode_id=episode_id)
        found = (await house.podcasts.GetEpisode(asked)).episode
        return found if found.status != DOWNLOADING else None

    return await eventually(ended)


async def download(house: House, episode_id: str) -> pb.Episode:
    asked = pb.DownloadEpisodeRequest(episode_id=episode_id)
    assert (await house.podcasts.DownloadEpisode(asked)).episode.status in (DOWNLOADING, COMPLETED)
    return await settled(house, episode_id)


async def audio(house: House, episode_id: str) -> pb.GetEpisodeAudioResponse:
    return await house.podcasts.GetEpisodeAudio(pb.GetEpisodeAudioRequest(episode_id=episode_id))


async def remove(house: House, channel_id: str) -> None:
    await house.podcasts.RemoveChannel(pb.RemoveChannelRequest(channel_id=channel_id))


async def test_a_podcast_is_followed_and_its_newest_episode_is_here(
    house: House, air: Broadcaster, talk: bytes
) -> None:
    air.offer("/night/2.mp3", talk)
    air.offer("/night.png", picture("#223366"), "image/png")
    more = '<itunes:image href="night.png"/><itunes:author>Ada</itunes:author>'
    url = air.feed("/night.xml", "Night", entries(2, 1, folder="night"), more)
    asked = pb.SubscribeRequest(url=url)
    first = await house.podcasts.Subscribe(asked)
    assert not first.already_followed
    found = await read(house, first.channel.id)
    assert (found.title, found.author, found.status) == ("Night", "Ada", COMPLETED)
    assert found.link == air.url("/about")
    again = await house.podcasts.Subscribe(asked)
    assert again.already_followed
    assert again.channel.id == found.id

    newest, older = found.episodes
    assert (newest.title, older.title) == ("Night 2", "Night 1")
    assert older.status == SKIPPED
    episode = await settled(house, newest.id)
    assert (episode.status, episode.error_message) == (COMPLETED, "")
    assert episode.duration_ms == pytest.approx(4_000, abs=100)
    assert (episode.size_bytes, episode.suffix) == (len(talk), "mp3")
    assert episode.bitrate_kbps > 0
    where = await audio(house, episode.id)
    assert (where.content_type, where.title) == ("audio/mpeg", "Night 2")
    assert (where.channel_title, where.size_bytes) == ("Night", len(talk))
    stored = await house.objects.get_bytes(where.object_key)
    assert stored == talk
    assert heard(stored).tone_hz == pytest.approx(440, rel=0.01)
    for key in cover_keys(found.cover_sha256):
        assert (await house.objects.stat(key)).content_type == "image/webp"
    with pytest.raises(FailedPrecondition, match="not on the server"):
        await audio(house, older.id)
    assert {headers["user-agent"] for _, headers in air.asked} == {
        "Tutti (a music server; podcasts)"
    }


async def test_a_new_episode_appears_and_is_downloaded(
    house: House, air: Broadcaster, talk: bytes
) -> None:
    for number in (1, 2, 3):
        air.offer(f"/day/{number}.mp3", talk)
    url = air.feed("/day.xml", "Day", entries(1, folder="day"))
    found = await subscribed(house, url)
    await refreshed(house, found.id)
    assert air.requests("/day.xml")[-1]["if-none-match"] == air.has["/day.xml"].etag

    air.feed("/day.xml", "Day and more", entries(3, 2, 1, folder="day"))
    now = await refreshed(house, found.id)
    assert now.title == "Day and more"
    assert [episode.title for episode in now.episodes] == ["Night 3", "Night 2", "Night 1"]
    assert [episode.id for episode in now.episodes][2] == found.episodes[0].id
    assert now.episodes[1].status == NEW  # one of them is downloaded unasked
    assert (await settled(house, now.episodes[0].id)).status == COMPLETED
    assert (await download(house, now.episodes[1].id)).status == COMPLETED
    # What an author lets go of stays for who listens here.
    air.feed("/day.xml", "Day", entries(3, folder="day"))
    later = await refreshed(house, found.id)
    assert [episode.status for episode in later.episodes] == [COMPLETED] * 3
    newest = await house.podcasts.ListNewestEpisodes(pb.ListNewestEpisodesRequest(count=1))
    assert [episode.id for episode in newest.episodes] == [now.episodes[0].id]


async def test_a_file_is_removed_when_no_episode_has_it(
    house: House, air: Broadcaster, tmp_path: Path
) -> None:
    same = Piece(seed=82, duration_s=3).encoded(tmp_path / "same", "mp3").read_bytes()
    for folder in ("here", "there"):
        air.offer(f"/{folder}/1.mp3", same)
    urls = [air.feed(f"/{f}.xml", f, entries(1, folder=f)) for f in ("here", "there")]
    here, there = [await subscribed(house, url) for url in urls]
    episodes = [await settled(house, one.episodes[0].id) for one in (here, there)]
    key = (await audio(house, episodes[0].id)).object_key
    assert (await audio(house, episodes[1].id)).object_key == key

    await house.podcasts.RemoveEpisode(pb.RemoveEpisodeRequest(episode_id=episodes[0].id))
    assert (await settled(house, episodes[0].id)).status == DELETED
    await eventually(lambda: nothing_to_remove(house))
    assert await house.objects.exists(key)
    await scrubbed(house, remove_orphans=True)
    assert await house.objects.get_bytes(key) == same
    await remove(house, there.id)
    await eventually(lambda: house.lacks(key))
    with pytest.raises(NotFound):
        await channel(house, there.id)
    with pytest.raises(NotFound):
        await audio(house, episodes[1].id)
    assert (await download(house, episodes[0].id)).status == COMPLETED
    assert await house.objects.get_bytes(key) == same


async def nothing_to_remove(house: House) -> bool:
    return not await rows(house, "SELECT 1 FROM podcast_removals")


async def test_what_podcasts_need_is_no_orphan_and_their_pictures_are_made_anew(
    house: House, air: Broadcaster, talk: bytes
) -> None:
    air.offer("/kept/1.mp3", talk)
    air.offer("/kept.png", picture("#883322"), "image/png")
    more = '<itunes:image href="kept.png"/>'
    found = await subscribed(house, air.feed("/kept.xml", "K", entries(1, folder="kept"), more))
    episode = await settled(house, found.episodes[0].id)
    stray = f"podcasts/{'0' * 64}.mp3"
    await house.objects.put_bytes(stray, b"left over", "audio/mpeg")
    walk = await scrubbed(house, remove_orphans=True)
    assert walk.damaged_count == 0
    assert not await house.objects.exists(stray)
    assert await house.objects.exists((await audio(house, episode.id)).object_key)
    small = cover_keys(found.cover_sha256)[1]
    good = await rotten(house, small)
    assert (await scrubbed(house)).damaged_count == 1
    await refreshed(house, found.id)
    await eventually(lambda: healed(house, found.cover_sha256))
    assert await house.objects.get_bytes(small) == good


async def test_lists_are_whole_and_in_order(house: House, air: Broadcaster) -> None:
    bare = [Entry(f"Part {n}", f"{n}.mp3") for n in range(7)]  # no guid, no date
    found = await subscribed(house, air.feed("/bare.xml", "aBare", bare))
    assert [episode.title for episode in found.episodes] == [f"Part {n}" for n in range(7)]
    again = await refreshed(house, found.id)
    assert [episode.id for episode in again.episodes] == [one.id for one in found.episodes]
    seen, token = [], ""
    while True:
        asked = pb.ListEpisodesRequest(channel_id=found.id, page_size=3, page_token=token)
        page = await house.podcasts.ListEpisodes(asked)
        seen += [episode.title for episode in page.episodes]
        if not (token := page.next_page_token):
            break
    assert seen == [f"Part {n}" for n in range(7)]
    titles, token = [], ""
    while True:
        listed = await house.podcasts.ListChannels(
            pb.ListChannelsRequest(page_size=1, page_token=token, most_episodes=2)
        )
        titles += [one.title for one in listed.channels]
        assert all(len(one.episodes) <= 2 for one in listed.channels)
        if not (token := listed.next_page_token):
            break
    assert titles == sorted(titles, key=str.lower)
    assert "aBare" in titles
    everything = await house.podcasts.ListEpisodes(pb.ListEpisodesRequest(page_size=500))
    moments = [episode.published_at_unix_ms for episode in everything.episodes]
    assert moments == sorted(moments, reverse=True)
    for token in ("x", "WzEsMl0=", "WyJhIl0="):
        with pytest.raises(InvalidInput):
            await house.podcasts.ListEpisodes(pb.ListEpisodesRequest(page_token=token))


async def test_what_is_no_podcast_says_why_and_is_tried_again(
    house: House, air: Broadcaster
) -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">]><rss version="2.0"/>'
    air.offer("/laughs.xml", laughs.encode(), ATOM)
    air.offer("/page.html", b"<html><body>hello</body></html>", "text/html")
    air.has["/round.xml"] = Answer(location="/round.xml")
    air.has["/inside.xml"] = Answer(location="http://169.254.169.254/latest/")
    air.offer("/flood.xml", bytes(10_000_001), "text/xml")
    for path, why in {
        "/laughs.xml": "document type",
        "/page.html": "no RSS or Atom",
        "/round.xml": "on and on",
        "/inside.xml": "open Internet",
        "/flood.xml": "10,000,000",
        "/missing.xml": "404",
    }.items():
        found = await subscribed(house, air.url(path))
        assert found.status == ERROR, path
        assert why in found.error_message, path
    air.feed("/missing.xml", "Here it is", [])
    assert (await refreshed(house, found.id)).status == COMPLETED
    for wrong in ("", "night.xml", "file:///etc/passwd", "http://a:b@127.0.0.1/"):
        with pytest.raises(InvalidInput):
            await house.podcasts.Subscribe(pb.SubscribeRequest(url=wrong))


async def test_what_is_no_episode_says_why(house: House, air: Broadcaster, talk: bytes) -> None:
    air.offer("/odd/1.mp3", b"<html><body>Buy it!</body></html>")
    air.offer("/odd/2.mp3", talk + bytes(2**20))
    air.offer("/odd/4.mp3", talk[:200])
    listed = entries(4, 3, 2, 1, folder="odd")
    found = await subscribed(house, air.feed("/odd.xml", "Odd", listed))
    ended = {one.title: await download(house, one.id) for one in found.episodes}
    assert {one.status for one in ended.values()} == {ERROR}
    assert "not audio" in ended["Night 1"].error_message
    assert "1,048,576" in ended["Night 2"].error_message
    assert "404" in ended["Night 3"].error_message
    assert ended["Night 4"].error_message
    air.offer("/odd/1.mp3", talk)
    assert (await download(house, ended["Night 1"].id)).status == COMPLETED


@pytest.mark.chaos
async def test_a_killed_worker_reads_again_and_downloads_from_where_it_was(
    house: House, air: Broadcaster, tmp_path: Path
) -> None:
    long = Piece(seed=83, duration_s=20).encoded(tmp_path / "long", "mp3").read_bytes()
    gate = threading.Event()
    air.has["/long/1.mp3"] = Answer(long, "audio/mpeg", waits=gate)
    found = await subscribed(house, air.feed("/long.xml", "Long", entries(1, folder="long")))
    url = air.feed("/slow.xml", "Slow", entries(2, 1, folder="slow"))
    air.has["/slow.xml"].waits = gate
    slow = (await house.podcasts.Subscribe(pb.SubscribeRequest(url=url))).channel

    async def both_begun() -> bool:
        parts = [*(house.settings.scratch_folder / "entries").glob("*/part")]
        begun = any(part.stat().st_size >= len(long) // 4 for part in parts)
        return begun and (await channel(house, slow.id)).status == DOWNLOADING

    await eventually(both_begun)
    children = house.worker.children()
    await house.worker.stop(signal.SIGKILL)
    psutil.wait_procs(children, timeout=5)
    gate.set()
    house.worker.start()
    read_again = await read(house, slow.id)
    assert (read_again.title, read_again.episode_count) == ("Slow", 2)
    episode = await settled(house, found.episodes[0].id)
    assert episode.status == COMPLETED
    assert await house.objects.get_bytes((await audio(house, episode.id)).object_key) == long
    first, second = (headers.get("range") for headers in air.requests("/long/1.mp3"))
    assert first is None
    assert second is not None
    assert int(second.removeprefix("bytes=").removesuffix("-")) >= len(long) // 4


async def test_what_was_registered_and_never_stored_is_stored(
    house: House, air: Broadcaster, talk: bytes
) -> None:
    """As after a kill between the two; and a copy that was being removed meanwhile comes again."""
    air.offer("/again/1.mp3", talk)
    found = await subscribed(house, air.feed("/again.xml", "A", entries(1, folder="again")))
    episode = await settled(house, found.episodes[0].id)
    key = (await audio(house, episode.id)).object_key
    sha256 = key.removeprefix("podcasts/").partition(".")[0]
    await house.podcasts.RemoveEpisode(pb.RemoveEpisodeRequest(episode_id=episode.id))
    await rows(
        house, "UPDATE podcast_episodes SET content_sha256 = $2 WHERE id = $1", episode.id, sha256
    )
    assert (await download(house, episode.id)).status == COMPLETED
    assert await house.objects.exists(key)


async def test_a_cut_connection_is_picked_up(house: House, air: Broadcaster, talk: bytes) -> None:
    await rows(house, "UPDATE podcast_errands SET due_at = now() + interval '1 hour'")
    air.has["/cut/1.mp3"] = Answer(talk, "audio/mpeg", cut_after=len(talk) // 3)
    found = await subscribed(house, air.feed("/cut.xml", "Cut", entries(1, folder="cut")))

    async def put_back() -> bool:
        waiting = "SELECT 1 FROM podcast_errands WHERE episode_id = $1 AND attempts = 1"
        queued = f"{waiting} AND state = 'queued'"
        return bool(await rows(house, queued, found.episodes[0].id))

    await eventually(put_back)
    await rows(house, "UPDATE podcast_errands SET due_at = now() WHERE episode_id IS NOT NULL")
    assert (await settled(house, found.episodes[0].id)).status == COMPLETED
    assert air.requests("/cut/1.mp3")[1]["range"].startswith("bytes=")


async def test_nobody_is_sent_to_this_machine_unless_the_operator_says_so(
    house: House, air: Broadcaster
) -> None:
    assert not IngestSettings().private_addresses
    url, channel_id = air.feed("/home.xml", "Home", []), str(uuid.uuid4())
    # As if it was queued already, so that the worker of the house does not take it.
    [errand] = await rows(
        house,
        """
        WITH added AS (INSERT INTO podcast_channels (id, url) VALUES ($1, $2) RETURNING id)
        INSERT INTO podcast_errands (channel_id, queued_at) SELECT id, now() FROM added
        RETURNING id
        """,
        channel_id, url,
    )  # fmt: skip
    strict = house.settings.model_copy(update={"private_addresses": False})

    def work() -> None:
        crew = Crew(strict, Scratch(strict.scratch_folder, strict.scratch_bytes))
        crew._run_errand(errand["id"])  # noqa: SLF001  what Celery calls
        crew._close()  # noqa: SLF001  the same

    await asyncio.to_thread(work)
    found = await channel(house, channel_id)
    assert "open Internet" in found.error_message
    assert air.requests("/home.xml") == []
