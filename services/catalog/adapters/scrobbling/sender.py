"""The sender: takes listens from the queue to the services. Every replica runs one for each.

The row of a connection is held while its listens are under way, so no two
replicas send for one user at once; a process that is killed lets go of it, and
the listens it may have sent are sent again, with the same moments and tracks.
Both services take such a repetition for the listen they have.
"""

import asyncio
import logging
import random
import time
from collections.abc import Mapping, Sequence

import asyncpg
from prometheus_client import Counter

from libs.common.outages import outages_logged
from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.scrobbling import queue
from services.catalog.adapters.sealing import CannotUnseal, Sealing
from services.catalog.domain.scrobbling import (
    ProofRefused,
    Receipt,
    Refused,
    Scrobbling,
    Service,
    TryLater,
    pause_s,
)

logger = logging.getLogger(__name__)

SCROBBLES = Counter("scrobbles", "Listens that services were told", ["service", "outcome"])
POLL_S = 1.0
SEND_S = 20.0
"""Of one request, all in all: the row of the connection is held as long."""
CLEAN_EVERY_S = 3600.0


class Sender:
    """Sends what waits, in order, a batch of one user at a time."""

    def __init__(
        self, pool: Pool, sealing: Sealing, services: Mapping[Service, Scrobbling]
    ) -> None:
        self._pool = pool
        self._sealing = sealing
        self._services = services
        self._chance = random.SystemRandom()
        self._next_cleaning_s = 0.0

    async def run(self, service: Service) -> None:
        """Send to one service until cancelled, whatever breaks in between."""
        while True:
            with outages_logged(f"scrobbling to {service}"):
                while await self._send_some(service):
                    pass
                await self._clean_now_and_then()
            await asyncio.sleep(POLL_S)

    async def _send_some(self, service: Service) -> bool:
        """Send a batch for whoever waits longest, and say whether there was one."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(
                # Not FOR UPDATE: plays that are counted meanwhile refer to this row.
                """
                SELECT id, user_id, sealed, failures, at_once FROM scrobblers AS scrobbler
                WHERE service = $1 AND sealed IS NOT NULL AND NOT broken
                    AND due_at <= clock_timestamp()
                    AND EXISTS (SELECT FROM scrobbles
                        WHERE scrobbler_id = scrobbler.id AND refusal IS NULL)
                ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
                """,
                service,
            )
            if row is not None:
                await self._send(connection, service, row)
        return row is not None

    async def _send(self, connection: Connection, service: Service, row: asyncpg.Record) -> None:
        told = self._services[service]
        ids, listens = await queue.next_listens(
            connection, row["id"], min(row["at_once"], told.most)
        )
        try:
            proof = self._sealing.unseal(row["sealed"], row["id"])
            async with asyncio.timeout(SEND_S):
                receipt = await told.send(proof, listens)
        except (TryLater, TimeoutError) as reason:
            await self._put_off(connection, row, reason)
            SCROBBLES.labels(service, "put_off").inc(len(ids))
        except (ProofRefused, CannotUnseal) as reason:
            await _break(connection, row["id"], str(reason))
        except Refused as reason:
            await self._halve(connection, row["id"], ids, str(reason))
            if len(ids) == 1:
                SCROBBLES.labels(service, "refused").inc()
        else:
            await _note(connection, row["id"], ids, receipt, told.most)
            SCROBBLES.labels(service, "sent").inc(receipt.refusals.count(""))

    async def _put_off(
        self, connection: Connection, row: asyncpg.Record, reason: Exception
    ) -> None:
        asked_s = reason.after_s if isinstance(reason, TryLater) else 0.0
        wait_s = max(asked_s, pause_s(row["failures"], self._chance.random()))
        await connection.execute(
            """
            UPDATE scrobblers SET failures = failures + 1, problem = $2,
                due_at = clock_timestamp() + make_interval(secs => $3)
            WHERE id = $1
            """,
            row["id"], str(reason) or "no answer in time", wait_s,
        )  # fmt: skip
        logger.info("scrobbles put off", extra={"scrobbler_id": row["id"], "wait_s": wait_s})

    async def _halve(
        self, connection: Connection, scrobbler_id: str, ids: Sequence[int], reason: str
    ) -> None:
        """Find the listen that spoils a batch: it alone is refused, and all others are sent."""
        if len(ids) == 1:
            await queue.refused(connection, [(ids[0], reason)])
        await connection.execute(
            """
            UPDATE scrobblers SET at_once = greatest(1, $2), due_at = clock_timestamp()
            WHERE id = $1
            """,
            scrobbler_id, len(ids) // 2,
        )  # fmt: skip

    async def _clean_now_and_then(self) -> None:
        if time.monotonic() < self._next_cleaning_s:
            return
        async with self._pool.acquire() as connection:
            await queue.forget_old(connection)
        self._next_cleaning_s = time.monotonic() + CLEAN_EVERY_S


async def _break(connection: Connection, scrobbler_id: str, problem: str) -> None:
    """Send no more until the user connects again; what waits, waits."""
    await connection.execute(
        "UPDATE scrobblers SET broken = true, problem = $2 WHERE id = $1", scrobbler_id, problem
    )
    logger.info("a scrobbler is broken", extra={"scrobbler_id": scrobbler_id})


async def _note(
    connection: Connection, scrobbler_id: str, ids: Sequence[int], receipt: Receipt, most: int
) -> None:
    outcomes = list(zip(ids, receipt.refusals, strict=True))
    sent = [row_id for row_id, refusal in outcomes if refusal == ""]
    await queue.taken(connection, sent)
    await queue.refused(connection, [(row_id, refusal) for row_id, refusal in outcomes if refusal])
    await connection.execute(
        """
        UPDATE scrobblers SET failures = 0, problem = '', at_once = least(at_once * 2, $2),
            sent_count = sent_count + $3,
            last_sent_at = CASE WHEN $3 > 0 THEN clock_timestamp() ELSE last_sent_at END,
            due_at = clock_timestamp() + make_interval(secs => $4)
        WHERE id = $1
        """,
        scrobbler_id, most, len(sent), receipt.pause_s,
    )  # fmt: skip
