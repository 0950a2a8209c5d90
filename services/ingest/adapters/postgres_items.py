"""Items, batches and steps for those who ask."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from libs.common.postgres import Pool
from services.ingest.domain.items import Batch, Item, ItemState, StepReport, Tally, UnknownItem
from services.ingest.domain.pipeline import PIPELINE, Step, StepState

ITEM = """
    id, position, user_id, library_id, batch_id, file_name, size_bytes, state, progress,
    current_step, reason_code, reason, notes, track_id, content_sha256, title, artist,
    duplicate_similarity, created_at, changed_at
"""
_BATCH = """
    SELECT b.id, b.position, b.created_at,
        count(*) FILTER (WHERE i.state <> 'dismissed') AS item_count,
        count(*) FILTER (WHERE i.state = 'published') AS published_count,
        count(*) FILTER (WHERE i.state = 'duplicate') AS duplicate_count,
        count(*) FILTER (WHERE i.state = 'quarantined') AS quarantined_count,
        count(*) FILTER (WHERE i.state = 'undecided') AS undecided_count,
        coalesce(avg(CASE WHEN i.state IN ('waiting', 'processing') THEN i.progress ELSE 1 END), 0)
            AS progress
    FROM batches b LEFT JOIN items i ON i.user_id = b.user_id AND i.batch_id = b.id
"""
_ORDER = list(PIPELINE)


class PostgresItems:
    """Reads; nothing here changes a row. An empty ``user_id`` means everyone's."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, user_id: str, item_id: str) -> Item:
        """One item, or UnknownItem."""
        row = await self._pool.fetchrow(
            f"SELECT {ITEM} FROM items WHERE id = $1 AND $2 IN ('', user_id)",
            uuid_or_none(item_id), user_id,
        )  # fmt: skip
        if row is None:
            raise UnknownItem("there is no such file among yours")
        return item_of(row)

    async def steps(self, item_id: str) -> Sequence[StepReport]:
        """The steps of an item, in their order."""
        rows = await self._pool.fetch(
            """
            SELECT name, state, attempts, engine, engine_version, duration_ms, error
            FROM steps WHERE item_id = $1
            """,
            item_id,
        )
        steps = (_step(row) for row in rows)
        return sorted(steps, key=lambda step: _ORDER.index(step.name))

    async def page(
        self, user_id: str, batch_id: str, states: Sequence[ItemState], before: int, most: int
    ) -> Sequence[Item]:
        """Items before a position, the last first."""
        rows = await self._pool.fetch(
            f"""
            SELECT {ITEM} FROM items
            WHERE ($1 = '' OR user_id = $1) AND ($2 = '' OR batch_id = $2)
                AND (cardinality($3::text[]) = 0 OR state = ANY($3)) AND position < $4
            ORDER BY position DESC LIMIT $5
            """,
            user_id, batch_id, list(states), before, most,
        )  # fmt: skip
        return [item_of(row) for row in rows]

    async def these(self, item_ids: Sequence[str]) -> Sequence[Item]:
        """Items by id, in the order they came in."""
        rows = await self._pool.fetch(
            f"SELECT {ITEM} FROM items WHERE id = ANY($1::uuid[]) ORDER BY position",
            list(item_ids),
        )
        return [item_of(row) for row in rows]

    async def batches(self, user_id: str, before: int, most: int) -> Sequence[Batch]:
        """Batches before a position, the last first."""
        rows = await self._pool.fetch(
            f"""
            {_BATCH} WHERE b.user_id = $1 AND b.position < $2
            GROUP BY b.user_id, b.id ORDER BY b.position DESC LIMIT $3
            """,
            user_id, before, most,
        )  # fmt: skip
        return [_batch(row) for row in rows]

    async def batch(self, user_id: str, batch_id: str) -> Batch | None:
        """One batch as it stands."""
        row = await self._pool.fetchrow(
            f"{_BATCH} WHERE b.user_id = $1 AND b.id = $2 GROUP BY b.user_id, b.id",
            user_id, batch_id,
        )  # fmt: skip
        return _batch(row) if row else None

    async def tally(self, user_id: str) -> Tally:
        """How many items are in which state, and how long the oldest step waits."""
        rows = await self._pool.fetch(
            "SELECT state, count(*) FROM items WHERE $1 IN ('', user_id) GROUP BY state", user_id
        )
        waiting = await self._pool.fetchrow(
            """
            SELECT count(*) AS steps,
                coalesce(extract(epoch FROM now() - min(s.due_at)), 0)::float8 AS oldest_s
            FROM steps s JOIN items i ON i.id = s.item_id
            WHERE s.state = 'queued' AND s.due_at <= now() AND $1 IN ('', i.user_id)
            """,
            user_id,
        )
        return Tally(
            {ItemState(row["state"]): row["count"] for row in rows},
            waiting["steps"] if waiting else 0,
            waiting["oldest_s"] if waiting else 0.0,
        )


def item_of(row: Record) -> Item:
    """Read the columns of ``ITEM``."""
    return Item(
        id=str(row["id"]),
        position=row["position"],
        user_id=row["user_id"],
        library_id=row["library_id"],
        batch_id=row["batch_id"],
        file_name=row["file_name"],
        size_bytes=row["size_bytes"],
        state=ItemState(row["state"]),
        progress=row["progress"],
        current_step=row["current_step"],
        reason_code=row["reason_code"],
        reason=row["reason"],
        notes=row["notes"],
        track_id=row["track_id"],
        content_sha256=row["content_sha256"],
        title=row["title"],
        artist=row["artist"],
        duplicate_similarity=row["duplicate_similarity"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


def uuid_or_none(given: str) -> UUID | None:
    """The id, or None for what can be no id of ours and so names nothing."""
    try:
        return UUID(given)
    except ValueError:
        return None


def _step(row: Record) -> StepReport:
    return StepReport(
        name=Step(row["name"]),
        state=StepState(row["state"]),
        attempts=row["attempts"],
        engine=row["engine"],
        engine_version=row["engine_version"],
        duration_ms=row["duration_ms"],
        error=row["error"],
    )


def _batch(row: Record) -> Batch:
    return Batch(
        id=row["id"],
        position=row["position"],
        item_count=row["item_count"],
        published_count=row["published_count"],
        duplicate_count=row["duplicate_count"],
        quarantined_count=row["quarantined_count"],
        undecided_count=row["undecided_count"],
        progress=row["progress"],
        created_at=row["created_at"],
    )
