"""The whole catalog on an empty database, for each test that asks for it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg
import grpc
import pytest
from pydantic import SecretBytes

from libs.common.postgres import connect
from services.catalog.__main__ import catalog
from services.catalog.settings import CatalogSettings
from services.catalog.tests.recordings import Ingest
from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceStub

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from libs.common.events import JetStreamBus
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub

SECRET = b"a secret of the tests, long enough for them"


@dataclass(frozen=True, slots=True)
class Running:
    """A running catalog: how to call it, its bus, and a look behind its back."""

    channel: grpc.aio.Channel
    bus: JetStreamBus
    database: asyncpg.Pool
    database_url: str


@pytest.fixture
async def running(
    database_url: Callable[[str], Awaitable[str]], bus: JetStreamBus
) -> AsyncIterator[Running]:
    async with open_catalog(await database_url("catalog"), bus) as running:
        yield running


@asynccontextmanager
async def open_catalog(
    database_url: str, bus: JetStreamBus, **changes: object
) -> AsyncGenerator[Running]:
    """Run a catalog with these settings."""
    given = {
        "rpc_port": 0,
        "drain_s": 0,
        "database_url": database_url,
        "password_memory_kib": 64,
        "password_passes": 1,
        "secret": SecretBytes(SECRET),
    }
    settings = CatalogSettings.model_validate(given | changes)
    async with (
        catalog(settings, bus) as address,
        grpc.aio.insecure_channel(address) as channel,
        connect(settings.database_url, "catalog", most=2) as database,
    ):
        yield Running(channel, bus, database, settings.database_url)
        await bus.stop_listening(grace_s=1)


@pytest.fixture
async def ingest(running: Running) -> Ingest:
    ingest = Ingest(running)
    await ingest.listen()
    return ingest


@pytest.fixture
def music(running: Running) -> CatalogServiceAsyncStub:
    return CatalogServiceStub(running.channel)
