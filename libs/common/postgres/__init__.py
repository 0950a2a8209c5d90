"""PostgreSQL: a pool, its migrations, and the outbox that ties events to transactions."""

from libs.common.postgres.deeds import once
from libs.common.postgres.outbox import announce, close_announcement
from libs.common.postgres.pool import connect, open_pool
from libs.common.postgres.transactions import Connection, Pool, transaction

__all__ = [
    "Connection",
    "Pool",
    "announce",
    "close_announcement",
    "connect",
    "once",
    "open_pool",
    "transaction",
]
