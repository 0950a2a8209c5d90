"""A mounted folder: shown at once by its tags, and prepared in the order people want it."""

from __future__ import annotations

import asyncio
from shutil import copy
from typing import TYPE_CHECKING

import asyncpg
import pytest

from services.ingest.tests.house import content, eventually
from tests.sounds import Piece
from tests.tagging import Tags
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from services.ingest.tests.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


def piece(seed: int, title: str) -> Piece:
    return Piece(seed, duration_s=4, tags=Tags(title=title, artists=("Ada",), album="Dawn"))


async def scanned(house: House, folder: Path) -> Mapping[str, pb.Item]:
    """Look through a folder. Answers its items by the names of their files."""
    request = pb.ScanFolderRequest(user_id=house.user_id, library_id="scan", folder=str(folder))
    batch_id = (await house.stub.ScanFolder(request)).batch_id
    listing = pb.ListItemsRequest(user_id=house.user_id, batch_id=batch_id)
    return {item.file_name: item for item in (await house.stub.ListItems(listing)).items}


async def shown(house: House, *items: pb.Item) -> None:
    """Wait until all of them are shown."""

    async def all_of_them() -> bool:
        return {item.id for item in items} <= house.catalog.shown.keys()

    await eventually(all_of_them)


async def waiting_announcements(house: House) -> int:
    connection = await asyncpg.connect(house.settings.database_url)
    try:
        count: int = await connection.fetchval(
            "SELECT count(*) FROM ingest.outbox WHERE awaits_result"
        )
        return count
    finally:
        await connection.close()


async def test_a_folder_is_shown_before_any_of_it_is_heard(house: House) -> None:
    await house.worker.stop()
    folder = house.settings.music_folders[0] / "shown"
    folder.mkdir()
    for number, form in enumerate(("flac", "mp3", "ogg", "opus", "aac", "alac", "wav", "aiff")):
        piece(300 + number, f"In {form}").encoded(folder / form, form)
    (folder / "text.mp3").write_text("no music")
    items = await scanned(house, folder)
    sound = [item for name, item in items.items() if name != "text.mp3"]
    await shown(house, *sound)
    for item in sound:
        found = house.catalog.shown[item.id]
        assert (found.track.artists[0].name, found.album.title) == ("Ada", "Dawn")
        assert found.track.duration_ms == pytest.approx(4000, abs=100)
        assert (found.track.format.sample_rate_hz, found.track.format.channels) in (
            (44_100, 2), (48_000, 2),
        )  # fmt: skip
        assert not found.track.content_sha256
        about = await house.look(item.id)
        assert (about.item.title, len(about.steps)) == (found.track.title, 15 if about.steps else 0)
    assert items["text.mp3"].id not in house.catalog.shown
    house.worker.start()
    ended = await house.settled(*(item.id for item in items.values()))
    states = {item.file_name: item.state for item in ended}
    assert states.pop("text.mp3") == pb.ITEM_STATE_QUARANTINED
    assert set(states.values()) == {pb.ITEM_STATE_PUBLISHED}
    for item in sound:
        ready, found = house.catalog.told(item.id), house.catalog.shown[item.id]
        assert (ready.track.title, ready.album) == (found.track.title, found.album)
        assert ready.track.duration_ms == pytest.approx(found.track.duration_ms, abs=100)
    assert house.catalog.withdrawn == []

    async def answered() -> bool:
        return await waiting_announcements(house) == 0

    await eventually(answered)


async def test_what_comes_to_nothing_is_withdrawn(house: House, tmp_path: Path) -> None:
    folder = house.settings.music_folders[0] / "nothing"
    folder.mkdir()
    whole = content(piece(310, "Cut").encoded(tmp_path / "cut", "flac"))
    (folder / "cut.flac").write_bytes(whole[: len(whole) // 2])
    copy(piece(311, "Twin").encoded(tmp_path / "twin", "flac"), folder / "a.flac")
    copy(piece(311, "Twin, worse").encoded(tmp_path / "worse", "mp3"), folder / "b.mp3")
    copy(folder / "a.flac", folder / "c.flac")
    items = await scanned(house, folder)
    ended = await house.settled(*(item.id for item in items.values()))
    states = {item.file_name: item.state for item in ended}
    assert states.pop("cut.flac") == pb.ITEM_STATE_QUARANTINED
    assert sorted(states.values()).count(pb.ITEM_STATE_DUPLICATE) >= 1
    copies = [items[name].id in house.catalog.shown for name in ("a.flac", "c.flac")]
    assert sorted(copies) == [False, True]
    to_go = {
        item.id
        for item in ended
        if item.state != pb.ITEM_STATE_PUBLISHED and item.id in house.catalog.shown
    }
    assert items["cut.flac"].id in to_go

    async def withdrawn() -> bool:
        return to_go == set(house.catalog.withdrawn)

    await eventually(withdrawn)


async def test_what_somebody_wants_to_hear_passes_the_rest(house: House) -> None:
    await house.worker.stop()
    folder = house.settings.music_folders[0] / "wanted"
    folder.mkdir()
    for number in range(6):
        piece(320 + number, f"Part {number}").encoded(folder / f"{number:02}", "mp3")
    items = await scanned(house, folder)
    await shown(house, *items.values())
    wanted = items["05.mp3"]
    await house.stub.HastenItem(pb.HastenItemRequest(item_id=wanted.id))
    await house.stub.HastenItem(pb.HastenItemRequest(item_id=wanted.id))
    await house.stub.HastenItem(pb.HastenItemRequest(item_id="unknown"))
    house.worker.start()
    await house.settled(*(item.id for item in items.values()))
    order = [one.ingest_item_id for one in house.catalog.ready]
    assert (
        order.index(wanted.id)
        < min(order.index(item.id) for item in items.values() if item.id != wanted.id) + 2
    )  # two workers: one may have been about to end another
    assert order.count(wanted.id) == 1


async def test_what_somebody_removed_is_not_prepared(house: House) -> None:
    await house.worker.stop()
    folder = house.settings.music_folders[0] / "removed"
    folder.mkdir()
    piece(340, "Unwanted").encoded(folder / "unwanted", "mp3")
    items = await scanned(house, folder)
    [item] = items.values()
    await shown(house, item)
    await house.catalog.remove("a track", "scan", "", item.id)
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_DISMISSED
    house.worker.start()
    await asyncio.sleep(1)
    assert item.id not in {one.ingest_item_id for one in house.catalog.ready}


async def test_a_file_that_changed_before_its_turn_is_read_as_it_is_then(
    house: House, tmp_path: Path
) -> None:
    await house.worker.stop()
    folder = house.settings.music_folders[0] / "changed"
    folder.mkdir()
    path = piece(350, "Before").encoded(folder / "file", "mp3")
    items = await scanned(house, folder)
    [item] = items.values()
    await shown(house, item)
    copy(piece(351, "After, and longer").encoded(tmp_path / "after", "mp3"), path)
    again = await scanned(house, folder)
    house.worker.start()
    ended = await house.settled(item.id, *(each.id for each in again.values()))
    published = [each for each in ended if each.state == pb.ITEM_STATE_PUBLISHED]
    assert [each.title for each in published] == ["After, and longer"]
