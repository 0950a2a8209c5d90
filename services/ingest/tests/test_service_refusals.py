"""Files that cannot become tracks, and what their owners are told."""

from __future__ import annotations

from shutil import copy
from typing import TYPE_CHECKING

import pytest

from services.ingest.domain.uploads import part_key, parts_prefix
from services.ingest.tests.house import content, eventually
from tests.sounds import Piece
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from pathlib import Path

    from services.ingest.tests.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


async def test_text_is_not_music_and_its_owner_reads_why(house: House) -> None:
    item = await house.bring(b"#!/bin/sh\necho music\n", "song.mp3")
    [ended] = await house.settled(item.id)
    assert (ended.state, ended.reason_code) == (pb.ITEM_STATE_QUARANTINED, "unsupported_format")
    assert "MP3, FLAC" in ended.reason
    stage = (await house.look(item.id)).steps[0]
    assert (stage.state, stage.attempts) == (pb.STEP_STATE_FAILED, 1)
    [told] = [one for one in house.catalog.quarantined if one.ingest_item_id == item.id]
    assert (told.reason_code, told.file_name) == ("unsupported_format", "song.mp3")


async def test_a_part_that_is_gone_is_missed(house: House) -> None:
    upload = await house.send(b"fLaC" + bytes(600_000), "song.flac")
    await house.objects.remove(part_key(upload.id, 2))
    request = pb.BeginIngestRequest(user_id=house.user_id, upload_id=upload.id)
    item = (await house.stub.BeginIngest(request)).item
    [ended] = await house.settled(item.id)
    assert ended.reason_code == "truncated"


async def test_a_dismissed_file_is_forgotten(house: House) -> None:
    upload = await house.send(b"no music", "song.mp3")
    request = pb.BeginIngestRequest(user_id=house.user_id, upload_id=upload.id)
    item = (await house.stub.BeginIngest(request)).item
    await house.settled(item.id)
    assert not await house.lacks(parts_prefix(upload.id))
    dismissal = pb.DismissItemRequest(user_id=house.user_id, item_id=item.id)
    for _ in range(2):
        await house.stub.DismissItem(dismissal)
    assert (await house.look(item.id)).item.state == pb.ITEM_STATE_DISMISSED
    await eventually(lambda: house.lacks(parts_prefix(upload.id)))


async def test_a_file_gone_from_its_folder_is_told_apart(house: House) -> None:
    folder = house.settings.music_folders[0]
    (folder / "gone.mp3").write_bytes(b"x")
    await house.worker.stop()
    request = pb.ScanFolderRequest(user_id=house.user_id, library_id="scan", folder=str(folder))
    batch_id = (await house.stub.ScanFolder(request)).batch_id
    (folder / "gone.mp3").unlink()
    house.worker.start()
    listing = pb.ListItemsRequest(user_id=house.user_id, batch_id=batch_id)
    [item] = (await house.stub.ListItems(listing)).items
    [ended] = await house.settled(item.id)
    assert ended.reason_code == "source_gone"


async def test_a_file_cut_short_is_refused_and_nothing_of_it_stays(
    house: House, tmp_path: Path
) -> None:
    whole = content(Piece(seed=41).encoded(tmp_path / "a", "flac"))
    item = await house.bring(whole[: len(whole) // 2], "a.flac")
    [ended] = await house.settled(item.id)
    assert (ended.state, ended.reason_code) == (pb.ITEM_STATE_QUARANTINED, "truncated")
    assert not await house.lacks(f"audio/{ended.content_sha256}/")
    dismissal = pb.DismissItemRequest(user_id=house.user_id, item_id=item.id)
    await house.stub.DismissItem(dismissal)
    await eventually(lambda: house.lacks(f"audio/{ended.content_sha256}/"))


async def test_a_file_under_a_false_name_is_published_with_a_note(
    house: House, tmp_path: Path
) -> None:
    sound = content(Piece(seed=42, duration_s=4).encoded(tmp_path / "a", "flac"))
    item = await house.bring(sound, "07 - Ada - Dusk.mp3")
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED
    assert list(ended.notes) == ["It is named .mp3 and really is flac; it was read as that."]
    assert (ended.title, ended.artist) == ("Dusk", "Ada")
    assert house.catalog.told(item.id).track.track_number == 7


async def test_a_scanned_folder_is_published_from_where_it_lies(
    house: House, tmp_path: Path
) -> None:
    folder = house.settings.music_folders[0] / "album"
    folder.mkdir()
    for seed in (43, 44):
        copy(Piece(seed=seed, duration_s=4).encoded(tmp_path / "a"), folder / f"{seed}.flac")
    request = pb.ScanFolderRequest(user_id=house.user_id, library_id="scan", folder=str(folder))
    scan = await house.stub.ScanFolder(request)
    listing = pb.ListItemsRequest(user_id=house.user_id, batch_id=scan.batch_id)
    items = (await house.stub.ListItems(listing)).items
    ended = await house.settled(*(item.id for item in items))
    assert {item.state for item in ended} == {pb.ITEM_STATE_PUBLISHED}
    batch = (await house.stub.ListBatches(pb.ListBatchesRequest(user_id=house.user_id))).batches[0]
    assert (batch.id, batch.published_count, batch.progress) == (scan.batch_id, 2, 1)
