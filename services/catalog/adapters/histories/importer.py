"""The importer: reads histories in the background. Every replica runs one.

An import is held by a lock of the session, which ends with the process however
that ends, and goes on where the last batch was committed.
"""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

import asyncpg

from libs.common.outages import outages_logged
from libs.common.postgres import Connection, Pool
from services.catalog.adapters.histories.sources import Batch, Paged, filed, pulled, waiting
from services.catalog.adapters.histories.taking import take
from services.catalog.adapters.scrobbling.scrobblers import Scrobblers
from services.catalog.adapters.sealing import CannotUnseal
from services.catalog.domain.histories.listens import BadExport, Source, State
from services.catalog.domain.scrobbling import (
    NAMES,
    ProofRefused,
    Refused,
    Service,
    TryLater,
    pause_s,
)

logger = logging.getLogger(__name__)

POLL_S = 1.0
CANDIDATES = 10
MOST_TRIES = 5
"""Without reading anything: then it is the import that ends those who try."""
CLEAN_EVERY_S = 3600.0


class _Removed(Exception):
    """Its user does not want the import any more."""


class Importer:
    """Imports what waits, one import after the other."""

    def __init__(
        self, pool: Pool, scrobblers: Scrobblers, services: Mapping[Service, Paged]
    ) -> None:
        self._pool = pool
        self._scrobblers = scrobblers
        self._services = services
        self._chance = random.SystemRandom()
        self._next_cleaning_s = 0.0

    async def run(self) -> None:
        """Import until cancelled, whatever breaks in between."""
        while True:
            with outages_logged("importing histories"):
                while await self._import_one():
                    pass
                await self._clean_now_and_then()
            await asyncio.sleep(POLL_S)

    async def _import_one(self) -> bool:
        """Import the one that waits longest and that nobody else holds."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                """
                SELECT id FROM history_imports
                WHERE state IN ('waiting', 'running') AND due_at <= clock_timestamp()
                ORDER BY due_at LIMIT $1
                """,
                CANDIDATES,
            )
            for row in rows:
                if await connection.fetchval(
                    "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", row["id"]
                ):
                    try:
                        await self._try(connection, row["id"])
                    finally:
                        if not connection.is_closed():
                            await connection.execute("SELECT pg_advisory_unlock_all()")
                    return True
        return False

    async def _try(self, connection: Connection, import_id: str) -> None:
        row = await _claim(connection, import_id)
        if row is None:
            return  # another replica finished it, or its user removed it
        if row["tries"] > MOST_TRIES:
            await _end(connection, import_id, "it could not be read")
            return
        try:
            await self._import(connection, row)
            await _end(connection, import_id, "")
        except TryLater as later:
            await self._put_off(connection, row, later)
        except (BadExport, Refused, ProofRefused, CannotUnseal) as reason:
            await _end(connection, import_id, str(reason))
        except _Removed:
            logger.info("an import was removed", extra={"import_id": import_id})

    async def _import(self, connection: Connection, row: asyncpg.Record) -> None:
        async with aclosing(await self._batches(connection, row)) as batches:
            async for batch in batches:
                async with connection.transaction():
                    counts = await take(connection, row["user_id"], batch.listens)
                    going_on = await connection.fetchval(
                        """
                        UPDATE history_imports SET place = $2, source = $3, tries = 0,
                            failures = 0, problem = '', due_at = clock_timestamp(),
                            read_count = read_count + $4, added_count = added_count + $5,
                            known_count = known_count + $6,
                            unmatched_count = unmatched_count + $7,
                            left_out_count = left_out_count + $8
                        WHERE id = $1 RETURNING true
                        """,
                        row["id"], batch.next_place, batch.source, counts.read, counts.added,
                        counts.known, counts.unmatched, counts.left_out,
                    )  # fmt: skip
                    if not going_on:
                        raise _Removed

    async def _batches(self, connection: Connection, row: asyncpg.Record) -> AsyncGenerator[Batch]:
        source, place = Source(row["source"]), row["place"]
        if source is Source.UNMATCHED:
            return waiting(connection, row["user_id"], place)
        if source not in (Source.LISTENBRAINZ, Source.LASTFM):
            return filed(connection, row["id"], place)
        service = Service(source.value)
        if service not in self._services:
            raise Refused(f"this server has no key for {NAMES[service]}")
        name, proof = await self._scrobblers.account(row["user_id"], service)
        own = name.casefold() == row["name"].casefold()
        paged = self._services[service]
        return pulled(paged, source, row["name"], proof if own else "", place)

    async def _put_off(self, connection: Connection, row: asyncpg.Record, later: TryLater) -> None:
        wait_s = max(later.after_s, pause_s(row["failures"], self._chance.random()))
        await connection.execute(
            """
            UPDATE history_imports SET tries = 0, failures = failures + 1, problem = $2,
                due_at = clock_timestamp() + make_interval(secs => $3)
            WHERE id = $1
            """,
            row["id"], str(later), wait_s,
        )  # fmt: skip

    async def _clean_now_and_then(self) -> None:
        """Forget files that never arrived whole."""
        if time.monotonic() < self._next_cleaning_s:
            return
        await self._pool.execute(
            """
            DELETE FROM history_imports
            WHERE state = 'arriving' AND created_at < now() - interval '1 day'
            """
        )
        self._next_cleaning_s = time.monotonic() + CLEAN_EVERY_S


async def _claim(connection: Connection, import_id: str) -> asyncpg.Record | None:
    """Count the try before it begins, for it may be the import that kills who reads it."""
    row: asyncpg.Record | None = await connection.fetchrow(
        """
        UPDATE history_imports SET state = 'running', tries = tries + 1,
            due_at = clock_timestamp() + make_interval(secs => 2.0 ^ tries)
        WHERE id = $1 AND state IN ('waiting', 'running')
        RETURNING id, user_id, source, name, place, tries, failures
        """,
        import_id,
    )
    return row


async def _end(connection: Connection, import_id: str, problem: str) -> None:
    state = State.FAILED if problem else State.DONE
    async with connection.transaction():
        await connection.execute(
            """
            UPDATE history_imports SET state = $2, problem = $3, ended_at = clock_timestamp()
            WHERE id = $1
            """,
            import_id, state, problem,
        )  # fmt: skip
        await connection.execute("DELETE FROM history_parts WHERE import_id = $1", import_id)
