"""Play queues and bookmarks in PostgreSQL: what follows a listener from device to device."""

from collections.abc import Sequence

import asyncpg

from libs.common.postgres import Pool, transaction
from services.catalog.adapters.accounts import find_user
from services.catalog.adapters.marks import check_seen
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.listening import (
    MOST_BOOKMARKS,
    Bookmark,
    BookmarkPlan,
    EntityKind,
    Queue,
    QueueChanged,
    TooManyBookmarks,
)
from services.catalog.domain.music import Track


class Queues:
    """Keeps one queue for each listener."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, viewer_id: str) -> tuple[Queue, Sequence[Track]]:
        """The queue as it was saved, and those of its tracks that can still be seen."""
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow("SELECT * FROM queues WHERE user_id = $1", viewer_id)
            queue = _queue(row) if row else Queue()
            return queue, await tracks_by_id(connection, viewer_id, queue.track_ids)

    async def save(self, viewer_id: str, queue: Queue) -> Queue:
        """Replace the queue, if it still is the version this one builds on; 0 is any."""
        async with transaction(self._pool) as connection:
            await find_user(connection, viewer_id)
            row = await connection.fetchrow(
                """
                INSERT INTO queues AS queue
                    (user_id, track_ids, current_index, position_ms, changed_by, version)
                SELECT $1, $2, $3, $4, $5, 1
                WHERE $6 = 0 OR EXISTS (SELECT FROM queues WHERE user_id = $1)
                ON CONFLICT (user_id) DO UPDATE SET
                    track_ids = excluded.track_ids, current_index = excluded.current_index,
                    position_ms = excluded.position_ms, changed_by = excluded.changed_by,
                    changed_at = clock_timestamp(), version = queue.version + 1
                WHERE $6 IN (0, queue.version)
                RETURNING queue.*
                """,
                viewer_id, queue.track_ids, queue.current_index, queue.position_ms,
                queue.changed_by, queue.version,
            )  # fmt: skip
        if row is None:
            raise QueueChanged("the queue was saved by another device meanwhile; read it again")
        return _queue(row)


class Bookmarks:
    """Keeps places in tracks."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_user(self, viewer_id: str) -> Sequence[Bookmark]:
        """All bookmarks in tracks the viewer still sees, last changed first."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                """
                SELECT track_id, position_ms, comment, changed_at FROM bookmarks
                WHERE user_id = $1 ORDER BY changed_at DESC, track_id
                """,
                viewer_id,
            )
            ids = [row["track_id"] for row in rows]
            tracks = {t.id: t for t in await tracks_by_id(connection, viewer_id, ids)}
        return [
            Bookmark(
                tracks[row["track_id"]], row["position_ms"], row["comment"], row["changed_at"]
            )
            for row in rows if row["track_id"] in tracks
        ]  # fmt: skip

    async def set(self, viewer_id: str, plan: BookmarkPlan) -> None:
        """Remember a place, instead of the one remembered before."""
        async with transaction(self._pool) as connection:
            await check_seen(connection, viewer_id, EntityKind.TRACK, plan.track_id)
            kept = await connection.fetchval(
                """
                INSERT INTO bookmarks (user_id, track_id, position_ms, comment)
                SELECT $1, $2, $3, $4
                WHERE (SELECT count(*) FROM bookmarks WHERE user_id = $1 AND track_id <> $2) < $5
                ON CONFLICT (user_id, track_id) DO UPDATE SET
                    position_ms = excluded.position_ms, comment = excluded.comment,
                    changed_at = clock_timestamp()
                RETURNING true
                """,
                viewer_id, plan.track_id, plan.position_ms, plan.comment, MOST_BOOKMARKS,
            )  # fmt: skip
        if not kept:
            raise TooManyBookmarks(f"one user has at most {MOST_BOOKMARKS} bookmarks; remove some")

    async def remove(self, viewer_id: str, track_id: str) -> None:
        """Forget a place; one that is not remembered is forgotten already."""
        await self._pool.execute(
            "DELETE FROM bookmarks WHERE user_id = $1 AND track_id = $2", viewer_id, track_id
        )


def _queue(row: asyncpg.Record) -> Queue:
    return Queue(
        track_ids=row["track_ids"],
        current_index=row["current_index"],
        position_ms=row["position_ms"],
        changed_by=row["changed_by"],
        changed_at=row["changed_at"],
        version=row["version"],
    )
