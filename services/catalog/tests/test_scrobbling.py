"""Plays told to ListenBrainz and Last.fm, by the service's own API, to servers that check them."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

import grpc
import pytest

from libs.common.tests.waiting import until
from services.catalog.adapters.sealing import Sealing
from services.catalog.tests.conftest import SECRET, open_catalog
from services.catalog.tests.elsewhere import NOW_MS, TOKEN, Scene, open_scene, settings
from services.catalog.tests.recordings import recording
from services.catalog.tests.refusals import refusal
from tutti.catalog.v1 import scrobbling_pb2 as pb
from tutti.catalog.v1.scrobbling_pb2_grpc import ScrobblingServiceStub
from tutti.gateway.v1 import events_pb2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from libs.common.events import JetStreamBus
    from services.catalog.tests.conftest import Running

RECORDING = "e13d0cf7-3a4a-4a3b-9b4e-2d4e3c4c5b6a"
ARTIST = "0383dadf-2a4e-4d10-a46a-e9e041da8eb3"
NOW_S = NOW_MS // 1000
LB, FM = pb.SCROBBLER_LISTENBRAINZ, pb.SCROBBLER_LASTFM


@pytest.fixture
async def scene(
    database_url: Callable[[str], Awaitable[str]], bus: JetStreamBus
) -> AsyncIterator[Scene]:
    async with open_scene(
        await database_url("catalog"),
        bus,
        recording(
            "One",
            [f"Ada = {ARTIST}", "Bo"],
            track_number=3,
            isrc="DEAB11900001",
            musicbrainz_recording_id=RECORDING,
        ),
        recording("Two"),
        recording("Jingle", duration_ms=20_000),
    ) as scene:
        yield scene


@pytest.mark.slow
async def test_a_play_that_counts_is_told_once_to_everybody_connected(scene: Scene) -> None:
    one, two, jingle = scene.tracks
    await scene.play(two, at_ms=NOW_MS - 10_000)  # before anything was connected
    await until(lambda: played(scene, 1))
    assert (await scene.connect_listenbrainz()).account_name == "ada-lb"
    assert (await scene.connect_lastfm()).state == pb.SCROBBLER_STATE_CONNECTED
    play_id = await scene.play(one)
    await scene.play(one, id=play_id)
    await scene.play(two, played_ms=60_000, end=events_pb2.PLAYBACK_END_STOPPED)
    await scene.play(jingle)
    await scene.play(two, at_ms=NOW_MS + 1000)
    await until(lambda: len(scene.listenbrainz.listens) == len(scene.lastfm.scrobbles) == 2)
    told = [(NOW_S, "Ada feat. Bo", "One"), (NOW_S + 1, "Ada", "Two")]
    assert scene.listenbrainz.of("ada-lb") == scene.lastfm.of("ada-fm") == told
    words = scene.listenbrainz.submissions[0]["payload"][0]["track_metadata"]
    assert words["release_name"] == "Dawn"
    assert {
        "duration_ms": 180_000,
        "tracknumber": 3,
        "isrc": "DEAB11900001",
        "recording_mbid": RECORDING,
        "artist_mbids": [ARTIST],
        "submission_client": "Tutti",
    }.items() <= words["additional_info"].items()
    scrobble = scene.lastfm.batches[0][0]
    assert {"album": "Dawn", "trackNumber": "3", "duration": "180", "mbid": RECORDING}.items() <= (
        scrobble.items()
    )
    await until(lambda: sent(scene, LB, 2))
    assert sum(len(each["payload"]) for each in scene.listenbrainz.submissions) == 2
    assert sum(map(len, scene.lastfm.batches)) == 2


async def played(scene: Scene, count: int) -> bool:
    return bool(await scene.running.database.fetchval("SELECT count(*) FROM plays") == count)


async def sent(scene: Scene, scrobbler: pb.Scrobbler.ValueType, count: int) -> bool:
    status = await scene.status(scrobbler)
    return (status.sent_count, status.waiting_count) == (count, 0)


@pytest.mark.slow
async def test_what_cannot_be_told_now_is_told_later_in_order_and_in_batches(scene: Scene) -> None:
    await scene.connect_listenbrainz()
    await scene.connect_lastfm()
    scene.listenbrainz.mood.away = scene.lastfm.mood.away = True
    for n in range(70):
        await scene.play(scene.tracks[n % 2], at_ms=NOW_MS + n * 1000)
    await until(lambda: waiting(scene, FM, 70))
    await until(lambda: put_off(scene, FM))
    assert "503" in (await scene.status(FM)).problem
    scene.listenbrainz.mood.away = scene.lastfm.mood.away = False
    await until(lambda: sent(scene, LB, 70), 20)
    await until(lambda: sent(scene, FM, 70), 20)
    assert len(scene.listenbrainz.listens) == len(scene.lastfm.scrobbles) == 70
    assert [len(batch) for batch in scene.lastfm.batches] == [1, 2, 4, 8, 16, 32, 7]
    order = [int(each["timestamp"]) for batch in scene.lastfm.batches for each in batch]
    assert order == sorted(order)
    assert not (await scene.status(FM)).problem


@pytest.mark.slow
async def test_one_bad_listen_keeps_no_other_back(scene: Scene) -> None:
    await scene.connect_listenbrainz()
    scene.listenbrainz.refused_words = "Two"
    await scene.running.database.execute("UPDATE scrobblers SET at_once = 100")
    scene.listenbrainz.mood.away = True
    for n in range(8):
        await scene.play(scene.tracks[n == 5], at_ms=NOW_MS + n * 1000)
    await until(lambda: waiting(scene, LB, 8))
    scene.listenbrainz.mood.away = False
    await until(lambda: sent(scene, LB, 7))
    status = await scene.status(LB)
    assert (status.refused_count, status.last_refusal) == (1, "I do not like this one")
    assert {title for _, _, title in scene.listenbrainz.of("ada-lb")} == {"One"}


async def waiting(scene: Scene, scrobbler: pb.Scrobbler.ValueType, count: int) -> bool:
    return (await scene.status(scrobbler)).waiting_count == count


@pytest.mark.slow
async def test_a_token_that_ends_is_told_to_its_user_and_what_waits_goes_with_the_next(
    scene: Scene,
) -> None:
    await scene.connect_listenbrainz()
    await scene.connect_lastfm()
    del scene.listenbrainz.tokens[TOKEN]
    scene.lastfm.sessions.clear()
    await scene.play(scene.tracks[0])
    for scrobbler in (LB, FM):
        await until(partial(broken, scene, scrobbler))
        assert "connect again" in (await scene.status(scrobbler)).problem
    scene.listenbrainz.tokens[TOKEN] = "ada-lb"
    await scene.connect_listenbrainz()
    await scene.connect_lastfm()
    await until(lambda: len(scene.listenbrainz.listens) == len(scene.lastfm.scrobbles) == 1)


async def broken(scene: Scene, scrobbler: pb.Scrobbler.ValueType) -> bool:
    return (await scene.status(scrobbler)).state == pb.SCROBBLER_STATE_BROKEN


@pytest.mark.slow
async def test_what_last_fm_ignores_is_kept_with_its_reason(scene: Scene) -> None:
    await scene.connect_lastfm()
    await scene.play(scene.tracks[0], at_ms=NOW_MS - 15 * 24 * 3_600_000)
    await scene.play(scene.tracks[1])
    await until(lambda: sent(scene, FM, 1))
    status = await scene.status(FM)
    assert status.refused_count == 1
    assert "two weeks" in status.last_refusal


@pytest.mark.slow
async def test_troubles_of_last_fm_or_of_our_key_lose_nothing(scene: Scene) -> None:
    await scene.connect_lastfm()
    scene.lastfm.trouble = 11
    await scene.play(scene.tracks[0])
    for trouble in (11, 16, 29, 10, 13):
        scene.lastfm.trouble = trouble
        await scene.running.database.execute("UPDATE scrobblers SET due_at = now(), problem = ''")
        await until(lambda: put_off(scene, FM))
    scene.lastfm.trouble = 0
    await scene.running.database.execute("UPDATE scrobblers SET due_at = now()")
    await until(lambda: sent(scene, FM, 1))
    assert len(scene.lastfm.scrobbles) == 1


async def put_off(scene: Scene, scrobbler: pb.Scrobbler.ValueType) -> bool:
    status = await scene.status(scrobbler)
    return bool(status.problem) and status.waiting_count > 0


@pytest.mark.slow
async def test_as_many_requests_are_sent_as_listenbrainz_allows(scene: Scene) -> None:
    await scene.connect_listenbrainz()
    scene.listenbrainz.requests_left, scene.listenbrainz.reset_in_s = 1, 2
    began_s = time.monotonic()
    for n in range(3):
        await scene.play(scene.tracks[0], at_ms=NOW_MS + n * 1000)
    await until(lambda: len(scene.listenbrainz.submissions) == 1)
    calls = scene.listenbrainz.mood.calls
    await asyncio.sleep(1)
    assert scene.listenbrainz.mood.calls == calls
    scene.listenbrainz.requests_left = 100
    await until(lambda: sent(scene, LB, 3))
    assert time.monotonic() - began_s >= 2


async def test_last_fm_is_connected_once_its_user_allows_it(scene: Scene) -> None:
    user = pb.FinishLastFmRequest(user_id=scene.ada.id)
    code, why = await refusal(scene.scrobbling.FinishLastFm(user))
    assert (code, why) == (grpc.StatusCode.FAILED_PRECONDITION, "begin to connect Last.fm first")
    begun = await scene.scrobbling.BeginLastFm(pb.BeginLastFmRequest(user_id=scene.ada.id))
    assert begun.url.startswith("https://www.last.fm/api/auth/?api_key=")
    assert (await scene.status(FM)).state == pb.SCROBBLER_STATE_BEGUN
    code, why = await refusal(scene.scrobbling.FinishLastFm(user))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert "it was not allowed" in why
    assert (await scene.connect_lastfm()).account_name == "ada-fm"


async def test_a_wrong_token_connects_nothing(scene: Scene) -> None:
    asked = pb.ConnectListenBrainzRequest(user_id=scene.ada.id, token="guessed")
    code, why = await refusal(scene.scrobbling.ConnectListenBrainz(asked))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "does not know this token" in why
    assert (await scene.status(LB)).state == pb.SCROBBLER_STATE_DISCONNECTED


async def test_what_proves_who_one_is_there_is_written_down_sealed(scene: Scene) -> None:
    await scene.connect_listenbrainz()
    [row] = await scene.running.database.fetch("SELECT * FROM scrobblers")
    assert TOKEN.encode() not in row["sealed"]
    assert Sealing(SECRET, "scrobblers").unseal(row["sealed"], row["id"]) == TOKEN


async def test_who_disconnects_is_told_of_nothing_more(scene: Scene) -> None:
    await scene.connect_listenbrainz()
    scene.listenbrainz.mood.away = True
    await scene.play(scene.tracks[0])
    await until(lambda: waiting(scene, LB, 1))
    await scene.scrobbling.DisconnectScrobbler(
        pb.DisconnectScrobblerRequest(user_id=scene.ada.id, scrobbler=LB)
    )
    assert not await scene.running.database.fetchval("SELECT count(*) FROM scrobbles")
    assert (await scene.status(LB)).state == pb.SCROBBLER_STATE_DISCONNECTED


async def test_what_plays_now_is_told_as_such(scene: Scene) -> None:
    await scene.connect_listenbrainz()
    await scene.connect_lastfm()
    asked = pb.SetNowPlayingRequest(user_id=scene.ada.id, track_id=scene.tracks[0].id)
    await scene.scrobbling.SetNowPlaying(asked)
    await until(lambda: bool(scene.listenbrainz.playing and scene.lastfm.playing))
    assert scene.listenbrainz.playing[0]["track_name"] == scene.lastfm.playing[0]["track"] == "One"
    assert not scene.listenbrainz.listens
    unknown = pb.SetNowPlayingRequest(user_id=scene.ada.id, track_id="nothing")
    assert (await refusal(scene.scrobbling.SetNowPlaying(unknown)))[0] is grpc.StatusCode.NOT_FOUND


@pytest.mark.slow
async def test_two_replicas_tell_each_listen_once(scene: Scene, bus: JetStreamBus) -> None:
    await scene.connect_listenbrainz()
    url = scene.listenbrainz_url
    async with open_catalog(scene.running.database_url, bus, **settings(url, url)):
        for n in range(40):
            await scene.play(scene.tracks[n % 2], at_ms=NOW_MS + n * 1000)
        await until(lambda: sent(scene, LB, 40), 20)
    assert sum(len(each["payload"]) for each in scene.listenbrainz.submissions) == 40


async def test_without_a_key_last_fm_is_not_to_be_had(running: Running) -> None:
    scrobbling = ScrobblingServiceStub(running.channel)
    code, why = await refusal(scrobbling.BeginLastFm(pb.BeginLastFmRequest(user_id="ada")))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert "CATALOG_LASTFM_API_KEY" in why
    listed = await scrobbling.ListScrobblers(pb.ListScrobblersRequest(user_id="ada"))
    assert [each.state for each in listed.scrobblers] == [
        pb.SCROBBLER_STATE_DISCONNECTED,
        pb.SCROBBLER_STATE_UNAVAILABLE,
    ]
