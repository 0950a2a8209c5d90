"""A catalog with much music and twenty listeners, as a process of its own beside its servers."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
import psutil
from asyncpg import connect as connect_as

from libs.common.postgres import connect
from scripts.servers import create_service_database, running_servers
from scripts.servers.databases import DATABASE, in_database
from services.catalog.benchmarks.habits import listen_for_years
from services.catalog.benchmarks.shelf import fill
from tests.benchmarks.metering import family, spent_s
from tutti.catalog.v1 import accounts_pb2, catalog_pb2
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub
from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceStub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    import asyncpg

    from scripts.servers import Servers
    from services.catalog.benchmarks.shelf import Shelf

LISTENERS = 20
PASSWORD = "a slow train of thought"  # noqa: S105  of a server that lives for minutes
READY_S = 30.0


@dataclass(frozen=True, slots=True)
class House:
    """Music in four libraries. The viewer sees three: ten tracks of eleven."""

    servers: Servers
    database_url: str
    postgres: psutil.Process
    postgres_log: Path
    shelf: Shelf
    viewer_id: str


@dataclass(frozen=True, slots=True)
class Serving:
    """The catalog of a house, and what it and its database cost."""

    channel: grpc.aio.Channel
    catalog: psutil.Process
    postgres: psutil.Process

    def spent_s(self) -> tuple[float, float]:
        """Processor seconds so far: of the catalog, and of PostgreSQL with all that it started."""
        return spent_s(family(self.catalog)), spent_s(family(self.postgres))


@asynccontextmanager
async def furnished(
    folder: Path, track_count: int, listeners: int = LISTENERS
) -> AsyncIterator[House]:
    """Run servers with a filled database; nothing serves it yet."""
    async with running_servers(folder) as servers:
        url = await create_service_database(servers, "catalog")
        process_id = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        postgres = psutil.Process(process_id)
        async with _catalog(servers, url) as (channel, _), connect(url, "catalog", 1) as database:
            user_ids, library_ids = await _people(channel, listeners)
            shelf = await _filled(database, user_ids, library_ids, track_count)
        log = folder / "postgres.log"
        yield House(servers, url, postgres, log, shelf, user_ids[1])


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[Serving]:
    """Run the catalog of a house."""
    async with _catalog(house.servers, house.database_url) as (channel, catalog):
        yield Serving(channel, catalog, house.postgres)


@asynccontextmanager
async def administrator(servers: Servers) -> AsyncIterator[asyncpg.Connection]:
    """Connect as who may change what PostgreSQL does for the catalog."""
    connection = await connect_as(in_database(servers.postgres_url, DATABASE))
    try:
        yield connection
    finally:
        await connection.close()


async def _people(channel: grpc.aio.Channel, count: int) -> tuple[list[str], list[str]]:
    """Sign listeners up, the operator first; answers their ids, and libraries to fill."""
    accounts, music = AccountsServiceStub(channel), CatalogServiceStub(channel)
    users = [
        (
            await accounts.CreateUser(
                accounts_pb2.CreateUserRequest(name=f"listener{n}", password=PASSWORD)
            )
        ).user
        for n in range(count)
    ]
    operator, viewer, friend, stranger = users[:4]
    everyone = await music.CreateLibrary(
        catalog_pb2.CreateLibraryRequest(
            viewer_id=operator.id, name="Everyone's", shared_with_all=True
        )
    )
    lent = catalog_pb2.StringList(values=[viewer.id])
    await music.EditLibrary(
        catalog_pb2.EditLibraryRequest(
            viewer_id=friend.id, library_id=friend.own_library_id, member_ids=lent
        )
    )
    own, lent_id = viewer.own_library_id, friend.own_library_id
    libraries = [own, everyone.library.id, lent_id, stranger.own_library_id]
    return [user.id for user in users], libraries


async def _filled(
    database: asyncpg.Pool, user_ids: list[str], library_ids: list[str], track_count: int
) -> Shelf:
    async with database.acquire() as connection:
        shelf = await fill(connection, library_ids, track_count)
        await listen_for_years(connection, user_ids, track_count)
    return shelf


@asynccontextmanager
async def _catalog(
    servers: Servers, database_url: str
) -> AsyncIterator[tuple[grpc.aio.Channel, psutil.Process]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own: Mapping[str, str] = {
        "CATALOG_RPC_PORT": str(port),
        "CATALOG_DATABASE_URL": database_url,
        "CATALOG_SECRET": servers.secret_of("catalog"),
        "CATALOG_NATS_URL": servers.nats_url,
        "CATALOG_LOG_LEVEL": "WARNING",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.catalog", env={**os.environ, **own}
    )
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            await asyncio.wait_for(channel.channel_ready(), READY_S)
            yield channel, psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.wait()
