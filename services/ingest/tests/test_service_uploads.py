"""Files on their way in, before any worker sees them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from libs.common.faults import FailedPrecondition, InvalidInput, NotFound, PermissionDenied
from services.ingest.domain.uploads import part_key, parts_prefix
from services.ingest.tests.house import eventually
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.ingest.tests.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

PART = 256 * 1024


def create(
    size_bytes: int = 2 * PART + 1, fields: Mapping[str, str] | None = None
) -> pb.CreateUploadRequest:
    request = pb.CreateUploadRequest(
        user_id="ada", library_id="home", file_name="Dawn.flac", size_bytes=size_bytes
    )
    for name, value in (fields or {}).items():
        setattr(request, name, value)
    return request


async def test_an_upload_says_how_to_cut_the_file(quiet_house: House) -> None:
    upload = (await quiet_house.stub.CreateUpload(create())).upload
    assert (upload.part_count, upload.part_size_bytes, list(upload.received_parts)) == (3, PART, [])
    assert upload.batch_id
    assert not upload.item_id


async def test_the_same_key_finds_the_same_upload(quiet_house: House) -> None:
    request = create(fields={"idempotency_key": "k1"})
    uploads = await asyncio.gather(*(quiet_house.stub.CreateUpload(request) for _ in range(4)))
    assert len({one.upload.id for one in uploads}) == 1
    other = await quiet_house.stub.CreateUpload(
        create(fields={"idempotency_key": "k1", "user_id": "bob"})
    )
    assert other.upload.id != uploads[0].upload.id


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"file_name": "../etc/passwd"}, "not a path"),
        ({"file_name": "a\x00b.mp3"}, "printable"),
        ({"file_name": " "}, "empty"),
        ({"file_name": "x" * 256}, "255"),
        ({"user_id": ""}, "user_id"),
        ({"library_id": ""}, "library_id"),
        ({"batch_id": "b" * 201}, "batch_id"),
    ],
)
async def test_what_cannot_be_a_file_of_ours_is_refused(
    quiet_house: House, fields: dict[str, str], reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        await quiet_house.stub.CreateUpload(create(fields=fields))


@pytest.mark.parametrize("size_bytes", [0, -1, 2**31 + 1])
async def test_a_size_out_of_bounds_is_refused(quiet_house: House, size_bytes: int) -> None:
    with pytest.raises(InvalidInput, match="size_bytes must be from 1 to 2147483648"):
        await quiet_house.stub.CreateUpload(create(size_bytes))


async def test_a_name_is_kept_in_composed_form(quiet_house: House) -> None:
    upload = (
        await quiet_house.stub.CreateUpload(create(fields={"file_name": "Cafe\u0301.mp3"}))
    ).upload
    assert upload.file_name == "Caf\u00e9.mp3"


async def test_parts_may_come_in_any_order_and_twice(quiet_house: House) -> None:
    upload = (await quiet_house.stub.CreateUpload(create())).upload
    for number, size_bytes in ((3, 1), (1, PART), (3, 1)):
        request = pb.RecordPartRequest(
            user_id="ada", upload_id=upload.id, part_number=number, size_bytes=size_bytes
        )
        upload = (await quiet_house.stub.RecordPart(request)).upload
    assert list(upload.received_parts) == [1, 3]
    again = await quiet_house.stub.GetUpload(
        pb.GetUploadRequest(user_id="ada", upload_id=upload.id)
    )
    assert again.upload == upload


@pytest.mark.parametrize(
    ("number", "size_bytes", "reason"),
    [
        (1, PART - 1, "must have 262144 bytes"),
        (3, PART, "must have 1 bytes"),
        (4, 1, "from 1 to 3"),
    ],
)
async def test_a_part_of_another_size_is_refused(
    quiet_house: House, number: int, size_bytes: int, reason: str
) -> None:
    upload = (await quiet_house.stub.CreateUpload(create())).upload
    request = pb.RecordPartRequest(
        user_id="ada", upload_id=upload.id, part_number=number, size_bytes=size_bytes
    )
    with pytest.raises(InvalidInput, match=reason):
        await quiet_house.stub.RecordPart(request)


async def test_an_upload_with_gaps_cannot_begin(quiet_house: House) -> None:
    upload = (await quiet_house.stub.CreateUpload(create())).upload
    with pytest.raises(FailedPrecondition, match="3 of 3 parts are missing: 1, 2, 3"):
        await quiet_house.stub.BeginIngest(
            pb.BeginIngestRequest(user_id="ada", upload_id=upload.id)
        )


async def test_beginning_again_finds_the_same_item(quiet_house: House) -> None:
    upload = await quiet_house.send(b"x" * 10, "Dawn.flac")
    request = pb.BeginIngestRequest(user_id="ada", upload_id=upload.id)
    answers = await asyncio.gather(*(quiet_house.stub.BeginIngest(request) for _ in range(4)))
    assert len({answer.item.id for answer in answers}) == 1
    item = answers[0].item
    assert (item.state, item.file_name, item.size_bytes) == (pb.ITEM_STATE_WAITING, "Dawn.flac", 10)
    found = await quiet_house.look(item.id)
    assert [step.name for step in found.steps][:3] == ["stage", "probe", "tags"]
    assert found.steps[0].state == pb.STEP_STATE_QUEUED
    assert {step.state for step in found.steps[1:]} == {pb.STEP_STATE_BLOCKED}


async def test_what_is_another_users_is_not_there(quiet_house: House) -> None:
    item = await quiet_house.bring(b"x", "Dawn.flac")
    upload = await quiet_house.send(b"x", "Dawn.flac")
    stub = quiet_house.stub
    for attempt in (
        stub.GetUpload(pb.GetUploadRequest(user_id="bob", upload_id=upload.id)),
        stub.RecordPart(pb.RecordPartRequest(user_id="bob", upload_id=upload.id)),
        stub.BeginIngest(pb.BeginIngestRequest(user_id="bob", upload_id=upload.id)),
        stub.CancelUpload(pb.CancelUploadRequest(user_id="bob", upload_id=upload.id)),
        stub.GetUpload(pb.GetUploadRequest(user_id="ada", upload_id="nonsense")),
        stub.GetItem(pb.GetItemRequest(user_id="bob", item_id=item.id)),
        stub.DismissItem(pb.DismissItemRequest(user_id="bob", item_id=item.id)),
        stub.DecideDuplicate(
            pb.DecideDuplicateRequest(user_id="bob", item_id=item.id, decision=pb.DECISION_DISCARD)
        ),
        stub.RerunStep(pb.RerunStepRequest(item_id="nonsense")),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_cancelled_upload_leaves_nothing(quiet_house: House) -> None:
    upload = await quiet_house.send(b"x" * (PART + 1), "Dawn.flac")
    request = pb.CancelUploadRequest(user_id="ada", upload_id=upload.id)
    await quiet_house.stub.CancelUpload(request)
    with pytest.raises(NotFound, match="expired"):
        await quiet_house.stub.GetUpload(pb.GetUploadRequest(user_id="ada", upload_id=upload.id))
    await eventually(lambda: quiet_house.lacks(parts_prefix(upload.id)))


@pytest.mark.slow
async def test_a_begun_upload_cannot_be_cancelled(quiet_house: House) -> None:
    upload = await quiet_house.send(b"x", "Dawn.flac")
    await quiet_house.stub.BeginIngest(pb.BeginIngestRequest(user_id="ada", upload_id=upload.id))
    with pytest.raises(FailedPrecondition, match="dismissed"):
        await quiet_house.stub.CancelUpload(
            pb.CancelUploadRequest(user_id="ada", upload_id=upload.id)
        )
    await asyncio.sleep(1)
    assert await quiet_house.objects.exists(part_key(upload.id, 1))


async def test_lists_come_in_pages_last_first(quiet_house: House) -> None:
    brought = [await quiet_house.bring(b"x", f"{n}.mp3", batch_id="pages") for n in range(5)]
    request = pb.ListItemsRequest(user_id="ada", batch_id="pages", page_size=2)
    names, token = [], None
    while token != "":
        page = await quiet_house.stub.ListItems(request)
        names += [item.file_name for item in page.items]
        token = request.page_token = page.next_page_token
    assert names == [item.file_name for item in reversed(brought)]
    quarantined = pb.ListItemsRequest(user_id="ada", states=[pb.ITEM_STATE_QUARANTINED])
    assert not (await quiet_house.stub.ListItems(quarantined)).items


async def test_batches_say_how_many_files_they_have(quiet_house: House) -> None:
    await quiet_house.bring(b"x", "a.mp3", batch_id="first")
    await quiet_house.bring(b"x", "b.mp3", batch_id="second")
    await quiet_house.bring(b"x", "c.mp3", batch_id="second")
    request = pb.ListBatchesRequest(user_id="ada", page_size=1)
    page = await quiet_house.stub.ListBatches(request)
    assert [(one.id, one.item_count, one.progress) for one in page.batches] == [("second", 2, 0)]
    request.page_token = page.next_page_token
    assert (await quiet_house.stub.ListBatches(request)).batches[0].id == "first"


async def test_status_counts_what_waits(quiet_house: House) -> None:
    before = await quiet_house.stub.GetStatus(pb.GetStatusRequest(user_id="ada"))
    await quiet_house.bring(b"x", "a.mp3")
    after = await quiet_house.stub.GetStatus(pb.GetStatusRequest(user_id="ada"))
    assert after.waiting_count == before.waiting_count + 1
    assert after.queued_step_count == before.queued_step_count + 1
    everyone = await quiet_house.stub.GetStatus(pb.GetStatusRequest())
    assert everyone.waiting_count >= after.waiting_count
    nobody = await quiet_house.stub.GetStatus(pb.GetStatusRequest(user_id="nobody"))
    assert nobody == pb.GetStatusResponse()


@pytest.mark.parametrize(
    "request_",
    [
        pb.ListItemsRequest(page_size=501),
        pb.ListItemsRequest(page_size=-1),
        pb.ListItemsRequest(page_token="nonsense"),
        pb.ListItemsRequest(states=[pb.ITEM_STATE_UNSPECIFIED]),
    ],
)
async def test_a_list_that_cannot_be_is_refused(
    quiet_house: House, request_: pb.ListItemsRequest
) -> None:
    with pytest.raises(InvalidInput):
        await quiet_house.stub.ListItems(request_)


async def test_decisions_fit_the_state_of_the_file(quiet_house: House) -> None:
    item = await quiet_house.bring(b"x", "a.mp3")
    stub = quiet_house.stub
    keep = pb.DecideDuplicateRequest(user_id="ada", item_id=item.id, decision=pb.DECISION_KEEP_BOTH)
    with pytest.raises(FailedPrecondition, match="only a file that is undecided"):
        await stub.DecideDuplicate(keep)
    with pytest.raises(FailedPrecondition, match="quarantined or duplicate"):
        await stub.DismissItem(pb.DismissItemRequest(user_id="ada", item_id=item.id))
    with pytest.raises(FailedPrecondition, match="this one is waiting"):
        await stub.RerunStep(pb.RerunStepRequest(item_id=item.id, step="probe"))
    nothing = pb.DecideDuplicateRequest(user_id="ada", item_id=item.id)
    with pytest.raises(InvalidInput, match="keep both, replace or discard"):
        await stub.DecideDuplicate(nothing)


async def test_watchers_hear_the_present_and_every_change(quiet_house: House) -> None:
    first = await quiet_house.bring(b"x", "a.mp3", batch_id="watched")
    await quiet_house.bring(b"x", "z.mp3", batch_id="unwatched")
    request = pb.WatchItemsRequest(user_id="ada", batch_id="watched")
    heard = aiter(quiet_house.stub.WatchItems(request, timeout=20))
    assert (await anext(heard)).item == first
    assert (await anext(heard)).batch.item_count == 1
    second = await quiet_house.bring(b"x", "b.mp3", batch_id="watched")
    assert (await anext(heard)).item.id == second.id
    assert (await anext(heard)).batch.item_count == 2


async def test_folders_outside_the_allowed_are_not_scanned(quiet_house: House) -> None:
    root = quiet_house.settings.music_folders[0]
    (root / "out").symlink_to("/etc")
    stub = quiet_house.stub
    for folder in ("/etc", str(root / "out"), str(root / ".." / "elsewhere")):
        with pytest.raises(PermissionDenied, match="settings"):
            await stub.ScanFolder(
                pb.ScanFolderRequest(user_id="ada", library_id="home", folder=folder)
            )
    with pytest.raises(InvalidInput, match="absolute"):
        await stub.ScanFolder(
            pb.ScanFolderRequest(user_id="ada", library_id="home", folder="music")
        )
    with pytest.raises(NotFound):
        await stub.ScanFolder(
            pb.ScanFolderRequest(user_id="ada", library_id="home", folder=str(root / "none"))
        )


async def test_a_scan_counts_what_is_new_changed_and_missing(quiet_house: House) -> None:
    root = quiet_house.settings.music_folders[0] / "scan"
    (root / "deep" / "er").mkdir(parents=True)
    (root / ".hidden").mkdir()
    for name in ("a.mp3", "deep/b.FLAC", "deep/er/c.ogg", ".d.mp3", ".hidden/e.mp3", "notes.txt"):
        (root / name).write_bytes(b"sound")
    (root / "link.mp3").symlink_to("/etc/passwd")
    request = pb.ScanFolderRequest(user_id="ada", library_id="scan", folder=str(root))
    first = await quiet_house.stub.ScanFolder(request)
    assert counts(first) == (3, 0, 0, 0)
    listed = pb.ListItemsRequest(user_id="ada", batch_id=first.batch_id)
    names = {item.file_name for item in (await quiet_house.stub.ListItems(listed)).items}
    assert names == {"a.mp3", "b.FLAC", "c.ogg"}
    assert counts(await quiet_house.stub.ScanFolder(request)) == (0, 0, 3, 0)
    (root / "a.mp3").write_bytes(b"other sound")
    (root / "deep" / "b.FLAC").unlink()
    (root / "f.wav").write_bytes(b"sound")
    assert counts(await quiet_house.stub.ScanFolder(request)) == (1, 1, 1, 1)


def counts(scan: pb.ScanFolderResponse) -> tuple[int, int, int, int]:
    return scan.new_count, scan.changed_count, scan.unchanged_count, scan.missing_count


@pytest.mark.slow
async def test_five_thousand_files_are_scanned_within_seconds(quiet_house: House) -> None:
    root = quiet_house.settings.music_folders[0] / "large"
    for album in range(50):
        (root / str(album)).mkdir(parents=True)
        for track in range(100):
            (root / str(album) / f"{track}.mp3").touch()
    request = pb.ScanFolderRequest(user_id="ada", library_id="large", folder=str(root))
    started_s = time.monotonic()
    assert counts(await quiet_house.stub.ScanFolder(request, timeout=30)) == (5000, 0, 0, 0)
    assert time.monotonic() - started_s < 20
    started_s = time.monotonic()
    assert counts(await quiet_house.stub.ScanFolder(request)) == (0, 0, 5000, 0)
    assert time.monotonic() - started_s < 5
