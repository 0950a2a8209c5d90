"""The relay: takes announcements from the outbox to the bus. Every replica runs one."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import asyncpg

from libs.common.events import Bus, Event
from libs.common.faults import Unavailable
from libs.common.outages import fault_in

logger = logging.getLogger(__name__)

BATCH = 100
POLL_S = 1.0
"""How late a row that falls due by itself may be noticed; new rows wake the relay at once."""
RESEND_AFTER_S = 30.0
RESEND_AT_MOST_S = 600.0
"""A row without a result is sent again after the first, then twice as long, up to the second."""
AUDIT_EVERY_S = 5.0
KEEP_NEWS_H = 24

Sent: TypeAlias = tuple[int, str, int]
"""Position in the outbox, message id, position in the stream."""


class Relay:
    """Publishes what is due, in the order it was announced as far as one replica can."""

    def __init__(
        self, pool: asyncpg.Pool, schema: str, bus: Bus, resend_after_s: float = RESEND_AFTER_S
    ) -> None:
        self._pool = pool
        self._channel = f"{schema}.outbox"
        self._bus = bus
        self._resend_after_s = resend_after_s
        self._audited_s = 0.0

    async def run(self) -> None:
        """Relay until cancelled, whatever breaks in between."""
        while True:
            try:
                async with self._woken() as wake:
                    await self._drain(wake)
            except Exception as error:
                if fault_in(error) is None:
                    logger.exception("outbox is not draining")
                else:
                    logger.warning("outbox waits for a server", extra={"reason": repr(error)})
            await asyncio.sleep(POLL_S)

    @asynccontextmanager
    async def _woken(self) -> AsyncGenerator[asyncio.Event]:
        """An event set whenever a transaction commits an announcement."""
        wake = asyncio.Event()

        def ring(*_: object) -> None:
            wake.set()

        async with self._pool.acquire() as connection:
            await connection.add_listener(self._channel, ring)
            try:
                yield wake
            finally:
                if not connection.is_closed():
                    await connection.remove_listener(self._channel, ring)

    async def _drain(self, wake: asyncio.Event) -> None:
        while True:
            wake.clear()
            while await self._publish_some():
                pass
            if time.monotonic() - self._audited_s > AUDIT_EVERY_S:
                await self._audit()
                self._audited_s = time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), POLL_S)

    async def _publish_some(self) -> int:
        """Publish the oldest due events no other replica holds, and say how many.

        A crash may repeat some under the same message id, which the stream
        drops; a later sending has an id of its own, which the stream keeps.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                """
                SELECT position, id, subject, payload, traceparent, sends FROM outbox
                WHERE due_at <= now() ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED
                """,
                BATCH,
            )
            sent, failure = await self._publish(rows)
            await self._record(connection, sent)
        if failure is not None:
            raise failure
        return len(rows)

    async def _publish(
        self, rows: Sequence[asyncpg.Record]
    ) -> tuple[Sequence[Sent], Unavailable | None]:
        """Publish in order up to the first that fails, so that what went out is not forgotten."""
        sent: list[Sent] = []
        for row in rows:
            sent_as = f"{row['id']}#{row['sends'] + 1}"
            event = Event(sent_as, row["subject"], row["payload"], row["traceparent"])
            try:
                sent.append((row["position"], sent_as, await self._bus.publish(event)))
            except Unavailable as failure:
                return sent, failure
        return sent, None

    async def _record(
        self, connection: asyncpg.pool.PoolConnectionProxy, sent: Sequence[Sent]
    ) -> None:
        await connection.executemany(
            """
            UPDATE outbox SET sends = sends + 1, sent_at = now(), sent_as = $2,
                stream_position = $3,
                due_at = CASE WHEN awaits_result
                    THEN now() + make_interval(secs => least($4 * 2.0 ^ least(sends, 20), $5)) END
            WHERE position = $1
            """,
            [(*row, self._resend_after_s, RESEND_AT_MOST_S) for row in sent],
        )

    async def _audit(self) -> None:
        """Send everything again that the stream acknowledged, if it no longer has the last of it.

        Not only what is surely lost: in a stream that lost its end and grew
        again, listeners may have skipped what came right after.
        """
        await self._pool.execute(
            """
            DELETE FROM outbox
            WHERE due_at IS NULL AND sent_at < now() - make_interval(hours => $1)
            """,
            KEEP_NEWS_H,
        )
        last = await self._pool.fetchrow(
            """
            SELECT stream_position, sent_as FROM outbox
            WHERE stream_position IS NOT NULL ORDER BY stream_position DESC LIMIT 1
            """
        )
        if last and not await self._bus.holds(last["stream_position"], last["sent_as"]):
            logger.warning("the stream lost events, sending them again")
            await self._pool.execute(
                """
                UPDATE outbox SET due_at = now(), stream_position = NULL
                WHERE stream_position IS NOT NULL
                """
            )
