"""Favourites, ratings, plays, the queue and bookmarks, over the service's own API and its bus."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import grpc
import pytest

from libs.common.events import Event
from services.catalog.domain.paging import page_token
from services.catalog.tests.recordings import recording
from services.catalog.tests.refusals import refusal
from tutti.catalog.v1 import accounts_pb2, catalog_pb2
from tutti.catalog.v1 import listening_pb2 as pb
from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceStub
from tutti.gateway.v1 import events_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub
    from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceAsyncStub
    from tutti.catalog.v1.music_pb2 import Track

NOW_MS = int(time.time() * 1000)


@pytest.fixture
def listening(running: Running) -> ListeningServiceAsyncStub:
    return ListeningServiceStub(running.channel)


@pytest.fixture
async def ada(ingest: Ingest) -> accounts_pb2.User:
    return await ingest.user("ada")


@pytest.fixture
async def tracks(ingest: Ingest, ada: accounts_pb2.User) -> Sequence[Track]:
    return await ingest.publish(ada, *(recording(title) for title in ("One", "Two", "Three")))


async def seen(music: CatalogServiceAsyncStub, viewer_id: str, track_id: str) -> Track:
    request = catalog_pb2.GetTracksRequest(viewer_id=viewer_id, track_ids=[track_id])
    [track] = (await music.GetTracks(request)).tracks
    return track


async def test_artists_albums_and_tracks_become_favourites_and_cease_to_be(
    listening: ListeningServiceAsyncStub,
    music: CatalogServiceAsyncStub,
    tracks: Sequence[Track],
    ada: accounts_pb2.User,
) -> None:
    one = tracks[0]
    marked = {
        pb.ENTITY_KIND_TRACK: one.id,
        pb.ENTITY_KIND_ALBUM: one.album_id,
        pb.ENTITY_KIND_ARTIST: one.artists[0].artist_id,
    }
    for kind, entity_id in marked.items():
        for _ in range(2):
            await listening.SetFavourite(
                pb.SetFavouriteRequest(viewer_id=ada.id, kind=kind, id=entity_id, favourite=True)
            )
    assert (await seen(music, ada.id, one.id)).HasField("favourite_at_unix_ms")
    albums = await music.ListAlbums(
        catalog_pb2.ListAlbumsRequest(viewer_id=ada.id, favourites_only=True)
    )
    artists = await music.ListArtists(
        catalog_pb2.ListArtistsRequest(viewer_id=ada.id, favourites_only=True)
    )
    assert (len(albums.albums), len(artists.artists)) == (1, 1)
    for _ in range(2):
        await listening.SetFavourite(
            pb.SetFavouriteRequest(viewer_id=ada.id, kind=pb.ENTITY_KIND_TRACK, id=one.id)
        )
    assert not (await seen(music, ada.id, one.id)).HasField("favourite_at_unix_ms")


async def test_a_rating_is_from_1_to_5_and_0_takes_it_back(
    listening: ListeningServiceAsyncStub,
    music: CatalogServiceAsyncStub,
    tracks: Sequence[Track],
    ada: accounts_pb2.User,
) -> None:
    request = pb.SetRatingRequest(viewer_id=ada.id, kind=pb.ENTITY_KIND_TRACK, id=tracks[0].id)
    for rating in (5, 3, 3, 0):
        request.rating = rating
        await listening.SetRating(request)
        assert (await seen(music, ada.id, tracks[0].id)).rating == rating
    for senseless in (-1, 6):
        request.rating = senseless
        assert (await refusal(listening.SetRating(request)))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_only_what_can_be_seen_can_be_marked(
    ingest: Ingest, listening: ListeningServiceAsyncStub, tracks: Sequence[Track]
) -> None:
    bob = await ingest.user("bob")
    entities = {
        pb.ENTITY_KIND_TRACK: tracks[0].id,
        pb.ENTITY_KIND_ALBUM: tracks[0].album_id,
        pb.ENTITY_KIND_ARTIST: tracks[0].artists[0].artist_id,
    }
    for kind, entity_id in entities.items():
        mark = pb.SetFavouriteRequest(viewer_id=bob.id, kind=kind, id=entity_id, favourite=True)
        assert (await refusal(listening.SetFavourite(mark)))[0] is grpc.StatusCode.NOT_FOUND
        rate = pb.SetRatingRequest(viewer_id=bob.id, kind=kind, id=entity_id, rating=1)
        assert (await refusal(listening.SetRating(rate)))[0] is grpc.StatusCode.NOT_FOUND
    shapeless = pb.SetFavouriteRequest(viewer_id=bob.id, id=tracks[0].id)
    code, _ = await refusal(listening.SetFavourite(shapeless))
    assert code is grpc.StatusCode.INVALID_ARGUMENT


def playback(
    track: Track,
    user: accounts_pb2.User,
    name: str,
    end: events_pb2.PlaybackEnd.ValueType = events_pb2.PLAYBACK_END_COMPLETED,
    played_ms: int = 180_000,
) -> events_pb2.Playback:
    return events_pb2.Playback(
        id=name,
        user_id=user.id,
        track_id=track.id,
        started_at_unix_ms=NOW_MS,
        played_ms=played_ms,
        end=end,
        client="a phone",
    )


async def report(running: Running, *plays: events_pb2.Playback) -> None:
    """Announce plays, and wait until the catalog has taken them in."""
    marker = events_pb2.PlaybackReported(plays=plays)
    await running.bus.publish(Event.of(marker, f"{time.monotonic_ns()}"))
    async with asyncio.timeout(10):
        while await _behind(running):  # noqa: ASYNC110  NATS tells nobody when all is acknowledged
            await asyncio.sleep(0.02)


async def _behind(running: Running) -> bool:
    name = "catalog-tutti_gateway_v1_PlaybackReported"
    consumer = await running.bus._jetstream.consumer_info("tutti", name)  # noqa: SLF001  asks NATS
    return bool(consumer.num_pending or consumer.num_ack_pending)


async def test_plays_become_history_and_count_once_though_delivered_twice(
    running: Running,
    listening: ListeningServiceAsyncStub,
    music: CatalogServiceAsyncStub,
    tracks: Sequence[Track],
    ada: accounts_pb2.User,
) -> None:
    first, second = playback(tracks[0], ada, "1"), playback(tracks[0], ada, "2")
    second.started_at_unix_ms += 1000
    await report(running, first, second)
    await report(running, second, first)
    one = await seen(music, ada.id, tracks[0].id)
    assert (one.play_count, one.last_played_at_unix_ms) == (2, NOW_MS + 1000)
    history = (await listening.ListPlays(pb.ListPlaysRequest(viewer_id=ada.id))).plays
    assert [play.id for play in history] == ["2", "1"]
    assert (history[1].started_at_unix_ms, history[1].played_ms) == (NOW_MS, 180_000)
    assert (history[1].client, history[1].track.title) == ("a phone", "One")


async def test_what_was_heard_by_half_counts_and_what_was_skipped_does_not(
    running: Running,
    listening: ListeningServiceAsyncStub,
    music: CatalogServiceAsyncStub,
    tracks: Sequence[Track],
    ada: accounts_pb2.User,
) -> None:
    counted = [
        playback(tracks[0], ada, "heard", events_pb2.PLAYBACK_END_COMPLETED, 150_000),
        playback(tracks[0], ada, "half", events_pb2.PLAYBACK_END_STOPPED, 90_000),
        playback(tracks[0], ada, "who knows", events_pb2.PLAYBACK_END_UNSPECIFIED, 90_000),
    ]
    tasted = [
        playback(tracks[1], ada, "skipped", events_pb2.PLAYBACK_END_SKIPPED, 29_000),
        playback(tracks[1], ada, "less", events_pb2.PLAYBACK_END_STOPPED, 89_999),
    ]
    await report(running, *counted, *tasted)
    assert (await seen(music, ada.id, tracks[0].id)).play_count == 3
    assert (await seen(music, ada.id, tracks[1].id)).play_count == 0
    history = (await listening.ListPlays(pb.ListPlaysRequest(viewer_id=ada.id))).plays
    assert len(history) == 5


async def test_a_play_that_makes_no_sense_takes_no_others_with_it(
    running: Running,
    ingest: Ingest,
    listening: ListeningServiceAsyncStub,
    tracks: Sequence[Track],
    ada: accounts_pb2.User,
) -> None:
    bob = await ingest.user("bob")
    senseless = [playback(tracks[0], ada, f"senseless {n}") for n in range(6)]
    senseless[0].started_at_unix_ms = 0
    senseless[1].started_at_unix_ms = 2**62
    senseless[2].played_ms = -1
    senseless[3].id = ""
    senseless[4].session_id = "a\0b"
    senseless[5].track_id = "unknown"
    await report(
        running, *senseless, playback(tracks[0], bob, "unseen"), playback(tracks[1], ada, "sound")
    )
    history = (await listening.ListPlays(pb.ListPlaysRequest(viewer_id=ada.id))).plays
    assert [play.id for play in history] == ["sound"]
    assert not (await listening.ListPlays(pb.ListPlaysRequest(viewer_id=bob.id))).plays


async def test_the_history_comes_in_pages_last_first(
    running: Running,
    listening: ListeningServiceAsyncStub,
    tracks: Sequence[Track],
    ada: accounts_pb2.User,
) -> None:
    plays = [playback(tracks[n % 3], ada, f"{n}") for n in range(5)]
    for n, play in enumerate(plays):
        play.started_at_unix_ms -= n // 2  # two at the same moment
    await report(running, *plays)
    request, listed = pb.ListPlaysRequest(viewer_id=ada.id, page_size=2), []
    while True:
        reply = await listening.ListPlays(request)
        listed += [play.id for play in reply.plays]
        if not reply.next_page_token:
            break
        request.page_token = reply.next_page_token
    assert listed == ["1", "0", "3", "2", "4"]
    for senseless in ("nonsense", page_token((2**62, "a")), page_token(("a", "a"))):
        request.page_token = senseless
        assert (await refusal(listening.ListPlays(request)))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_queue_follows_the_listener_and_no_save_hides_another(
    listening: ListeningServiceAsyncStub, tracks: Sequence[Track], ada: accounts_pb2.User
) -> None:
    get = pb.GetQueueRequest(viewer_id=ada.id)
    assert (await listening.GetQueue(get)).queue == pb.Queue()
    queue = pb.Queue(
        track_ids=[tracks[1].id, "gone", tracks[0].id, tracks[1].id],
        current_index=2,
        position_ms=1234,
        changed_by="a phone",
    )
    save = pb.SaveQueueRequest(viewer_id=ada.id, queue=queue)
    saved = (await listening.SaveQueue(save)).queue
    assert (saved.version, saved.track_ids, saved.current_index) == (1, queue.track_ids, 2)
    found = await listening.GetQueue(get)
    assert found.queue == saved
    assert [track.title for track in found.tracks] == ["Two", "One", "Two"]
    save.queue.version = 1
    both = await asyncio.gather(
        listening.SaveQueue(save), listening.SaveQueue(save), return_exceptions=True
    )
    refused = [each for each in both if isinstance(each, grpc.aio.AioRpcError)]
    assert [each.code() for each in refused] == [grpc.StatusCode.ABORTED]
    save.queue.version = 0
    assert (await listening.SaveQueue(save)).queue.version == 3


async def test_a_queue_that_builds_on_one_that_never_was_is_aborted(
    listening: ListeningServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    save = pb.SaveQueueRequest(viewer_id=ada.id, queue=pb.Queue(version=4))
    assert (await refusal(listening.SaveQueue(save)))[0] is grpc.StatusCode.ABORTED


async def test_a_senseless_queue_is_refused(
    listening: ListeningServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    for queue in (
        pb.Queue(current_index=1),
        pb.Queue(track_ids=["a"], current_index=1),
        pb.Queue(track_ids=["a"], current_index=-1),
        pb.Queue(track_ids=["a"], position_ms=-1),
        pb.Queue(track_ids=["a"] * 10_001),
        pb.Queue(track_ids=["a" * 201]),
        pb.Queue(track_ids=["\0"]),
        pb.Queue(changed_by="x" * 201),
    ):
        save = pb.SaveQueueRequest(viewer_id=ada.id, queue=queue)
        assert (await refusal(listening.SaveQueue(save)))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_bookmark_is_set_moved_listed_and_removed(
    listening: ListeningServiceAsyncStub,
    tracks: Sequence[Track],
    ada: accounts_pb2.User,
) -> None:
    for track, position_ms in ((tracks[0], 10), (tracks[1], 20), (tracks[0], 30)):
        await listening.SetBookmark(
            pb.SetBookmarkRequest(
                viewer_id=ada.id, track_id=track.id, position_ms=position_ms, comment=" here "
            )
        )
    ask = pb.ListBookmarksRequest(viewer_id=ada.id)
    bookmarks = (await listening.ListBookmarks(ask)).bookmarks
    assert [(each.track.title, each.position_ms, each.comment) for each in bookmarks] == [
        ("One", 30, "here"),
        ("Two", 20, "here"),
    ]
    remove = pb.RemoveBookmarkRequest(viewer_id=ada.id, track_id=tracks[0].id)
    for _ in range(2):
        await listening.RemoveBookmark(remove)
    assert len((await listening.ListBookmarks(ask)).bookmarks) == 1
    unknown = pb.SetBookmarkRequest(viewer_id=ada.id, track_id="unknown")
    assert (await refusal(listening.SetBookmark(unknown)))[0] is grpc.StatusCode.NOT_FOUND
    early = pb.SetBookmarkRequest(viewer_id=ada.id, track_id=tracks[0].id, position_ms=-1)
    assert (await refusal(listening.SetBookmark(early)))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_listener_has_at_most_a_thousand_bookmarks(
    running: Running,
    listening: ListeningServiceAsyncStub,
    tracks: Sequence[Track],
    ada: accounts_pb2.User,
) -> None:
    await running.database.execute(
        """
        INSERT INTO tracks (id, library_id, content_sha256, title, sort_title, sort_key,
            search_text, duration_ms, format, renditions)
        SELECT n::text, $1, n::text, '', '', '', '', 0, '{}', '[]'
        FROM generate_series(1, 1000) AS n
        """,
        ada.own_library_id,
    )
    await running.database.execute(
        """
        INSERT INTO bookmarks (user_id, track_id, position_ms, comment)
        SELECT $1, id, 0, '' FROM tracks WHERE content_sha256 = id
        """,
        ada.id,
    )
    full = pb.SetBookmarkRequest(viewer_id=ada.id, track_id=tracks[0].id)
    code, _ = await refusal(listening.SetBookmark(full))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    await listening.SetBookmark(pb.SetBookmarkRequest(viewer_id=ada.id, track_id="7"))
