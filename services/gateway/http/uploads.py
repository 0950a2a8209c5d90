"""Files to come, in parts that may be sent again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Annotated

from fastapi import Depends, Header, Path, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from libs.common.faults import InvalidInput, Unavailable
from services.gateway.adapters.windows import Window
from services.gateway.domain.principals import Policy, Principal
from services.gateway.http.document import RAW_BODY
from services.gateway.http.entrance import Guard, Listener, guarded_router
from services.gateway.http.parts import AllParts, CatalogPeer, IngestPeer
from services.gateway.http.problems import too_large, too_slow
from services.gateway.wire.imports import Item, Upload, UploadNew
from services.gateway.wire.shapes import Id
from tutti.catalog.v1 import catalog_pb2
from tutti.ingest.v1 import ingest_pb2 as pb

routes = guarded_router("uploads")

SLOT_S = 30.0
PART_S = 300.0
"""How long one part may take to arrive."""
SPOOL_BYTES = 256 * 1024
"""What a part may hold in memory while it comes."""
MOST_PARTS = 100_000
OCTETS = "application/octet-stream"
Spool = SpooledTemporaryFile[bytes]

# Ingest keeps these keys with the upload itself, longer than a day.
Creator = Annotated[Principal, Depends(Guard(Policy.USER, Window.MEDIA, replays=False))]
# A folder of music is one wish of its owner, not three calls for each of its files.
Sender = Annotated[Principal, Depends(Guard(Policy.USER, Window.MEDIA))]
PartNumber = Annotated[int, Path(ge=1, le=MOST_PARTS)]
IdempotencyKey = Annotated[str, Header(max_length=200, pattern=r"^[\x21-\x7e]*$")]


@routes.post("/uploads", status_code=HTTPStatus.CREATED)
async def create_upload(
    viewer: Creator,
    catalog: CatalogPeer,
    ingest: IngestPeer,
    asked: UploadNew,
    idempotency_key: IdempotencyKey = "",
) -> Upload:
    """Announce a file. The same Idempotency-Key answers with the same upload, to go on with it."""
    answer = await catalog.CheckLibraryWritable(
        catalog_pb2.CheckLibraryWritableRequest(
            viewer_id=viewer.user_id, library_id=asked.library_id
        )
    )
    created = await ingest.CreateUpload(
        pb.CreateUploadRequest(
            user_id=viewer.user_id,
            library_id=answer.library.id,
            batch_id=asked.batch_id,
            file_name=asked.file_name,
            size_bytes=asked.size_bytes,
            idempotency_key=idempotency_key,
        )
    )
    return Upload.model_validate(created.upload)


@routes.get("/uploads/{upload_id}")
async def get_upload(viewer: Listener, ingest: IngestPeer, upload_id: Id) -> Upload:
    """Say which parts have arrived."""
    asked = pb.GetUploadRequest(user_id=viewer.user_id, upload_id=upload_id)
    return Upload.model_validate((await ingest.GetUpload(asked)).upload)


@routes.put("/uploads/{upload_id}/parts/{part_number}", openapi_extra=RAW_BODY)
async def put_part(
    viewer: Sender, parts: AllParts, request: Request, upload_id: Id, part_number: PartNumber
) -> Upload:
    """Send one part; all but the last have part_size_bytes. Sending it again is harmless."""
    ingest = parts.peers.ingest
    asked = pb.GetUploadRequest(user_id=viewer.user_id, upload_id=upload_id)
    expected_bytes = part_bytes((await ingest.GetUpload(asked)).upload, part_number)
    async with _received(request, expected_bytes) as file, slot(parts.upload_slots):
        content = await asyncio.to_thread(_content, file)
        await parts.objects.put_bytes(f"staging/{upload_id}/{part_number:06d}", content, OCTETS)
    recorded = await ingest.RecordPart(
        pb.RecordPartRequest(
            user_id=viewer.user_id,
            upload_id=upload_id,
            part_number=part_number,
            size_bytes=len(content),
        )
    )
    return Upload.model_validate(recorded.upload)


@routes.post("/uploads/{upload_id}/complete", status_code=HTTPStatus.ACCEPTED)
async def complete_upload(viewer: Sender, ingest: IngestPeer, upload_id: Id) -> Item:
    """Start the pipeline once all parts are there. Starting again answers with the same item."""
    asked = pb.BeginIngestRequest(user_id=viewer.user_id, upload_id=upload_id)
    return Item.model_validate((await ingest.BeginIngest(asked)).item)


@routes.delete("/uploads/{upload_id}", status_code=HTTPStatus.NO_CONTENT)
async def cancel_upload(viewer: Listener, ingest: IngestPeer, upload_id: Id) -> None:
    """Forget an upload that was not completed."""
    await ingest.CancelUpload(pb.CancelUploadRequest(user_id=viewer.user_id, upload_id=upload_id))


def part_bytes(upload: pb.Upload, part_number: int) -> int:
    """The size a part must have, or InvalidInput where there is no such part."""
    if part_number > upload.part_count:
        raise InvalidInput(f"part_number must be from 1 to {upload.part_count}")
    rest_bytes = upload.size_bytes - (part_number - 1) * upload.part_size_bytes
    return min(rest_bytes, upload.part_size_bytes)


@asynccontextmanager
async def slot(slots: asyncio.Semaphore) -> AsyncGenerator[None]:
    """Hold one of the places for parts in memory, or raise Unavailable when none gets free."""
    try:
        await asyncio.wait_for(slots.acquire(), SLOT_S)
    except TimeoutError:
        raise Unavailable("too many parts are on their way: send this one again") from None
    try:
        yield
    finally:
        slots.release()


@asynccontextmanager
async def _received(request: Request, expected_bytes: int) -> AsyncGenerator[Spool]:
    """Read exactly so many bytes; one more is refused as soon as it arrives.

    What takes its time to come waits on disk, so that slow senders hold neither memory nor a place.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > expected_bytes:
        raise _of_another_size(expected_bytes, declared)
    with SpooledTemporaryFile(SPOOL_BYTES) as file:
        try:
            async with asyncio.timeout(PART_S):
                await _spool(request, file, expected_bytes)
        except TimeoutError:
            raise too_slow(f"a part must arrive within {PART_S:g} s") from None
        except ClientDisconnect:
            raise InvalidInput("the connection ended before the part did") from None
        if file.tell() < expected_bytes:
            raise InvalidInput(f"this part must have {expected_bytes} bytes, not {file.tell()}")
        yield file


async def _spool(request: Request, file: Spool, expected_bytes: int) -> None:
    """Write what comes, in pieces that are worth the way to a thread."""
    waiting = bytearray()
    async for chunk in request.stream():
        waiting += chunk
        if file.tell() + len(waiting) > expected_bytes:
            raise _of_another_size(expected_bytes, request.headers.get("content-length", ""))
        if len(waiting) >= SPOOL_BYTES:
            await asyncio.to_thread(file.write, waiting)
            waiting = bytearray()
    await asyncio.to_thread(file.write, waiting)


def _content(file: Spool) -> bytes:
    file.seek(0)
    return file.read()


def _of_another_size(expected_bytes: int, declared: str) -> HTTPException:
    return too_large(f"this part must have {expected_bytes} bytes", declared)
