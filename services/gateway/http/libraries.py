"""Bodies of music and who may see them."""

from http import HTTPStatus

from libs.common.faults import FailedPrecondition, NotFound
from services.gateway.http.entrance import Listener, Operator, guarded_router
from services.gateway.http.parts import CatalogPeer, IngestPeer
from services.gateway.wire.browsing import LibraryEdit, LibraryNew
from services.gateway.wire.imports import ScanStarted
from services.gateway.wire.music import Library
from services.gateway.wire.shapes import Id
from services.gateway.wire.shelves import (
    LibraryList,
    LibraryRemoved,
)
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.ingest.v1 import ingest_pb2

routes = guarded_router("libraries")

SCAN_S = 120.0
"""A large folder takes a while to list; its files are read later."""
REMOVAL_S = 60.0


@routes.get("/libraries")
async def list_libraries(viewer: Listener, catalog: CatalogPeer) -> LibraryList:
    """List the libraries one may see."""
    asked = pb.ListLibrariesRequest(viewer_id=viewer.user_id)
    return LibraryList.model_validate(await catalog.ListLibraries(asked))


@routes.post("/libraries", status_code=HTTPStatus.CREATED)
async def create_library(viewer: Listener, catalog: CatalogPeer, asked: LibraryNew) -> Library:
    """Make a library."""
    answer = await catalog.CreateLibrary(asked.request(viewer.user_id))
    return Library.model_validate(answer.library)


@routes.patch("/libraries/{library_id}")
async def edit_library(
    viewer: Listener, catalog: CatalogPeer, library_id: Id, edit: LibraryEdit
) -> Library:
    """Rename a library or change who sees it."""
    answer = await catalog.EditLibrary(edit.request(viewer.user_id, library_id))
    return Library.model_validate(answer.library)


@routes.delete("/libraries/{library_id}")
async def remove_library(viewer: Listener, catalog: CatalogPeer, library_id: Id) -> LibraryRemoved:
    """Remove a library with all its tracks."""
    asked = pb.RemoveLibraryRequest(viewer_id=viewer.user_id, library_id=library_id)
    return LibraryRemoved.model_validate(await catalog.RemoveLibrary(asked, timeout=REMOVAL_S))


@routes.post("/libraries/{library_id}/scan", status_code=HTTPStatus.ACCEPTED)
async def scan_library(
    viewer: Operator, catalog: CatalogPeer, ingest: IngestPeer, library_id: Id
) -> ScanStarted:
    """Look through the library's folder for new and changed files. Operators only."""
    answer = await catalog.ListLibraries(pb.ListLibrariesRequest(viewer_id=viewer.user_id))
    library = next((each for each in answer.libraries if each.id == library_id), None)
    if library is None:
        raise NotFound(f"there is no library {library_id}")
    if not library.folder:
        raise FailedPrecondition("this library has no folder: make one with a folder")
    scan = ingest_pb2.ScanFolderRequest(
        user_id=viewer.user_id, library_id=library_id, folder=library.folder
    )
    return ScanStarted.model_validate(await ingest.ScanFolder(scan, timeout=SCAN_S))
