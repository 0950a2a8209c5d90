"""Deeds: what was answered under a key, kept by the transaction that did what it says."""

from collections.abc import Awaitable, Callable

from libs.common.postgres.transactions import Connection, Pool, joined, transaction

DEEDS = """
CREATE TABLE IF NOT EXISTS deeds (
    key text PRIMARY KEY,
    answer bytea NOT NULL,
    done_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS deeds_done ON deeds (done_at);
"""
KEEP_H = 24
FORGOTTEN_AT_ONCE = 10
"""Old deeds that a new one takes with it: so there are never many, and it costs nothing."""


async def once(pool: Pool, key: str, act: Callable[[], Awaitable[bytes]]) -> bytes:
    """Act, or answer what was answered under this key within a day.

    What the act writes in transactions of this pool commits together with its
    answer, or not at all; so an act whose answer was lost is not done again. A
    second try waits for the first one to end. What fails may be tried again.

    Parameters
    ----------
    act
        Reads what it wrote within the transaction that wrote it: to others it is
        not there yet.
    """
    async with transaction(pool) as connection:
        if not await _claimed(connection, key):
            answered: bytes = await connection.fetchval(
                "SELECT answer FROM deeds WHERE key = $1", key
            )
            return answered
        with joined(pool, connection):
            answer = await act()
        await connection.execute("UPDATE deeds SET answer = $2 WHERE key = $1", key, answer)
        return answer


async def _claimed(connection: Connection, key: str) -> bool:
    await connection.execute(
        """
        DELETE FROM deeds WHERE key IN (
            SELECT key FROM deeds WHERE done_at < now() - make_interval(hours => $1)
            LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        """,
        KEEP_H, FORGOTTEN_AT_ONCE,
    )  # fmt: skip
    claimed: bool | None = await connection.fetchval(
        """
        INSERT INTO deeds (key, answer) VALUES ($1, '') ON CONFLICT (key) DO NOTHING
        RETURNING true
        """,
        key,
    )
    return bool(claimed)
