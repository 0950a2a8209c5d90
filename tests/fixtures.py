"""Real servers for tests: started once a session, emptied for each test that uses them."""

import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from urllib.parse import urlsplit

import asyncpg
import nats
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from libs.common.cache import Cache, open_cache
from libs.common.events import JetStreamBus, open_bus
from libs.common.objects import ObjectStore, open_objects
from libs.common.settings import ObjectStoreSettings
from scripts.servers import Servers, create_service_database, running_servers


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Servers]:
    """PostgreSQL, NATS, Redis and an object store, for this test session alone."""
    async with running_servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture
def database_url(servers: Servers) -> Callable[[str], Awaitable[str]]:
    """Give a service an empty schema, and return the URL by which its role reaches it."""

    async def emptied(service: str) -> str:
        url = await create_service_database(servers, service)
        database = urlsplit(servers.postgres_url)._replace(path=urlsplit(url).path).geturl()
        connection = await asyncpg.connect(database, server_settings={"lock_timeout": "5s"})
        try:
            await connection.execute(f"DROP SCHEMA {service} CASCADE")
            await connection.execute(f"CREATE SCHEMA {service} AUTHORIZATION {service}")
        finally:
            await connection.close()
        return url

    return emptied


@pytest.fixture
async def nats_url(servers: Servers) -> str:
    """A NATS without streams."""
    connection = await nats.connect(servers.nats_url)
    jetstream = connection.jetstream()
    try:
        for stream in await jetstream.streams_info():
            # NATS removes files late: a stream made anew at once may find what was not purged.
            await jetstream.purge_stream(stream.config.name or "")
            await jetstream.delete_stream(stream.config.name or "")
    finally:
        await connection.close()
    return servers.nats_url


@pytest.fixture
async def bus(nats_url: str) -> AsyncGenerator[JetStreamBus]:
    """A bus that carried nothing yet."""
    async with open_bus(nats_url) as bus:
        yield bus


@pytest.fixture
def object_settings(servers: Servers) -> ObjectStoreSettings:
    """Where objects are, in a bucket of this test's own."""
    return ObjectStoreSettings(
        s3_endpoint=servers.s3_endpoint,
        s3_access_key=servers.s3_access_key,
        s3_secret_key=servers.s3_secret_key,
        s3_bucket=f"test-{uuid.uuid4().hex[:12]}",
    )


@pytest.fixture
async def objects(object_settings: ObjectStoreSettings) -> AsyncGenerator[ObjectStore]:
    """An empty object store."""
    async with open_objects(object_settings) as objects:
        yield objects


@pytest.fixture
async def redis_url(servers: Servers) -> str:
    """An empty Redis."""
    async with Redis.from_url(servers.redis_url) as redis:
        await redis.flushdb()
    return servers.redis_url


@pytest.fixture
async def cache(redis_url: str) -> AsyncGenerator[Cache]:
    """An empty cache."""
    async with open_cache(redis_url) as cache:
        yield cache
