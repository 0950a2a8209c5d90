"""Changes of items as they happen: PostgreSQL tells every replica, each tells its watchers."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import asyncpg

from libs.common.postgres import Pool

logger = logging.getLogger(__name__)

MOST_PENDING = 1_000
"""Changed items a slow watcher may be behind before all of its items are told anew."""
CHECK_S = 5.0


@dataclass(frozen=True, slots=True)
class Changes:
    """Which items changed and whose batches they are in; or that all must be looked at."""

    everything: bool
    item_ids: Sequence[str]
    batch_ids: frozenset[str]


class Watcher:
    """One subscriber: which items changed since it last looked, each named once."""

    def __init__(self, user_id: str, batch_id: str) -> None:
        self._user_id = user_id
        self._batch_id = batch_id
        self._changed: dict[str, str] = {}
        self._lost_track = True
        self._over = False
        self._woken = asyncio.Event()
        self._woken.set()

    def hear(self, user_id: str, batch_id: str, item_id: str) -> None:
        """Take note of a change, if it is of one of this watcher's items."""
        if user_id != self._user_id or self._batch_id not in ("", batch_id):
            return
        if len(self._changed) >= MOST_PENDING:
            self.lose_track()
            return
        self._changed[item_id] = batch_id
        self._woken.set()

    def lose_track(self) -> None:
        """Some changes may have gone unheard: everything must be looked at."""
        self._changed.clear()
        self._lost_track = True
        self._woken.set()

    def end(self) -> None:
        """There will be no more news."""
        self._over = True
        self._woken.set()

    async def changes(self) -> AsyncGenerator[Changes]:
        """What changed since the last look, whenever something did."""
        while True:
            await self._woken.wait()
            if self._over:
                return
            self._woken.clear()
            changed, lost = self._changed, self._lost_track
            self._changed, self._lost_track = {}, False
            yield Changes(lost, list(changed), frozenset(changed.values()))


class ItemNews:
    """Hands every change to the watchers of this process."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    @contextmanager
    def watching(self, user_id: str, batch_id: str) -> Generator[Watcher]:
        """Hear of a user's changes while the context is open; it begins with all of them."""
        watcher = Watcher(user_id, batch_id)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def hear(self, payload: str) -> None:
        """Pass one change on."""
        user_id, batch_id, item_id = json.loads(payload)
        for watcher in self._watchers:
            watcher.hear(user_id, batch_id, item_id)

    def end(self) -> None:
        """Let every watcher go."""
        for watcher in self._watchers:
            watcher.end()

    def lose_track(self) -> None:
        """Have every watcher look anew."""
        for watcher in self._watchers:
            watcher.lose_track()


@asynccontextmanager
async def open_news(pool: Pool, schema: str) -> AsyncGenerator[ItemNews]:
    """Listen while the context is open, also across restarts of the database."""
    news = ItemNews()
    listening = asyncio.create_task(_listen(pool, f"{schema}.items", news), name="item news")
    try:
        yield news
    finally:
        listening.cancel()
        await asyncio.wait([listening])


async def _listen(pool: Pool, channel: str, news: ItemNews) -> None:
    def hear(*heard: object) -> None:
        news.hear(str(heard[3]))

    while True:
        # An outage shows as any of these; whichever it is, the next round connects again.
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            async with pool.acquire() as connection:
                await connection.add_listener(channel, hear)
                try:
                    news.lose_track()
                    while True:
                        await asyncio.sleep(CHECK_S)
                        await connection.execute("SELECT 1")
                finally:
                    if not connection.is_closed():
                        await connection.remove_listener(channel, hear)
        logger.warning("lost touch with the database, listening again")
        await asyncio.sleep(1)
