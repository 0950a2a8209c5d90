"""Delta sync: a reader who follows the cursor ends with exactly what there is."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import asyncpg
import grpc
import pytest

from libs.common.postgres import connect
from services.catalog.adapters.changes import Changes
from services.catalog.domain.paging import page_token
from services.catalog.tests.recordings import ARRIVES_S, recording
from tutti.catalog.v1 import catalog_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub


class Device:
    """An app that keeps a copy of what its user sees."""

    def __init__(self, music: CatalogServiceAsyncStub, viewer_id: str) -> None:
        self.music, self.viewer_id = music, viewer_id
        self.cursor, self.told = "", list[pb.Change]()
        self.copy: dict[str, dict[str, object]] = {}
        self.forget()

    def forget(self) -> None:
        self.copy = {"artist": {}, "album": {}, "track": {}, "library": {}}

    async def sync(self, page_size: int = 3) -> list[pb.Change]:
        """Read to the end; answers what was told."""
        self.told = []
        more = True
        while more:
            request = pb.ListChangesRequest(
                viewer_id=self.viewer_id, cursor=self.cursor, page_size=page_size
            )
            answer = await self.music.ListChanges(request)
            if answer.start_over:
                self.forget()
            for change in answer.changes:
                self._apply(change)
            self.told += answer.changes
            self.cursor, more = answer.next_cursor, answer.more
        return self.told

    def _apply(self, change: pb.Change) -> None:
        kind = change.WhichOneof("entity") or ""
        if kind != "removed":
            entity = getattr(change, kind)
            self.copy[kind][entity.id] = entity
        elif change.removed.kind == "library":
            self._drop_library(change.removed.id)
        else:
            self.copy[change.removed.kind].pop(change.removed.id, None)

    def _drop_library(self, library_id: str) -> None:
        self.copy["library"].pop(library_id, None)
        for kind in ("album", "track"):
            entities = self.copy[kind].items()
            self.copy[kind] = {
                key: entity
                for key, entity in entities
                if getattr(entity, "library_id", "") != library_id
            }

    def titles(self) -> list[str]:
        return sorted(getattr(track, "title", "") for track in self.copy["track"].values())


async def test_a_reader_learns_everything_and_then_only_what_is_new(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    device = Device(music, ada.id)
    tracks = await ingest.publish(ada, *(recording(f"Part {n}") for n in range(5)))
    await device.sync()
    listing = await music.ListTracks(pb.ListTracksRequest(viewer_id=ada.id))
    assert device.copy["track"] == {track.id: track for track in listing.tracks}
    assert [len(device.copy[kind]) for kind in ("artist", "album", "library")] == [1, 1, 1]
    assert await device.sync() == []
    edit = pb.EditTrackRequest(viewer_id=ada.id, track_id=tracks[0].id, title="New")
    await music.EditTrack(edit)
    await device.sync()
    assert device.titles() == ["New", *(f"Part {n}" for n in range(1, 5))]
    kinds = [change.WhichOneof("entity") for change in device.told]
    assert kinds.count("track") == 1
    await music.RemoveTracks(pb.RemoveTracksRequest(viewer_id=ada.id, track_ids=[tracks[1].id]))
    await device.sync()
    assert device.titles() == ["New", *(f"Part {n}" for n in range(2, 5))]


async def test_a_reader_who_starts_is_not_told_of_what_was_removed_before(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    tracks = await ingest.publish(ada, recording("One"), recording("Two", album="Other"))
    await music.RemoveTracks(pb.RemoveTracksRequest(viewer_id=ada.id, track_ids=[tracks[0].id]))
    told = await Device(music, ada.id).sync()
    assert [change for change in told if change.HasField("removed")] == []


async def test_marks_are_news_for_their_user_alone(
    ingest: Ingest, running: Running, music: CatalogServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    (track,) = await ingest.publish(bob, recording("One"))
    devices = [Device(music, each.id) for each in (ada, bob)]
    for device in devices:
        await device.sync()
    await running.database.execute(
        "INSERT INTO ratings (user_id, kind, entity_id, rating) VALUES ($1, 'track', $2, 4)",
        bob.id, track.id,
    )  # fmt: skip
    assert await devices[0].sync() == []
    (change,) = await devices[1].sync()
    assert (change.track.id, change.track.rating) == (track.id, 4)


async def test_a_library_that_is_shared_comes_whole_and_goes_whole(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    _, bob, eve = [await ingest.user(name) for name in ("ada", "bob", "eve")]
    await ingest.publish(bob, recording("One"), recording("Two"))
    device = Device(music, eve.id)
    await device.sync()
    assert device.titles() == []
    sharing = pb.EditLibraryRequest(
        viewer_id=bob.id,
        library_id=bob.own_library_id,
        member_ids=pb.StringList(values=[eve.id]),
    )
    await music.EditLibrary(sharing)
    await device.sync()
    assert device.titles() == ["One", "Two"]
    sharing.member_ids.Clear()
    await music.EditLibrary(sharing)
    (change,) = await device.sync()
    assert (change.removed.kind, change.removed.id) == ("library", bob.own_library_id)
    assert device.titles() == []
    await ingest.publish(bob, recording("Three"))
    assert await device.sync() == []


async def test_a_library_shared_with_everyone_and_back_is_told_to_everyone(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    await ingest.publish(ada, recording("One"))
    device = Device(music, bob.id)
    await device.sync()
    sharing = pb.EditLibraryRequest(
        viewer_id=ada.id, library_id=ada.own_library_id, shared_with_all=True
    )
    await music.EditLibrary(sharing)
    await device.sync()
    assert device.titles() == ["One"]
    sharing.shared_with_all = False
    await music.EditLibrary(sharing)
    await device.sync()
    assert device.titles() == []


async def test_a_removed_library_leaves_every_device(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada, bob, eve, dan = [await ingest.user(name) for name in ("ada", "bob", "eve", "dan")]
    request = pb.CreateLibraryRequest(viewer_id=ada.id, name="House", shared_with_all=True)
    house = (await music.CreateLibrary(request)).library
    sharing = pb.EditLibraryRequest(viewer_id=bob.id, library_id=bob.own_library_id)
    sharing.member_ids.values.append(eve.id)
    await music.EditLibrary(sharing)
    shared = recording("Two")
    shared.library_id, shared.user_id = house.id, ada.id
    await ingest.publish(bob, recording("One"), shared)
    devices = [Device(music, user.id) for user in (ada, bob, eve, dan)]
    for device in devices:
        await device.sync()
        assert device.titles() == (["Two"] if device is devices[3] else ["One", "Two"])
    for owner, library_id in ((bob, bob.own_library_id), (ada, house.id)):
        removal = pb.RemoveLibraryRequest(viewer_id=owner.id, library_id=library_id)
        await music.RemoveLibrary(removal)
    async with asyncio.timeout(ARRIVES_S):
        for device in devices:
            while device.titles():  # news waits for older transactions, here of the removal
                await device.sync()
                await asyncio.sleep(0.01)


async def test_another_life_of_the_database_starts_readers_over(
    ingest: Ingest, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(ada, recording("One"))
    device = Device(music, ada.id)
    await device.sync()
    device.cursor = page_token(("another", 1, 0, 10**9, "", "", "", ""))
    await device.sync()
    assert device.titles() == ["One"]


async def test_a_restored_copy_is_told_whole_whatever_its_stamps(
    ingest: Ingest, running: Running, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    await ingest.publish(ada, recording("One"))
    await running.database.execute("UPDATE change_life SET life = 'of another cluster'")
    await running.database.execute("UPDATE changes SET stamp = '9000000000000'")
    device = Device(music, ada.id)
    await device.sync()
    assert device.titles() == []
    async with connect(running.database_url, "catalog", most=1) as pool:
        await Changes(pool).adopt()
    await device.sync()
    assert device.titles() == ["One"]


async def test_an_operator_who_becomes_listener_starts_over(
    ingest: Ingest, running: Running, music: CatalogServiceAsyncStub
) -> None:
    ada, bob = await ingest.user("ada"), await ingest.user("bob")
    await ingest.publish(bob, recording("One"))
    device = Device(music, ada.id)
    await device.sync()
    assert device.titles() == ["One"]
    await running.database.execute("UPDATE users SET role = 'listener' WHERE id = $1", ada.id)
    await device.sync()
    assert device.titles() == []


async def test_a_cursor_of_nobody_is_refused(music: CatalogServiceAsyncStub) -> None:
    for cursor in ("nonsense", page_token(("life", 0, 0, 2**64, "", "", "", ""))):
        with pytest.raises(grpc.aio.AioRpcError, match="token") as refusal:
            await music.ListChanges(pb.ListChangesRequest(viewer_id="ada", cursor=cursor))
        assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


class Naive:
    """The negative control: follows the highest stamp it saw, as clocks and counters would."""

    def __init__(self, database: asyncpg.Pool) -> None:
        self.database, self.highest = database, 0
        self.copy: dict[str, str] = {}

    async def sync(self) -> None:
        rows = await self.database.fetch(
            """
            SELECT stamp::text::bigint AS stamp, tracks.id, title FROM changes
            JOIN tracks ON tracks.id = changes.id
            WHERE kind = 'track' AND stamp::text::bigint > $1
            """,
            self.highest,
        )
        for row in rows:
            self.copy[row["id"]] = row["title"]
        self.highest = max([self.highest, *(row["stamp"] for row in rows)])


@pytest.mark.slow
async def test_nothing_is_missed_while_many_write_and_the_control_does_miss(
    ingest: Ingest, running: Running, music: CatalogServiceAsyncStub
) -> None:
    ada = await ingest.user("ada")
    device, naive = Device(music, ada.id), Naive(running.database)
    done, url = asyncio.Event(), running.database_url

    async def follow(sync: Callable[[], Awaitable[object]]) -> None:
        while not done.is_set():
            await sync()
            await asyncio.sleep(0.002)
        await sync()

    readers = [
        asyncio.create_task(follow(lambda: device.sync(page_size=7))),
        asyncio.create_task(follow(naive.sync)),
    ]
    await asyncio.gather(*(_write(url, ada.own_library_id, n) for n in range(12)))
    done.set()
    await asyncio.gather(*readers)
    rows = await running.database.fetch("SELECT id, title FROM tracks")
    truth = {row["id"]: row["title"] for row in rows}
    followed = {key: getattr(track, "title", "") for key, track in device.copy["track"].items()}
    assert followed == truth
    missed = {key for key, title in truth.items() if naive.copy.get(key) != title}
    assert missed, "the control found everything: this test proves nothing"


async def _write(url: str, library_id: str, writer: int) -> None:
    """Add, change and remove tracks in transactions that take their time in any order."""
    chance = random.Random(writer)  # noqa: S311  no secret, and the same in every run
    connection = await asyncpg.connect(url, server_settings={"search_path": "catalog, extensions"})
    try:
        for turn in range(8):
            async with connection.transaction():
                mine = f"{writer}-{turn}"
                await connection.execute(ADD, mine, library_id)
                await asyncio.sleep(chance.uniform(0, 0.05))
                if turn and chance.random() < 0.5:
                    await connection.execute(RENAME, f"{writer}-{chance.randrange(turn)}", mine)
                if turn and chance.random() < 0.3:
                    gone = f"{writer}-{chance.randrange(turn)}"
                    await connection.execute("DELETE FROM tracks WHERE id = $1", gone)
                await asyncio.sleep(chance.uniform(0, 0.05))
    finally:
        await connection.close()


ADD = """
    INSERT INTO tracks (id, library_id, content_sha256, title, sort_title, sort_key, search_text,
        duration_ms, format, renditions)
    VALUES ($1, $2, $1, $1, $1, $1, $1, 1, '{}', '[]')
"""
RENAME = "UPDATE tracks SET title = $2 WHERE id = $1"
