"""Files on their way into a library."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from fastapi.responses import StreamingResponse

from services.gateway.http.document import EVENTS
from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import AllParts, IngestPeer
from services.gateway.http.watching import server_sent_events
from services.gateway.wire.imports import (
    BatchPage,
    BatchQuery,
    DecisionMade,
    Filter,
    ImportStatus,
    Item,
    ItemDetail,
    ItemPage,
    ItemQuery,
)
from services.gateway.wire.shapes import Id, numbered
from tutti.ingest.v1 import ingest_pb2 as pb

routes = guarded_router("imports")

WATCH_S = 30 * 60.0
"""How long one stream of events lives; clients connect again and miss nothing."""


@routes.get("/imports/items")
async def list_items(
    viewer: Listener, ingest: IngestPeer, query: Annotated[ItemQuery, Query()]
) -> ItemPage:
    """List one's files on their way or arrived, last first."""
    return ItemPage.model_validate(await ingest.ListItems(query.request(viewer.user_id)))


@routes.get("/imports/items/{item_id}")
async def get_item(viewer: Listener, ingest: IngestPeer, item_id: Id) -> ItemDetail:
    """Read a file with its steps."""
    asked = pb.GetItemRequest(user_id=viewer.user_id, item_id=item_id)
    return ItemDetail.model_validate(await ingest.GetItem(asked))


@routes.delete("/imports/items/{item_id}", status_code=HTTPStatus.NO_CONTENT)
async def dismiss_item(viewer: Listener, ingest: IngestPeer, item_id: Id) -> None:
    """Take a quarantined file out of the list and forget its bytes."""
    await ingest.DismissItem(pb.DismissItemRequest(user_id=viewer.user_id, item_id=item_id))


@routes.post("/imports/items/{item_id}/decision")
async def decide_duplicate(
    viewer: Listener, ingest: IngestPeer, item_id: Id, asked: DecisionMade
) -> Item:
    """Say what shall become of a file that may be a duplicate."""
    request = pb.DecideDuplicateRequest(
        user_id=viewer.user_id,
        item_id=item_id,
        decision=numbered(pb.Decision, "DECISION_", asked.decision),
    )
    return Item.model_validate((await ingest.DecideDuplicate(request)).item)


@routes.get("/imports/batches")
async def list_batches(
    viewer: Listener, ingest: IngestPeer, query: Annotated[BatchQuery, Query()]
) -> BatchPage:
    """List files that came together, last first."""
    asked = pb.ListBatchesRequest(
        user_id=viewer.user_id, page_size=query.limit, page_token=query.cursor
    )
    return BatchPage.model_validate(await ingest.ListBatches(asked))


@routes.get("/imports/status")
async def get_imports_status(viewer: Listener, ingest: IngestPeer) -> ImportStatus:
    """Say how many of one's files are in which state."""
    asked = pb.GetStatusRequest(user_id=viewer.user_id)
    return ImportStatus.model_validate(await ingest.GetStatus(asked))


@routes.get("/imports/events", response_class=StreamingResponse, responses=EVENTS)
async def watch_imports(
    viewer: Listener, parts: AllParts, batch_id: Filter = ""
) -> StreamingResponse:
    """Follow one's files as they go: their present state first, then every change."""
    asked = pb.WatchItemsRequest(user_id=viewer.user_id, batch_id=batch_id)
    news = parts.peers.ingest.WatchItems(asked, timeout=WATCH_S)
    return server_sent_events(aiter(news), viewer, parts)
