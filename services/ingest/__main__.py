"""Ingest, assembled. Run it with ``python -m services.ingest``."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import grpc

from libs.common.events import Bus
from libs.common.objects import ObjectStore, open_objects
from libs.common.postgres import Pool, open_pool
from libs.common.rpc import Need, serve
from libs.common.sandbox import open_sandbox
from libs.common.service import run
from libs.common.starting import settings_of
from libs.common.tasks import end
from services.ingest.adapters.news import open_news
from services.ingest.adapters.postgres_catalog import PostgresCatalogNews
from services.ingest.adapters.postgres_decisions import PostgresDecisions
from services.ingest.adapters.postgres_errand_sweep import PostgresErrandSweep
from services.ingest.adapters.postgres_items import PostgresItems
from services.ingest.adapters.postgres_orphans import PostgresOrphans
from services.ingest.adapters.postgres_podcasts import PostgresPodcasts
from services.ingest.adapters.postgres_scans import PostgresScans
from services.ingest.adapters.postgres_scrub import PostgresScrub
from services.ingest.adapters.postgres_survey import PostgresSurvey
from services.ingest.adapters.postgres_sweep import PostgresSweep
from services.ingest.adapters.postgres_uploads import PostgresUploads
from services.ingest.adapters.queue import StepQueue, celery_app
from services.ingest.adapters.rows import Rows
from services.ingest.errands import ErrandSweep
from services.ingest.listeners import listen
from services.ingest.rpc.ingest import IngestRpc
from services.ingest.rpc.podcasts import PodcastsRpc
from services.ingest.scrubbing.mending import Mender
from services.ingest.scrubbing.orphans import OrphanSearch
from services.ingest.scrubbing.reading import Reader
from services.ingest.scrubbing.scrubber import Scrubber
from services.ingest.settings import IngestSettings
from services.ingest.survey import Survey
from services.ingest.sweep import Sweep
from tutti.ingest.v1.ingest_pb2_grpc import add_IngestServiceServicer_to_server
from tutti.ingest.v1.podcasts_pb2_grpc import add_PodcastsServiceServicer_to_server

MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMA = "ingest"
SERVICES = ["tutti.ingest.v1.IngestService", "tutti.ingest.v1.PodcastsService"]


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
        decisions, scrub = PostgresDecisions(pool), PostgresScrub(pool)
        rows = Rows(uploads, PostgresItems(pool), PostgresScans(pool), decisions, scrub)
        reader = Reader(objects, settings.scrub_bytes_per_s)
        mender = Mender(scrub, decisions, queue, objects, reader)
        orphans = OrphanSearch(PostgresOrphans(pool), objects, reader, settings.orphan_after_h)
        scrubber = Scrubber(scrub, mender, orphans, settings.scrub_every_h)
        survey = Survey(PostgresSurvey(pool), open_sandbox(), settings.music_folders)
        errands = ErrandSweep(
            PostgresErrandSweep(pool), queue, objects, settings.sweep_s, settings.podcast_fetches
        )
        await listen(bus, PostgresCatalogNews(pool))

        def register(server: grpc.aio.Server) -> None:
            servicer = IngestRpc(settings, rows, queue, news, survey)
            add_IngestServiceServicer_to_server(servicer, server)
            add_PodcastsServiceServicer_to_server(PodcastsRpc(PostgresPodcasts(pool)), server)

        needs = _needs(pool, bus, queue, objects)
        async with serve(settings, register, SERVICES, needs) as address:
            works = (sweep, scrubber, survey, errands)
            tasks = [asyncio.create_task(work.run()) for work in works]
            try:
                yield address
            finally:
                news.end()  # or streams to watchers would be waited for until the drain is over
                await asyncio.gather(*map(end, tasks))


def _needs(pool: Pool, bus: Bus, queue: StepQueue, objects: ObjectStore) -> dict[str, Need]:
    return {
        "postgres": Need(partial(pool.fetchval, "SELECT 1"), vital=True),
        "nats": Need(bus.ping),
        "redis": Need(partial(asyncio.to_thread, queue.depth)),
        "s3": Need(objects.ping),
    }


if __name__ == "__main__":
    run(ingest, settings_of(IngestSettings))
