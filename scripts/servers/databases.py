"""The database of Tutti, and in it a schema and a role for each service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg

if TYPE_CHECKING:
    from scripts.servers.servers import Servers

DATABASE = "tutti"
EXTENSIONS = ("pg_trgm", "unaccent")


async def create_service_database(servers: Servers, service: str) -> str:
    """Return the address at which a service finds its own schema, made if it is missing.

    Calling it again changes nothing. No role can read the schema of another.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", service):
        raise ValueError(f"{service!r} must be lower-case letters, digits and _ to name a schema")
    password = servers.secret_of(service)
    await _ensure_database(servers.postgres_url)
    connection = await asyncpg.connect(in_database(servers.postgres_url, DATABASE))
    try:
        async with connection.transaction():
            # Roles are shared by all databases: two that make one at a time collide.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('tutti roles'))")
            await _ensure_schema(connection, service, password)
    finally:
        await connection.close()
    place = urlsplit(servers.postgres_url)
    host = place.netloc.rpartition("@")[2]
    return place._replace(netloc=f"{service}:{password}@{host}", path=f"/{DATABASE}").geturl()


def in_database(url: str, database: str) -> str:
    """Return the same server's address for another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


async def _ensure_database(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            return
        await connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'")
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        return  # somebody else was faster
    finally:
        await connection.close()


async def _ensure_schema(connection: asyncpg.Connection, name: str, password: str) -> None:
    await connection.execute("CREATE SCHEMA IF NOT EXISTS extensions")
    await connection.execute("GRANT USAGE ON SCHEMA extensions TO PUBLIC")
    for extension in EXTENSIONS:
        await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA extensions")
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f"CREATE ROLE {name} LOGIN")
    await connection.execute(f"ALTER ROLE {name} PASSWORD '{password}'")
    await connection.execute(f"ALTER ROLE {name} SET search_path = {name}, extensions")
    await connection.execute(f"GRANT {name} TO CURRENT_USER")
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name} AUTHORIZATION {name}")
