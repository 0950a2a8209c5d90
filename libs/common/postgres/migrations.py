"""Migrations: numbered SQL files, applied once each, in order, by one replica at a time."""

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from libs.common.faults import CannotStart
from libs.common.postgres.deeds import DEEDS
from libs.common.postgres.outbox import OUTBOX

logger = logging.getLogger(__name__)

LEDGER = """
CREATE TABLE IF NOT EXISTS migrations (
    name text PRIMARY KEY,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


async def migrate(pool: asyncpg.Pool, schema: str, folder: Path) -> None:
    """Apply what is missing, all of it or nothing. Other replicas wait, then find it done."""
    scripts = _read(folder)
    async with pool.acquire() as connection, connection.transaction():
        # A migration may rewrite a table, and a replica waits for another that does.
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"migrate {schema}")
        await _make_schema(connection, schema)
        await connection.execute(LEDGER)
        await connection.execute(OUTBOX)
        await connection.execute(DEEDS)
        await _apply(connection, scripts)


def _read(folder: Path) -> Mapping[str, str]:
    return {script.name: script.read_text() for script in sorted(folder.glob("*.sql"))}


async def _make_schema(connection: PoolConnectionProxy, schema: str) -> None:
    # IF NOT EXISTS would need the right to create one even where it exists.
    if not await connection.fetchval("SELECT true FROM pg_namespace WHERE nspname = $1", schema):
        await connection.execute(f'CREATE SCHEMA "{schema}"')


async def _apply(connection: PoolConnectionProxy, scripts: Mapping[str, str]) -> None:
    rows = await connection.fetch("SELECT name, digest FROM migrations")
    applied = {row["name"]: row["digest"] for row in rows}
    for name, script in scripts.items():
        digest = hashlib.sha256(script.encode()).hexdigest()
        if name not in applied:
            await connection.execute(script, timeout=None)
            await connection.execute(
                "INSERT INTO migrations (name, digest) VALUES ($1, $2)", name, digest
            )
            logger.info("migrated", extra={"migration": name})
        elif applied[name] != digest:
            reason = f"migration {name} was edited after this database applied it; add a new one"
            raise CannotStart(reason, "database_url")
