"""A catalog and an ingest in processes of their own, for a gateway to stand before."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
import grpc
import nats
from nats.js import errors
from redis.asyncio import Redis

from scripts.servers import Servers, create_service_database
from services.gateway.settings import GatewaySettings
from services.gateway.tests.people import OPERATOR, PASSWORD
from tutti.catalog.v1 import accounts_pb2
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from pathlib import Path

SECRET = b"a secret of the tests, long enough for them"
STARTS_S = 60


@dataclass(frozen=True, slots=True)
class House:
    """The servers and services the gateway stands before."""

    servers: Servers
    catalog: str
    ingest: str
    bucket: str
    ingest_environment: Mapping[str, str]
    """What its ingest was told, for a worker to be told the same."""

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


@asynccontextmanager
async def open_house(servers: Servers) -> AsyncGenerator[House]:
    """Start a catalog and an ingest with nothing in them but an operator."""
    urls = await _emptied(servers)
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
    cheap = {
        "PASSWORD_MEMORY_KIB": "64",
        "PASSWORD_PASSES": "1",
        "SECRET": SECRET.decode(),
        "LISTENBRAINZ_URL": "http://127.0.0.1:9",  # nobody is there
    }
    small = {"PART_SIZE_BYTES": "1000", "QUEUE_NAME": bucket, "SWEEP_S": "0.3"}
    told = {**common, **small, "DATABASE_URL": urls["ingest"]}
    async with (
        open_service("catalog", {**common, **cheap, "DATABASE_URL": urls["catalog"]}) as catalog,
        open_service("ingest", told) as ingest,
    ):
        async with grpc.aio.insecure_channel(catalog) as channel:
            await AccountsServiceStub(channel).CreateUser(
                accounts_pb2.CreateUserRequest(name=OPERATOR, password=PASSWORD)
            )
        yield House(servers, catalog, ingest, bucket, told)


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


@asynccontextmanager
async def open_service(name: str, environment: dict[str, str]) -> AsyncGenerator[str]:
    """Run a service, and yield its address once it can be called."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await _started(f"services.{name}", name, {**environment, "RPC_PORT": str(port)})
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            await asyncio.wait_for(channel.channel_ready(), STARTS_S)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def open_worker(house: House, folder: Path) -> AsyncGenerator[None]:
    """Let a worker of ingest fetch podcasts, also from this machine."""
    more = {"PRIVATE_ADDRESSES": "true", "SCRATCH_FOLDER": str(folder), "WORKERS": "1"}
    told = {**house.ingest_environment, **more}
    process = await _started("services.ingest.worker", "ingest", told)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def _started(
    module: str, service: str, environment: Mapping[str, str]
) -> asyncio.subprocess.Process:
    given = {f"{service}_{key}".upper(): value for key, value in environment.items()}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env={**os.environ, **given}
    )
