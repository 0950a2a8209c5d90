"""Histories brought from elsewhere, over the service's own API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest

from libs.common.tests.waiting import until
from services.catalog.domain.histories.listens import PART_BYTES
from services.catalog.tests.elsewhere import NOW_MS, Scene, open_scene
from services.catalog.tests.recordings import recording
from services.catalog.tests.refusals import refusal
from tests.exports import apple, heard_on_apple, packed, spotify, streamed
from tutti.catalog.v1 import histories_pb2 as pb
from tutti.catalog.v1 import scrobbling_pb2
from tutti.catalog.v1.histories_pb2_grpc import HistoriesServiceStub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from libs.common.events import JetStreamBus
    from tutti.catalog.v1.histories_pb2_grpc import HistoriesServiceAsyncStub

LB, FM = scrobbling_pb2.SCROBBLER_LISTENBRAINZ, scrobbling_pb2.SCROBBLER_LASTFM
DONE, FAILED = pb.HISTORY_STATE_DONE, pb.HISTORY_STATE_FAILED
Counts = tuple[int, int, int, int, int]


@pytest.fixture
async def scene(
    database_url: Callable[[str], Awaitable[str]], bus: JetStreamBus
) -> AsyncIterator[Scene]:
    async with open_scene(
        await database_url("catalog"), bus, recording("One"), recording("Two")
    ) as scene:
        yield scene


@pytest.fixture
def histories(scene: Scene) -> HistoriesServiceAsyncStub:
    return HistoriesServiceStub(scene.running.channel)


def begun(answer: object) -> pb.HistoryImport:
    found: pb.HistoryImport = getattr(answer, "import")
    return found


async def send(
    histories: HistoriesServiceAsyncStub, scene: Scene, content: bytes
) -> pb.HistoryImport:
    """Send a file in parts, and start its import."""
    user = scene.ada.id
    asked = pb.CreateHistoryFileRequest(user_id=user, file_name="history")
    import_id = begun(await histories.CreateHistoryFile(asked)).id
    parts = [content[n : n + PART_BYTES] for n in range(0, len(content), PART_BYTES)]
    for number, part in enumerate(parts, 1):
        await histories.AddHistoryPart(
            pb.AddHistoryPartRequest(user_id=user, import_id=import_id, number=number, content=part)
        )
    start = pb.StartHistoryFileRequest(user_id=user, import_id=import_id, part_count=len(parts))
    return begun(await histories.StartHistoryFile(start))


async def ended(
    histories: HistoriesServiceAsyncStub, of: pb.HistoryImport, user_id: str
) -> pb.HistoryImport:
    found = of

    async def over() -> bool:
        nonlocal found
        asked = pb.GetHistoryImportRequest(user_id=user_id, import_id=of.id)
        found = begun(await histories.GetHistoryImport(asked))
        return found.state in (DONE, FAILED)

    await until(over, 20)
    return found


async def imported(
    histories: HistoriesServiceAsyncStub, scene: Scene, content: bytes
) -> pb.HistoryImport:
    return await ended(histories, await send(histories, scene, content), scene.ada.id)


async def pulled(
    histories: HistoriesServiceAsyncStub,
    scene: Scene,
    scrobbler: scrobbling_pb2.Scrobbler.ValueType,
    name: str = "",
) -> pb.HistoryImport:
    asked = pb.PullHistoryRequest(user_id=scene.ada.id, scrobbler=scrobbler, account_name=name)
    return await ended(histories, begun(await histories.PullHistory(asked)), scene.ada.id)


def counts(of: pb.HistoryImport) -> Counts:
    """Read, added, known, unmatched, left out."""
    return (
        of.read_count, of.added_count, of.known_count, of.unmatched_count, of.left_out_count,
    )  # fmt: skip


async def play_counts(scene: Scene) -> dict[str, int]:
    rows = await scene.running.database.fetch(
        "SELECT title, play_count FROM track_plays JOIN tracks ON tracks.id = track_id"
    )
    return {row["title"]: row["play_count"] for row in rows}


async def test_an_export_of_spotify_becomes_plays_once(
    scene: Scene, histories: HistoriesServiceAsyncStub
) -> None:
    await scene.connect_listenbrainz()
    content = packed(
        {
            "endsong_0.json": spotify(
                streamed("One"),
                streamed("One", hour=1),
                streamed("Two - Remastered 2011", hour=2, ms=40_000),
                streamed("Two", hour=3, ms=5_000),
                streamed("Gone", "Nobody", hour=4),
                streamed(None, hour=5),
                streamed("One", hour=24 * 365 * 20),
            )
        }
    )
    done = await imported(histories, scene, content)
    assert (done.state, done.source, done.problem) == (DONE, pb.HISTORY_SOURCE_SPOTIFY, "")
    assert counts(done) == (7, 3, 0, 1, 3)
    assert await play_counts(scene) == {"One": 2}  # of Two too little was heard
    assert counts(await imported(histories, scene, content)) == (7, 0, 3, 1, 3)
    assert await play_counts(scene) == {"One": 2}
    rows = await scene.running.database.fetch("SELECT client, played_ms FROM plays ORDER BY 2")
    assert [tuple(row) for row in rows] == [("Spotify", 40_000), *[("Spotify", 180_000)] * 2]
    for table in ("scrobbles", "history_parts"):  # nothing goes out again, and no file is kept
        assert not await scene.running.database.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608  names of ours
    assert not scene.listenbrainz.submissions


async def test_the_same_listens_from_two_services_are_one(
    scene: Scene, histories: HistoriesServiceAsyncStub
) -> None:
    await imported(histories, scene, spotify(streamed("One"), streamed("Two", hour=1)))
    again = apple([heard_on_apple("One"), heard_on_apple("Two", hour=2)])
    done = await imported(histories, scene, again)
    assert (done.source, counts(done)) == (pb.HISTORY_SOURCE_APPLE_MUSIC, (2, 1, 1, 0, 0))
    assert await play_counts(scene) == {"One": 1, "Two": 2}


@pytest.mark.slow
async def test_what_was_told_from_here_comes_back_from_there_as_nothing_new(
    scene: Scene, histories: HistoriesServiceAsyncStub
) -> None:
    await scene.connect_listenbrainz()
    await scene.connect_lastfm()
    await scene.play(scene.tracks[0])
    await until(lambda: len(scene.listenbrainz.listens) == len(scene.lastfm.scrobbles) == 1)
    scene.listenbrainz.remember("ada-lb", NOW_MS // 1000 - 1000, "Ada", "Two")
    assert counts(await pulled(histories, scene, LB)) == (2, 1, 1, 0, 0)
    assert counts(await pulled(histories, scene, FM)) == (1, 0, 1, 0, 0)
    assert await play_counts(scene) == {"One": 1, "Two": 1}
    assert len(scene.listenbrainz.submissions) == 1


@pytest.mark.slow
async def test_a_long_history_is_pulled_page_by_page(
    scene: Scene, histories: HistoriesServiceAsyncStub
) -> None:
    scene.lastfm.sessions["x"] = "bo"
    for n in range(450):
        at = NOW_MS // 1000 - 300 * n
        scene.lastfm.scrobbles["bo", at, "Ada", ("One", "Two", "Gone")[n % 3]] = {}
    for n in range(5):  # at one moment, in which a page ends
        scene.lastfm.scrobbles["bo", NOW_MS // 1000 - 300 * 199, "Ada", f"Song {n}"] = {}
    done = await pulled(histories, scene, FM, "bo")
    assert (done.state, done.name, done.added_count) == (DONE, "bo", 300)
    missing = await histories.ListUnmatchedListens(
        pb.ListUnmatchedListensRequest(user_id=scene.ada.id, page_size=3)
    )
    assert (missing.listens[0].title, missing.listens[0].listen_count) == ("Gone", 150)
    rest = await histories.ListUnmatchedListens(
        pb.ListUnmatchedListensRequest(user_id=scene.ada.id, page_token=missing.next_page_token)
    )
    assert len(missing.listens) + len(rest.listens) == 6
    assert not rest.next_page_token
    unknown = await pulled(histories, scene, LB, "nobody")
    assert (unknown.state, unknown.problem) == (FAILED, "ListenBrainz knows nobody called nobody")


@pytest.mark.slow
async def test_a_pull_waits_while_the_service_is_away(
    scene: Scene, histories: HistoriesServiceAsyncStub
) -> None:
    await scene.connect_listenbrainz()
    scene.listenbrainz.remember("ada-lb", NOW_MS // 1000, "Ada", "Two")
    scene.listenbrainz.mood.away = True
    pull = pb.PullHistoryRequest(user_id=scene.ada.id, scrobbler=LB)
    asked = begun(await histories.PullHistory(pull))
    one = pb.GetHistoryImportRequest(user_id=scene.ada.id, import_id=asked.id)

    async def waits() -> bool:
        return "503" in begun(await histories.GetHistoryImport(one)).problem

    await until(waits)
    scene.listenbrainz.mood.away = False
    done = await ended(histories, asked, scene.ada.id)
    assert (done.state, done.added_count, done.problem) == (DONE, 1, "")


@pytest.mark.slow
async def test_listens_find_their_tracks_when_the_music_arrives(
    scene: Scene, histories: HistoriesServiceAsyncStub
) -> None:
    await imported(histories, scene, spotify(streamed("Later"), streamed("Never", hour=1)))
    await scene.ingest.publish(scene.ada, recording("Later"))
    again = begun(await histories.MatchAgain(pb.MatchAgainRequest(user_id=scene.ada.id)))
    done = await ended(histories, again, scene.ada.id)
    assert (done.state, counts(done)) == (DONE, (2, 1, 0, 1, 0))
    assert await play_counts(scene) == {"Later": 1}
    listed = await histories.ListUnmatchedListens(
        pb.ListUnmatchedListensRequest(user_id=scene.ada.id)
    )
    assert [each.title for each in listed.listens] == ["Never"]


async def test_what_kills_who_reads_it_is_given_up(
    scene: Scene, histories: HistoriesServiceAsyncStub
) -> None:
    await scene.running.database.execute(
        """
        INSERT INTO history_imports (id, user_id, source, state, name, tries)
        VALUES ('poison', $1, 'file', 'running', '', 5)
        """,
        scene.ada.id,
    )
    done = await ended(histories, pb.HistoryImport(id="poison"), scene.ada.id)
    assert (done.state, done.problem) == (FAILED, "it could not be read")


async def test_a_file_that_is_no_export_fails_in_words(
    scene: Scene, histories: HistoriesServiceAsyncStub
) -> None:
    done = await imported(histories, scene, b"MZ and so on")
    assert done.state == FAILED
    assert "Streaming_History_Audio" in done.problem


async def test_files_are_bounded_and_belong_to_who_sent_them(
    scene: Scene, histories: HistoriesServiceAsyncStub
) -> None:
    asked = pb.CreateHistoryFileRequest(user_id=scene.ada.id, file_name="history")
    import_id = begun(await histories.CreateHistoryFile(asked)).id

    def part(number: int, content: bytes, user_id: str = scene.ada.id) -> pb.AddHistoryPartRequest:
        return pb.AddHistoryPartRequest(
            user_id=user_id, import_id=import_id, number=number, content=content
        )

    for wrong in (part(0, b"x"), part(65, b"x"), part(1, b""), part(1, b"x" * (PART_BYTES + 1))):
        code, _ = await refusal(histories.AddHistoryPart(wrong))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
    code, _ = await refusal(histories.AddHistoryPart(part(1, b"x", "bob")))
    assert code is grpc.StatusCode.NOT_FOUND
    await histories.AddHistoryPart(part(2, b"x"))
    start = pb.StartHistoryFileRequest(user_id=scene.ada.id, import_id=import_id, part_count=2)
    code, why = await refusal(histories.StartHistoryFile(start))
    assert (code, why) == (grpc.StatusCode.FAILED_PRECONDITION, "send the parts from 1 to 2 first")
    for _ in range(4):
        await histories.CreateHistoryFile(asked)
    code, _ = await refusal(histories.CreateHistoryFile(asked))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    remove = pb.RemoveHistoryImportRequest(user_id=scene.ada.id, import_id=import_id)
    await histories.RemoveHistoryImport(remove)
    code, _ = await refusal(histories.RemoveHistoryImport(remove))
    assert code is grpc.StatusCode.NOT_FOUND
