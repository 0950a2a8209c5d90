"""Bringing what one heard elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from libs.common.faults import Fault, InvalidInput
from services.gateway.adapters.peers import HistoriesStub
from services.gateway.adapters.windows import Window
from services.gateway.domain.principals import Policy, Principal
from services.gateway.http.document import RAW_BODY
from services.gateway.http.entrance import Guard, Listener, guarded_router
from services.gateway.http.parts import HistoriesPeer
from services.gateway.http.problems import too_large, too_slow
from services.gateway.wire.histories import (
    HistoryImport,
    HistoryImportList,
    HistoryPull,
    UnmatchedPage,
)
from services.gateway.wire.shapes import Id, Line, Paging
from tutti.catalog.v1 import histories_pb2 as pb

routes = guarded_router("histories")

PART_BYTES = 2**20
LARGEST_FILE_BYTES = 64 * PART_BYTES
FILE_S = 600.0
"""How long a file may take to arrive: 64 MiB at 1 Mbit/s."""

# A file that is sent again adds nothing that is there; nobody keeps its answer.
Sender = Annotated[Principal, Depends(Guard(Policy.USER, Window.MEDIA, replays=False))]


@routes.get("/me/history-imports")
async def list_history_imports(viewer: Listener, histories: HistoriesPeer) -> HistoryImportList:
    """List one's imports of what one heard elsewhere, last first."""
    asked = pb.ListHistoryImportsRequest(user_id=viewer.user_id)
    return HistoryImportList.model_validate(await histories.ListHistoryImports(asked))


@routes.post("/me/history-imports", status_code=HTTPStatus.ACCEPTED)
async def pull_history(
    viewer: Listener, histories: HistoriesPeer, asked: HistoryPull
) -> HistoryImport:
    """Import all that ListenBrainz or Last.fm know. What is here already is not added again."""
    return HistoryImport.begun(await histories.PullHistory(asked.request(viewer.user_id)))


@routes.post("/me/history-imports/file", status_code=HTTPStatus.ACCEPTED, openapi_extra=RAW_BODY)
async def send_history_file(
    viewer: Sender,
    histories: HistoriesPeer,
    request: Request,
    file_name: Annotated[Line, Query()] = "",
) -> HistoryImport:
    """Import a file of Spotify's or Apple Music's data export, or a zip with some, up to 64 MiB."""
    declared, user_id = request.headers.get("content-length", ""), viewer.user_id
    if declared.isdecimal() and int(declared) > LARGEST_FILE_BYTES:
        raise _too_large(declared)
    begun = HistoryImport.begun(
        await histories.CreateHistoryFile(
            pb.CreateHistoryFileRequest(user_id=user_id, file_name=file_name)
        )
    )
    try:
        part_count = await _sent(request, histories, user_id, begun.id)
        return HistoryImport.begun(
            await histories.StartHistoryFile(
                pb.StartHistoryFileRequest(
                    user_id=user_id, import_id=begun.id, part_count=part_count
                )
            )
        )
    except BaseException:
        await asyncio.shield(_forgotten(histories, user_id, begun.id))
        raise


@routes.get("/me/history-imports/{import_id}")
async def get_history_import(
    viewer: Listener, histories: HistoriesPeer, import_id: Id
) -> HistoryImport:
    """Say how far an import is."""
    asked = pb.GetHistoryImportRequest(user_id=viewer.user_id, import_id=import_id)
    return HistoryImport.begun(await histories.GetHistoryImport(asked))


@routes.delete("/me/history-imports/{import_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_history_import(viewer: Listener, histories: HistoriesPeer, import_id: Id) -> None:
    """End an import, if it still runs, and forget it. What it brought stays."""
    await histories.RemoveHistoryImport(
        pb.RemoveHistoryImportRequest(user_id=viewer.user_id, import_id=import_id)
    )


@routes.get("/me/unmatched-listens")
async def list_unmatched_listens(
    viewer: Listener, histories: HistoriesPeer, page: Annotated[Paging, Query()]
) -> UnmatchedPage:
    """List what one heard elsewhere and does not have here, most heard first."""
    asked = pb.ListUnmatchedListensRequest(
        user_id=viewer.user_id, page_size=page.limit, page_token=page.cursor
    )
    return UnmatchedPage.model_validate(await histories.ListUnmatchedListens(asked))


@routes.post("/me/unmatched-listens/match", status_code=HTTPStatus.ACCEPTED)
async def match_again(viewer: Listener, histories: HistoriesPeer) -> HistoryImport:
    """Look again for the tracks of listens that had none, now that there may be more music."""
    asked = pb.MatchAgainRequest(user_id=viewer.user_id)
    return HistoryImport.begun(await histories.MatchAgain(asked))


async def _sent(request: Request, histories: HistoriesStub, user_id: str, import_id: str) -> int:
    """Pass a body on as it comes, and say in how many parts."""
    part_count = 0
    try:
        async with asyncio.timeout(FILE_S):
            async for part in _parts(request):
                part_count += 1
                await histories.AddHistoryPart(
                    pb.AddHistoryPartRequest(
                        user_id=user_id, import_id=import_id, number=part_count, content=part
                    )
                )
    except TimeoutError:
        raise too_slow(f"a file must arrive within {FILE_S:g} s") from None
    except ClientDisconnect:
        raise InvalidInput("the connection ended before the file did") from None
    if not part_count:
        raise InvalidInput("send the file as the body of the request")
    return part_count


async def _parts(request: Request) -> AsyncIterator[bytes]:
    declared = request.headers.get("content-length", "")
    waiting, size_bytes = bytearray(), 0
    async for chunk in request.stream():
        size_bytes += len(chunk)
        if size_bytes > LARGEST_FILE_BYTES:
            raise _too_large(declared)
        waiting += chunk
        while len(waiting) >= PART_BYTES:
            yield bytes(waiting[:PART_BYTES])
            del waiting[:PART_BYTES]
    if waiting:
        yield bytes(waiting)


def _too_large(declared: str) -> HTTPException:
    return too_large(f"a file may have {LARGEST_FILE_BYTES} bytes at most", declared)


async def _forgotten(histories: HistoriesStub, user_id: str, import_id: str) -> None:
    try:
        await histories.RemoveHistoryImport(
            pb.RemoveHistoryImportRequest(user_id=user_id, import_id=import_id)
        )
    except Fault:
        return  # the catalog forgets it within a day
