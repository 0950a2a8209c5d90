"""The whole of ingest for tests: the service in this process, its worker in another."""

import socket
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import nats
import pytest
import pytest_asyncio
from nats.js import errors

from libs.common.events import open_bus
from libs.common.objects import open_objects
from libs.common.rpc import open_channel
from scripts.servers import Servers, create_service_database
from scripts.servers.databases import DATABASE, in_database
from services.ingest.__main__ import ingest
from services.ingest.settings import IngestSettings
from services.ingest.tests.house import Catalog, House, Worker
from tutti.ingest.v1.ingest_pb2_grpc import IngestServiceStub
from tutti.ingest.v1.podcasts_pb2_grpc import PodcastsServiceStub


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quiet_house(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[House]:
    """A house where nobody works: what is brought waits."""
    async with _open_house(servers, tmp_path_factory.mktemp("ingest")) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[House]:
    """A house for all tests of a module: each uses a library of its own."""
    async with _open_house(servers, tmp_path_factory.mktemp("ingest")) as house:
        house.worker.start()
        yield house
        if house.worker.running:
            await house.worker.stop()


@asynccontextmanager
async def _open_house(servers: Servers, folder: Path) -> AsyncGenerator[House]:
    settings = IngestSettings(
        rpc_port=0,
        metrics_port=_free_port(),
        drain_s=1,
        sweep_s=0.3,
        database_url=await _empty_database(servers),
        nats_url=await _empty_nats(servers),
        redis_url=servers.redis_url,
        queue_name=f"ingest-{uuid.uuid4().hex[:8]}",
        s3_endpoint=servers.s3_endpoint,
        s3_access_key=servers.s3_access_key,
        s3_secret_key=servers.s3_secret_key,
        s3_bucket=f"ingest-{uuid.uuid4().hex[:8]}",
        part_size_bytes=256 * 1024,
        music_folders=(folder / "music",),
        scratch_folder=folder / "scratch",
        scrub_bytes_per_s=2**30,
        orphan_after_h=0,
        private_addresses=True,
        largest_episode_bytes=2**20,
        podcast_fetches=2,
        workers=2,
    )
    (folder / "music").mkdir()
    async with (
        open_bus(settings.nats_url) as bus,
        open_bus(settings.nats_url) as other_bus,
        open_objects(settings) as objects,
        ingest(settings, bus) as address,
        open_channel(address) as channel,
    ):
        catalog = Catalog(other_bus)
        await catalog.open()
        worker = Worker(settings, folder / "worker.log")
        stubs = IngestServiceStub(channel), PodcastsServiceStub(channel)
        yield House(settings, *stubs, objects, catalog, worker)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def _empty_database(servers: Servers) -> str:
    url = await create_service_database(servers, "ingest")
    connection = await asyncpg.connect(in_database(servers.postgres_url, DATABASE))
    try:
        await connection.execute("DROP SCHEMA ingest CASCADE")
        await connection.execute("CREATE SCHEMA ingest AUTHORIZATION ingest")
    finally:
        await connection.close()
    return url


async def _empty_nats(servers: Servers) -> str:
    connection = await nats.connect(servers.nats_url)
    try:
        for stream in ("tutti", "dead"):
            try:
                await connection.jetstream().delete_stream(stream)
            except errors.NotFoundError:
                continue
    finally:
        await connection.close()
    return servers.nats_url
