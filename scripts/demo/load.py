"""``python -m scripts.demo.load`` makes the demo library and gives it to a running fleet.

It speaks to the services as they speak to each other, since on a first start
there is nobody yet who could sign in. Every step may be repeated: the catalog
has one demo library, and an upload is known by the name of its piece.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic_settings import SettingsConfigDict

from libs.common.objects import ObjectStore, open_objects
from libs.common.rpc import open_channel
from libs.common.settings import ObjectStoreSettings
from scripts.demo.files import library
from tutti.catalog.v1 import catalog_pb2
from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceStub
from tutti.ingest.v1 import ingest_pb2
from tutti.ingest.v1.ingest_pb2_grpc import IngestServiceStub

if TYPE_CHECKING:
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub
    from tutti.ingest.v1.ingest_pb2_grpc import IngestServiceAsyncStub

SERVER = "system"
"""The user that stands for the server itself, and who may do what an operator may."""


class DemoSettings(ObjectStoreSettings):
    """Where the fleet is, and where the pieces are written first."""

    model_config = SettingsConfigDict(env_prefix="DEMO_")

    catalog_address: str = "127.0.0.1:50051"
    ingest_address: str = "127.0.0.1:50052"
    folder: Path = Path("var/demo")


async def load(settings: DemoSettings) -> None:
    """Write the pieces, and upload each before the next is made."""
    pieces = library(settings.folder)
    async with (
        open_channel(settings.catalog_address) as catalog,
        open_channel(settings.ingest_address) as ingest,
        open_objects(settings) as objects,
    ):
        library_id = await _demo_library(CatalogServiceStub(catalog))
        while piece := await asyncio.to_thread(next, pieces, None):
            await _upload(IngestServiceStub(ingest), objects, library_id, piece)


async def _demo_library(catalog: CatalogServiceAsyncStub) -> str:
    request = catalog_pb2.CreateLibraryRequest(
        viewer_id=SERVER, name="Demo music", shared_with_all=True, demo=True
    )
    return (await catalog.CreateLibrary(request)).library.id


async def _upload(
    ingest: IngestServiceAsyncStub, objects: ObjectStore, library_id: str, piece: Path
) -> None:
    content = await asyncio.to_thread(piece.read_bytes)
    request = ingest_pb2.CreateUploadRequest(
        user_id=SERVER,
        library_id=library_id,
        batch_id="demo",
        file_name=piece.name,
        size_bytes=len(content),
        idempotency_key=f"demo/{piece.name}",
    )
    upload = (await ingest.CreateUpload(request)).upload
    size = upload.part_size_bytes
    for number in range(1, upload.part_count + 1):
        part = content[(number - 1) * size : number * size]
        key = f"staging/{upload.id}/{number:06d}"
        await objects.put_bytes(key, part, "application/octet-stream")
        await ingest.RecordPart(
            ingest_pb2.RecordPartRequest(
                user_id=SERVER, upload_id=upload.id, part_number=number, size_bytes=len(part)
            )
        )
    await ingest.BeginIngest(ingest_pb2.BeginIngestRequest(user_id=SERVER, upload_id=upload.id))


if __name__ == "__main__":
    asyncio.run(load(DemoSettings()))
