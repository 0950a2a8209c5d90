"""The outbox: announcements written in the transaction that makes them true.

A row that awaits a result stays, and is sent again and again, until
``close_announcement``: a broker that loses what it acknowledged loses nothing
of ours. A row that awaits none (news) stays for a day after it was sent, and is
sent again if the broker turns out to have lost it.
"""

from asyncpg.pool import PoolConnectionProxy

from libs.common.events import Event

OUTBOX = """
CREATE TABLE IF NOT EXISTS outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    subject text NOT NULL,
    payload bytea NOT NULL,
    traceparent text NOT NULL,
    awaits_result boolean NOT NULL,
    sends integer NOT NULL DEFAULT 0,
    due_at timestamptz DEFAULT now(),   -- when to send it, or send it again; null is never
    sent_at timestamptz,
    sent_as text,                       -- the message id the stream acknowledged last
    stream_position bigint              -- and where it stored it
);
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (due_at, position) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_sent ON outbox (sent_at) WHERE stream_position IS NOT NULL;
"""


async def announce(
    connection: PoolConnectionProxy, event: Event, *, awaits_result: bool = False
) -> None:
    """Publish the event if, and only if, the transaction open on this connection commits.

    An event announced again under the same id is sent again, as it is now.
    """
    await connection.execute(
        """
        INSERT INTO outbox (id, subject, payload, traceparent, awaits_result)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET
            payload = excluded.payload, traceparent = excluded.traceparent,
            awaits_result = excluded.awaits_result, due_at = now()
        """,
        event.id, event.subject, event.payload, event.traceparent, awaits_result,
    )  # fmt: skip
    await connection.execute("SELECT pg_notify(current_schema() || '.outbox', '')")


async def close_announcement(connection: PoolConnectionProxy, event_id: str) -> None:
    """Send the event no more: its result is known, and commits with this transaction."""
    await connection.execute("DELETE FROM outbox WHERE id = $1", event_id)
