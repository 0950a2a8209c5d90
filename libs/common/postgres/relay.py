"""The relay: takes announcements from the outbox to the bus. Every replica runs one."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from prometheus_client import Gauge

from libs.common.events import Bus, Event
from libs.common.faults import Unavailable
from libs.common.outages import outages_logged

logger = logging.getLogger(__name__)

OUTBOX_EVENTS = Gauge("outbox_events", "Announcements not sent yet, or without their result")
BATCH = 100
POLL_S = 1.0
"""How late a row that falls due by itself may be noticed; new rows wake the relay at once."""
RESEND_AFTER_S = 30.0
RESEND_AT_MOST_S = 600.0
"""A row without a result is sent again after the first, then twice as long, up to the second."""
AUDIT_EVERY_S = 5.0
SUSPECTS = 1000
"""How many of the newest events are looked for one by one after NATS was gone."""
KEEP_NEWS_H = 24

Sent: TypeAlias = tuple[int, str, int]
"""Position in the outbox, message id, position in the stream."""


class Relay:
    """Publishes what is due, in the order it was announced as far as one replica can."""

    def __init__(self, pool: asyncpg.Pool, schema: str, bus: Bus) -> None:
        self._pool = pool
        self._channel = f"{schema}.outbox"
        self._bus = bus
        self._next_audit_s = 0.0
        self._newest: int | None = None
        self._reconnects = -1

    async def run(self) -> None:
        """Relay until cancelled, whatever breaks in between."""
        while True:
            with outages_logged("the outbox"):
                async with self._pool.acquire() as connection:
                    await self._relay(connection)
            await asyncio.sleep(POLL_S)

    async def _relay(self, connection: PoolConnectionProxy) -> None:
        """Publish whenever a transaction commits an announcement, while the connection stands."""
        wake = asyncio.Event()

        def ring(*_: object) -> None:
            wake.set()

        await connection.add_listener(self._channel, ring)
        try:
            while not connection.is_closed():
                wake.clear()
                while await self._publish_some():
                    pass
                await self._audit_now_and_then()
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await wake.wait()
        finally:
            if not connection.is_closed():
                await connection.remove_listener(self._channel, ring)

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

    async def _record(self, connection: PoolConnectionProxy, sent: Sequence[Sent]) -> None:
        await connection.executemany(
            """
            UPDATE outbox SET sends = sends + 1, sent_at = now(), sent_as = $2,
                stream_position = $3,
                due_at = CASE WHEN awaits_result
                    THEN now() + make_interval(secs => least($4 * 2.0 ^ least(sends, 20), $5)) END
            WHERE position = $1
            """,
            [(*row, RESEND_AFTER_S, RESEND_AT_MOST_S) for row in sent],
        )

    async def _audit_now_and_then(self) -> None:
        if time.monotonic() < self._next_audit_s:
            return
        await self._count()
        if await self._lost_some():
            logger.warning("the stream lost events, sending them again")
            await self._send_all_again()
        # Not before: in a restored copy all news is old, and some of it nobody may have heard.
        await self._forget_old_news()
        self._next_audit_s = time.monotonic() + AUDIT_EVERY_S

    async def _lost_some(self) -> bool:
        """Whether the stream no longer has what it acknowledged.

        A stream loses its end, if anything, so it is enough to look for what
        was the newest at the last audit: what came since may have been stored
        after the loss. What was stored since, but before NATS fell over, is
        looked for one by one when it is back.
        """
        reconnects = self._bus.reconnects
        suspects = SUSPECTS if reconnects != self._reconnects else 1
        rows = await self._pool.fetch(
            """
            (SELECT position, stream_position, sent_as FROM outbox
             WHERE stream_position IS NOT NULL ORDER BY sent_at DESC, position DESC LIMIT $1)
            UNION ALL
            SELECT position, stream_position, sent_as FROM outbox
            WHERE stream_position IS NOT NULL AND position = $2
            """,
            suspects,
            self._newest,
        )
        for row in rows:
            if not await self._bus.holds(row["stream_position"], row["sent_as"]):
                return True
        self._newest = rows[0]["position"] if rows else None
        self._reconnects = reconnects
        return False

    async def _send_all_again(self) -> None:
        """Not only what is surely lost: listeners may have skipped what came right after it."""
        await self._pool.execute(
            """
            UPDATE outbox SET due_at = now(), stream_position = NULL
            WHERE stream_position IS NOT NULL
            """
        )

    async def _count(self) -> None:
        waiting = await self._pool.fetchval("SELECT count(*) FROM outbox WHERE due_at IS NOT NULL")
        OUTBOX_EVENTS.set(waiting)

    async def _forget_old_news(self) -> None:
        await self._pool.execute(
            """
            DELETE FROM outbox
            WHERE due_at IS NULL AND sent_at < now() - make_interval(hours => $1)
            """,
            KEEP_NEWS_H,
        )
