"""Server-Sent Events: what a service behind streams, as lines a browser follows."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator

from fastapi.responses import StreamingResponse

from libs.common.faults import Fault
from services.gateway.domain.principals import Principal
from services.gateway.http.parts import Parts
from services.gateway.wire.imports import Batch, Item
from tutti.ingest.v1 import ingest_pb2 as pb

logger = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
RECONNECT_MS = 2000


def server_sent_events(
    news: AsyncIterator[pb.WatchItemsResponse], viewer: Principal, parts: Parts
) -> StreamingResponse:
    """Send news as they come, until the client leaves, the session ends or we shut down."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _lines(news, viewer, parts), headers=headers, media_type="text/event-stream"
    )


async def _lines(
    news: AsyncIterator[pb.WatchItemsResponse], viewer: Principal, parts: Parts
) -> AsyncGenerator[str]:
    number = 0
    closing = asyncio.create_task(parts.closing.wait())
    coming = asyncio.ensure_future(anext(news, None))
    yield f"retry: {RECONNECT_MS}\n: connected\n\n"
    try:
        while not closing.done():
            await asyncio.wait(
                {coming, closing}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED
            )
            if coming.done():
                told = coming.result()
                if told is None:
                    return
                number += 1
                yield _event(told, number)
                coming = asyncio.ensure_future(anext(news, None))
            elif viewer.session_id:
                await parts.identities.of_session(viewer.session_id, viewer.proof)
                yield ": still here\n\n"
            else:
                yield ": still here\n\n"
    except Fault as fault:
        logger.info("event stream ended", extra={"reason": str(fault)})
    finally:
        closing.cancel()
        coming.cancel()
        await asyncio.wait({closing, coming})


def _event(told: pb.WatchItemsResponse, number: int) -> str:
    if told.HasField("item"):
        item = Item.model_validate(told.item)
        return f"event: item\nid: {number}\ndata: {item.model_dump_json()}\n\n"
    batch = Batch.model_validate(told.batch)
    return f"event: batch\nid: {number}\ndata: {batch.model_dump_json()}\n\n"
