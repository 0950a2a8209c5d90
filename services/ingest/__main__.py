"""Ingest, assembled. Run it with ``python -m services.ingest``."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from libs.common.events import Bus
from libs.common.objects import open_objects
from libs.common.postgres import open_pool
from libs.common.rpc import serve
from libs.common.service import run
from services.ingest.adapters.news import open_news
from services.ingest.adapters.postgres_catalog import PostgresCatalogNews
from services.ingest.adapters.postgres_decisions import PostgresDecisions
from services.ingest.adapters.postgres_items import PostgresItems
from services.ingest.adapters.postgres_scans import PostgresScans
from services.ingest.adapters.postgres_sweep import PostgresSweep
from services.ingest.adapters.postgres_uploads import PostgresUploads
from services.ingest.adapters.queue import StepQueue, celery_app
from services.ingest.adapters.rows import Rows
from services.ingest.listeners import listen
from services.ingest.rpc import IngestRpc
from services.ingest.settings import IngestSettings
from services.ingest.sweep import Sweep
from tutti.ingest.v1.ingest_pb2_grpc import add_IngestServiceServicer_to_server

MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMA = "ingest"
SERVICE = "tutti.ingest.v1.IngestService"


@asynccontextmanager
async def ingest(settings: IngestSettings, bus: Bus) -> AsyncGenerator[str]:
    """Open every part in order, serve, and close them in reverse. Yields the address to call."""
    async with (
        open_objects(settings) as objects,
        open_pool(settings.database_url, SCHEMA, MIGRATIONS, bus) as pool,
        open_news(pool, SCHEMA) as news,
    ):
        queue = StepQueue(celery_app(settings.redis_url, settings.queue_name))
        keep = timedelta(hours=settings.keep_upload_h)
        uploads = PostgresUploads(pool, settings.part_size_bytes, keep)
        sweep = Sweep(PostgresSweep(pool), uploads, queue, objects, settings.sweep_s)
        rows = Rows(uploads, PostgresItems(pool), PostgresScans(pool), PostgresDecisions(pool))
        servicer = IngestRpc(settings, rows, queue, news)
        await listen(bus, PostgresCatalogNews(pool))
        register = partial(add_IngestServiceServicer_to_server, servicer)
        async with serve(settings, register, [SERVICE]) as address:
            sweeping = asyncio.create_task(sweep.run(), name="sweep")
            try:
                yield address
            finally:
                news.end()  # or streams to watchers would be waited for until the drain is over
                sweeping.cancel()
                await asyncio.wait([sweeping])


if __name__ == "__main__":
    run(ingest, IngestSettings())
