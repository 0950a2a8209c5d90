"""All rows of Tutti, out of PostgreSQL and back, each time in one piece."""

from __future__ import annotations

import asyncio
import os
import subprocess
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import asyncpg

from scripts.backup.vault import Unusable
from scripts.servers.binaries import postgres_folder
from scripts.servers.databases import DATABASE, in_database
from scripts.servers.settings import Binaries

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from pathlib import Path

HOLD = "hashtext('tutti.backup')"
"""While somebody holds this lock, shared, no service removes objects."""
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the rows say at the moment of the dump."""

    schemas: list[str]
    digests: Mapping[str, str]
    """What every object must be that was stored for good, by its key."""


@asynccontextmanager
async def holding(url: str) -> AsyncGenerator[asyncpg.Connection]:
    """Have every object stay while the context is open; it fails where that is not sure."""
    connection = await _connected(url)
    try:
        await connection.execute(f"SELECT pg_advisory_lock_shared({HOLD})", timeout=PATIENCE_S)
        yield connection
        await connection.execute("SELECT 1")
    except (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, OSError) as lost:
        reason = f"PostgreSQL went away ({lost}); give the command again, and it goes on"
        raise Unusable(reason) from None
    finally:
        await connection.close()


async def dump(url: str, draft: Path) -> Snapshot:
    """Write all rows of all schemas as they are at one moment."""
    connection = await _connected(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            wish = ("--format=custom", f"--snapshot={snapshot}", f"--file={draft}")
            await asyncio.to_thread(_run, "pg_dump", url, *wish)
            return Snapshot(await _schemas(connection), await digests(connection))
    finally:
        await connection.close()


async def digests(connection: asyncpg.Connection) -> dict[str, str]:
    """What every stored object must be, as the rows say now."""
    rows = await connection.fetch("SELECT key, sha256 FROM ingest.objects")
    return {row["key"]: row["sha256"] for row in rows}


async def load(url: str, file: Path) -> None:
    """Write all rows of a dump, or none."""
    wish = ("--clean", "--if-exists", "--no-comments", "--single-transaction", "--exit-on-error")
    await asyncio.to_thread(_run, "pg_restore", url, *wish, str(file))


async def has_rows(url: str, schemas: list[str]) -> bool:
    """Whether there are tables already, in a database that may not even be there."""
    try:
        connection = await _connected(url)
    except asyncpg.InvalidCatalogNameError:
        return False
    try:
        return bool(
            await connection.fetchval(
                "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = ANY($1))", schemas
            )
        )
    finally:
        await connection.close()


async def _connected(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(in_database(url, DATABASE), timeout=10)
    except asyncpg.InvalidCatalogNameError:
        raise
    except (OSError, TimeoutError, asyncpg.PostgresError) as failure:
        raise Unusable(f"PostgreSQL does not answer: is Tutti running? ({failure})") from None


async def _schemas(connection: asyncpg.Connection) -> list[str]:
    """The schemas of services: each belongs to a role of its own name."""
    rows = await connection.fetch(
        """
        SELECT nspname FROM pg_namespace JOIN pg_roles ON pg_roles.oid = nspowner
        WHERE nspname = rolname ORDER BY nspname
        """
    )
    return [row["nspname"] for row in rows]


def _run(program: str, url: str, *wish: str) -> None:
    place = urlsplit(in_database(url, DATABASE))
    password = {"PGPASSWORD": unquote(place.password)} if place.password else {}
    host = place.netloc.rpartition("@")[2]
    user = f"{place.username}@" if place.username else ""
    address = place._replace(netloc=f"{user}{host}").geturl()
    done = subprocess.run(  # noqa: S603 - found by binaries.py
        [str(postgres_folder(Binaries()) / program), f"--dbname={address}", *wish],
        env={**os.environ, **password},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode:
        raise Unusable(f"{program} failed:\n{done.stderr.strip()}")
