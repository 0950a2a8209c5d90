"""IngestService over gRPC."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from uuid import uuid4

import grpc

from libs.common.faults import FailedPrecondition, InvalidInput
from services.ingest.adapters.folders import allowed_folder, music_in
from services.ingest.adapters.news import ItemNews
from services.ingest.adapters.queue import StepQueue
from services.ingest.adapters.rows import Rows
from services.ingest.domain.items import UNDER_WAY, Item
from services.ingest.domain.uploads import NewUpload, file_name_from
from services.ingest.settings import IngestSettings
from services.ingest.survey import Survey
from services.ingest.wire.ingest import (
    decode_decision,
    decode_place,
    decode_state,
    encode_batch,
    encode_damage,
    encode_item,
    encode_place,
    encode_scrub,
    encode_step,
    encode_tally,
    encode_upload,
    page_size,
)
from tutti.ingest.v1 import ingest_pb2 as pb
from tutti.ingest.v1.ingest_pb2_grpc import IngestServiceServicer

LONGEST_ID = 200
REFRESHED_AT_ONCE = 10_000
BREATH_S = 0.2
"""Between two looks for one watcher: changes in between are told together."""


class IngestRpc(IngestServiceServicer):
    """From the first part of a file to the news of its publication."""

    def __init__(
        self,
        settings: IngestSettings,
        rows: Rows,
        queue: StepQueue,
        news: ItemNews,
        survey: Survey,
    ) -> None:
        self._settings = settings
        self._rows = rows
        self._queue = queue
        self._news = news
        self._survey = survey

    async def CreateUpload(
        self, request: pb.CreateUploadRequest, context: grpc.ServicerContext
    ) -> pb.CreateUploadResponse:
        """Take note of a file to come."""
        largest_bytes = self._settings.largest_upload_bytes
        if not 1 <= request.size_bytes <= largest_bytes:
            raise InvalidInput(f"size_bytes must be from 1 to {largest_bytes}")
        new = NewUpload(
            user_id=_id("user_id", request.user_id),
            library_id=_id("library_id", request.library_id),
            batch_id=_id("batch_id", request.batch_id or str(uuid4())),
            file_name=file_name_from(request.file_name),
            size_bytes=request.size_bytes,
            idempotency_key=request.idempotency_key or None,
        )
        return pb.CreateUploadResponse(upload=encode_upload(await self._rows.uploads.create(new)))

    async def GetUpload(
        self, request: pb.GetUploadRequest, context: grpc.ServicerContext
    ) -> pb.GetUploadResponse:
        """Find an upload."""
        upload = await self._rows.uploads.find(request.user_id, request.upload_id)
        return pb.GetUploadResponse(upload=encode_upload(upload))

    async def RecordPart(
        self, request: pb.RecordPartRequest, context: grpc.ServicerContext
    ) -> pb.RecordPartResponse:
        """Take note of a part."""
        upload = await self._rows.uploads.find(request.user_id, request.upload_id)
        upload.require_part(request.part_number, request.size_bytes)
        upload = await self._rows.uploads.record_part(upload, request.part_number)
        return pb.RecordPartResponse(upload=encode_upload(upload))

    async def BeginIngest(
        self, request: pb.BeginIngestRequest, context: grpc.ServicerContext
    ) -> pb.BeginIngestResponse:
        """Make the file an item, and have its first step done."""
        begun = await self._rows.uploads.begin(request.user_id, request.upload_id)
        await self._queue.offer(begun.queued)
        item = await self._rows.items.find(request.user_id, begun.item_id)
        return pb.BeginIngestResponse(item=encode_item(item))

    async def CancelUpload(
        self, request: pb.CancelUploadRequest, context: grpc.ServicerContext
    ) -> pb.CancelUploadResponse:
        """Give an upload up."""
        if not await self._rows.uploads.cancel(request.user_id, request.upload_id):
            raise FailedPrecondition("the upload was begun: its file can be dismissed instead")
        return pb.CancelUploadResponse()

    async def ScanFolder(
        self, request: pb.ScanFolderRequest, context: grpc.ServicerContext
    ) -> pb.ScanFolderResponse:
        """Make items of what is new in a folder; a look at each is taken at once."""
        user_id = _id("user_id", request.user_id)
        library_id = _id("library_id", request.library_id)
        allowed = self._settings.music_folders
        folder = await asyncio.to_thread(allowed_folder, request.folder, allowed)
        seen = await asyncio.to_thread(music_in, folder)
        batch_id, found = await self._rows.scans.take_in(user_id, library_id, folder, seen)
        self._survey.wake()
        return pb.ScanFolderResponse(
            batch_id=batch_id,
            new_count=len(found.new),
            changed_count=len(found.changed),
            unchanged_count=found.unchanged_count,
            missing_count=found.missing_count,
        )

    async def ListItems(
        self, request: pb.ListItemsRequest, context: grpc.ServicerContext
    ) -> pb.ListItemsResponse:
        """List items, a page at a time."""
        size = page_size(request.page_size, default=50, most=500)
        states = [decode_state(state) for state in request.states]
        before = decode_place(request.page_token)
        items = await self._rows.items.page(
            request.user_id, request.batch_id, states, before, size + 1
        )
        more = encode_place(items[size - 1].position) if len(items) > size else ""
        return pb.ListItemsResponse(items=map(encode_item, items[:size]), next_page_token=more)

    async def GetItem(
        self, request: pb.GetItemRequest, context: grpc.ServicerContext
    ) -> pb.GetItemResponse:
        """Find an item and how its steps went."""
        item = await self._rows.items.find(request.user_id, request.item_id)
        steps = await self._rows.items.steps(item.id)
        return pb.GetItemResponse(item=encode_item(item), steps=map(encode_step, steps))

    async def ListBatches(
        self, request: pb.ListBatchesRequest, context: grpc.ServicerContext
    ) -> pb.ListBatchesResponse:
        """List batches, a page at a time."""
        size = page_size(request.page_size, default=20, most=100)
        before = decode_place(request.page_token)
        batches = await self._rows.items.batches(request.user_id, before, size + 1)
        more = encode_place(batches[size - 1].position) if len(batches) > size else ""
        return pb.ListBatchesResponse(
            batches=map(encode_batch, batches[:size]), next_page_token=more
        )

    async def WatchItems(
        self, request: pb.WatchItemsRequest, context: grpc.ServicerContext
    ) -> AsyncGenerator[pb.WatchItemsResponse]:
        """Send items and their batches, first as they stand and then as they change."""
        user_id, batch_id = _id("user_id", request.user_id), request.batch_id
        with self._news.watching(user_id, batch_id) as watcher:
            async for changes in watcher.changes():
                items = (
                    await self._all(user_id, batch_id)
                    if changes.everything
                    else await self._rows.items.these(changes.item_ids)
                )
                for item in items:
                    yield pb.WatchItemsResponse(item=encode_item(item))
                batch_ids = changes.batch_ids | {item.batch_id for item in items}
                for one in sorted(batch_ids | ({batch_id} if batch_id else set())):
                    batch = await self._rows.items.batch(user_id, one)
                    if batch is not None:
                        yield pb.WatchItemsResponse(batch=encode_batch(batch))
                await asyncio.sleep(BREATH_S)

    async def _all(self, user_id: str, batch_id: str) -> Sequence[Item]:
        states = [] if batch_id else UNDER_WAY
        last_first = await self._rows.items.page(user_id, batch_id, states, 2**63 - 1, 10_000)
        return last_first[::-1]

    async def DecideDuplicate(
        self, request: pb.DecideDuplicateRequest, context: grpc.ServicerContext
    ) -> pb.DecideDuplicateResponse:
        """Go on as the person says."""
        decision = decode_decision(request.decision)
        await self._queue.offer(
            await self._rows.decisions.decide(request.user_id, request.item_id, decision)
        )
        item = await self._rows.items.find(request.user_id, request.item_id)
        return pb.DecideDuplicateResponse(item=encode_item(item))

    async def DismissItem(
        self, request: pb.DismissItemRequest, context: grpc.ServicerContext
    ) -> pb.DismissItemResponse:
        """Forget a file that came to nothing."""
        await self._rows.decisions.dismiss(request.user_id, request.item_id)
        return pb.DismissItemResponse()

    async def HastenItem(
        self, request: pb.HastenItemRequest, context: grpc.ServicerContext
    ) -> pb.HastenItemResponse:
        """Let a file pass all others."""
        await self._queue.offer(await self._rows.decisions.hasten(request.item_id))
        return pb.HastenItemResponse()

    async def RerunStep(
        self, request: pb.RerunStepRequest, context: grpc.ServicerContext
    ) -> pb.RerunStepResponse:
        """Have steps done again."""
        await self._queue.offer(await self._rows.decisions.rerun(request.item_id, request.step))
        item = await self._rows.items.find("", request.item_id)
        return pb.RerunStepResponse(item=encode_item(item))

    async def RefreshOutdated(
        self, request: pb.RefreshOutdatedRequest, context: grpc.ServicerContext
    ) -> pb.RefreshOutdatedResponse:
        """Have outdated steps done again."""
        count, queued = await self._rows.decisions.refresh_outdated(REFRESHED_AT_ONCE)
        await self._queue.offer(queued)
        return pb.RefreshOutdatedResponse(queued_count=count)

    async def StartScrub(
        self, request: pb.StartScrubRequest, context: grpc.ServicerContext
    ) -> pb.StartScrubResponse:
        """Begin a pass, also where one is under way."""
        walk = await self._rows.scrub.begin(removes_orphans=request.remove_orphans)
        return pb.StartScrubResponse(scrub=encode_scrub(walk))

    async def GetScrub(
        self, request: pb.GetScrubRequest, context: grpc.ServicerContext
    ) -> pb.GetScrubResponse:
        """Tell how far the pass is, and what is damaged."""
        walk, damages = await self._rows.scrub.look(), await self._rows.scrub.damages()
        return pb.GetScrubResponse(scrub=encode_scrub(walk), damages=map(encode_damage, damages))

    async def GetStatus(
        self, request: pb.GetStatusRequest, context: grpc.ServicerContext
    ) -> pb.GetStatusResponse:
        """Count."""
        return encode_tally(await self._rows.items.tally(request.user_id))


def _id(field: str, given: str) -> str:
    if not 1 <= len(given) <= LONGEST_ID:
        raise InvalidInput(f"{field} must have from 1 to {LONGEST_ID} characters")
    return given
