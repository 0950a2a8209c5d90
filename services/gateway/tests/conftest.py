"""The gateway in this process, before a catalog and an ingest in their own."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import uuid
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
import grpc
import httpx
import nats
import pytest
from nats.js import errors
from redis.asyncio import Redis

from libs.common.events import open_bus
from libs.common.objects import open_objects
from scripts.servers import Servers, create_service_database
from services.gateway.__main__ import gateway
from services.gateway.settings import GatewaySettings
from services.gateway.tests.people import OPERATOR, PASSWORD, Person, sign_in, sign_up
from tutti.catalog.v1 import accounts_pb2
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator

    from libs.common.events import JetStreamBus
    from libs.common.objects import ObjectStore

SECRET = b"a secret of the tests, long enough for them"
STARTS_S = 60


@dataclass(frozen=True, slots=True)
class House:
    """The servers and services the gateway stands before."""

    servers: Servers
    catalog: str
    ingest: str
    bucket: str

    def settings(self, **changes: object) -> GatewaySettings:
        given = {
            "secret": SECRET,
            "http_port": 0,
            "drain_s": 0,
            "nats_url": self.servers.nats_url,
            "redis_url": self.servers.redis_url,
            "s3_endpoint": self.servers.s3_endpoint,
            "s3_access_key": self.servers.s3_access_key,
            "s3_secret_key": self.servers.s3_secret_key,
            "s3_bucket": self.bucket,
            "catalog_address": self.catalog,
            "ingest_address": self.ingest,
            "requests_per_minute": 100_000,
            "media_requests_per_minute": 100_000,
            "sign_ins_per_minute": 1_000,
        }
        return GatewaySettings.model_validate(given | changes)


@pytest.fixture(scope="package")
def house(servers: Servers) -> Iterator[House]:
    """A catalog and an ingest with nothing in them but an operator."""
    urls = asyncio.run(_emptied(servers))
    bucket = f"gateway-{uuid.uuid4().hex[:12]}"
    common = {
        "NATS_URL": servers.nats_url,
        "REDIS_URL": servers.redis_url,
        "S3_ENDPOINT": servers.s3_endpoint,
        "S3_ACCESS_KEY": servers.s3_access_key,
        "S3_SECRET_KEY": servers.s3_secret_key,
        "S3_BUCKET": bucket,
        "LOG_LEVEL": "WARNING",
        "DRAIN_S": "0",
    }
    cheap = {"PASSWORD_MEMORY_KIB": "64", "PASSWORD_PASSES": "1"}
    small = {"PART_SIZE_BYTES": "1000", "QUEUE_NAME": bucket}
    with (
        _service("catalog", {**common, **cheap, "DATABASE_URL": urls["catalog"]}) as catalog,
        _service("ingest", {**common, **small, "DATABASE_URL": urls["ingest"]}) as ingest,
    ):
        with grpc.insecure_channel(catalog) as channel:
            AccountsServiceStub(channel).CreateUser(
                accounts_pb2.CreateUserRequest(name=OPERATOR, password=PASSWORD)
            )
        yield House(servers, catalog, ingest, bucket)


async def _emptied(servers: Servers) -> dict[str, str]:
    connection = await nats.connect(servers.nats_url)
    for stream in ("tutti", "dead"):
        try:
            await connection.jetstream().delete_stream(stream)
        except errors.NotFoundError:
            continue
    await connection.close()
    async with Redis.from_url(servers.redis_url) as redis:
        await redis.flushdb()
    return {service: await _schema(servers, service) for service in ("catalog", "ingest")}


async def _schema(servers: Servers, service: str) -> str:
    url = await create_service_database(servers, service)
    database = urlsplit(servers.postgres_url)._replace(path=urlsplit(url).path).geturl()
    connection = await asyncpg.connect(database)
    await connection.execute(f"DROP SCHEMA {service} CASCADE")
    await connection.execute(f"CREATE SCHEMA {service} AUTHORIZATION {service}")
    await connection.close()
    return url


@contextmanager
def _service(name: str, environment: dict[str, str]) -> Generator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = {f"{name}_{key}".upper(): value for key, value in environment.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", f"services.{name}"],
        env={**os.environ, **given, f"{name}_RPC_PORT".upper(): str(port)},
    )
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            grpc.channel_ready_future(channel).result(STARTS_S)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@dataclass(frozen=True, slots=True)
class Site:
    """A running gateway and a client without any proof of who it is."""

    house: House
    settings: GatewaySettings
    bus: JetStreamBus
    client: httpx.AsyncClient
    objects: ObjectStore

    @property
    def address(self) -> str:
        return str(self.client.base_url)


@asynccontextmanager
async def open_site(house: House, **changes: object) -> AsyncGenerator[Site]:
    """Run a gateway with these settings."""
    settings = house.settings(**changes)
    async with (
        open_bus(settings.nats_url) as bus,
        open_objects(settings) as objects,
        gateway(settings, bus) as address,
        httpx.AsyncClient(base_url=address) as client,
    ):
        yield Site(house, settings, bus, client, objects)


@pytest.fixture
async def site(house: House) -> AsyncIterator[Site]:
    async with open_site(house) as site:
        yield site


@pytest.fixture
async def ada(site: Site) -> AsyncIterator[Person]:
    async with sign_up(site.client) as person:
        yield person


@pytest.fixture
async def bob(site: Site) -> AsyncIterator[Person]:
    async with sign_up(site.client) as person:
        yield person


@pytest.fixture
async def operator(site: Site) -> AsyncIterator[Person]:
    async with sign_in(site.client, OPERATOR) as person:
        yield person
