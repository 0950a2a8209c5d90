"""Uploads and their parts, and the items they become."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from asyncpg import Record

from libs.common.postgres import Connection, Pool, transaction
from libs.common.telemetry import trace_headers
from services.ingest.adapters.postgres_items import uuid_or_none
from services.ingest.domain.pipeline import PIPELINE, Step, StepState, Turn, Urgency
from services.ingest.domain.uploads import NewUpload, UnknownUpload, Upload

_UPLOAD = """
    SELECT u.id, u.user_id, u.library_id, u.batch_id, u.file_name, u.size_bytes,
        u.part_size_bytes, u.item_id, u.expires_at,
        array(SELECT number FROM upload_parts WHERE upload_id = u.id ORDER BY number) AS parts
    FROM uploads u
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """An item that was made or was there, and the step to queue for it, if it was made."""

    item_id: str
    queued: dict[int, Turn]


class PostgresUploads:
    """Uploads of all users."""

    def __init__(self, pool: Pool, part_size_bytes: int, keep: timedelta) -> None:
        self._pool = pool
        self._part_size_bytes = part_size_bytes
        self._keep = keep

    async def create(self, new: NewUpload) -> Upload:
        """Note a file to come; the same idempotency key finds the same upload."""
        async with transaction(self._pool) as connection:
            await ensure_batch(connection, new.user_id, new.batch_id)
            made: UUID | None = await connection.fetchval(
                """
                INSERT INTO uploads (id, user_id, library_id, batch_id, file_name, size_bytes,
                    part_size_bytes, idempotency_key, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::interval)
                ON CONFLICT (user_id, idempotency_key) DO NOTHING RETURNING id
                """,
                uuid4(), new.user_id, new.library_id, new.batch_id, new.file_name,
                new.size_bytes, self._part_size_bytes, new.idempotency_key, self._keep,
            )  # fmt: skip
            found = made or await connection.fetchval(
                "SELECT id FROM uploads WHERE user_id = $1 AND idempotency_key = $2",
                new.user_id, new.idempotency_key,
            )  # fmt: skip
            return await _found(connection, new.user_id, str(found))

    async def find(self, user_id: str, upload_id: str) -> Upload:
        """One upload, or UnknownUpload."""
        async with self._pool.acquire() as connection:
            return await _found(connection, user_id, upload_id)

    async def record_part(self, upload: Upload, part_number: int) -> Upload:
        """Note that a part arrived; the upload is kept as long again from now."""
        async with transaction(self._pool) as connection:
            await _locked(connection, upload.user_id, upload.id)
            await connection.execute(
                """
                INSERT INTO upload_parts (upload_id, number) VALUES ($1, $2)
                ON CONFLICT DO NOTHING
                """,
                upload.id, part_number,
            )  # fmt: skip
            await connection.execute(
                "UPDATE uploads SET expires_at = now() + $2::interval WHERE id = $1",
                upload.id, self._keep,
            )  # fmt: skip
            return await _found(connection, upload.user_id, upload.id)

    async def begin(self, user_id: str, upload_id: str) -> Begun:
        """Make the item with its steps, once; raises where parts are missing."""
        async with transaction(self._pool) as connection:
            upload = await _locked(connection, user_id, upload_id)
            if upload.item_id:
                return Begun(upload.item_id, {})
            upload.require_whole()
            item_id = await connection.fetchval(
                """
                INSERT INTO items (id, user_id, library_id, batch_id, file_name, size_bytes,
                    upload_id, traceparent)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
                """,
                uuid4(), user_id, upload.library_id, upload.batch_id, upload.file_name,
                upload.size_bytes, upload.id, trace_headers().get("traceparent", ""),
            )  # fmt: skip
            await connection.execute(
                "UPDATE uploads SET item_id = $2 WHERE id = $1", upload.id, item_id
            )
            return Begun(str(item_id), await begin(connection, [item_id]))

    async def cancel(self, user_id: str, upload_id: str) -> bool:
        """Let an upload expire now; False where it was begun and so lives on as an item."""
        async with transaction(self._pool) as connection:
            upload = await _locked(connection, user_id, upload_id)
            if upload.item_id:
                return False
            await connection.execute(
                "UPDATE uploads SET expires_at = now() WHERE id = $1", upload.id
            )
            return True

    async def needless(self, most: int) -> Sequence[str]:
        """Uploads whose parts nobody needs: expired, staged, or ended with their item."""
        rows = await self._pool.fetch(
            """
            SELECT u.id FROM uploads u
            LEFT JOIN items i ON i.id = u.item_id
            LEFT JOIN steps s ON s.item_id = i.id AND s.name = 'stage'
            WHERE NOT u.parts_removed AND CASE WHEN u.item_id IS NULL
                THEN u.expires_at <= now() ELSE s.state = 'done' OR i.state = 'dismissed' END
            LIMIT $1
            """,
            most,
        )
        return [str(row["id"]) for row in rows]

    async def forget(self, upload_ids: Sequence[str]) -> None:
        """Note that the parts are gone. An upload that was begun still answers for a while."""
        async with transaction(self._pool) as connection:
            await connection.execute(
                "UPDATE uploads SET parts_removed = true WHERE id = ANY($1::uuid[])",
                list(upload_ids),
            )
            await connection.execute(
                """
                DELETE FROM uploads
                WHERE parts_removed AND (item_id IS NULL OR expires_at <= now())
                """
            )


async def ensure_batch(connection: Connection, user_id: str, batch_id: str) -> None:
    """Make the batch unless the user has it."""
    await connection.execute(
        "INSERT INTO batches (user_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        user_id, batch_id,
    )  # fmt: skip


async def begin(connection: Connection, item_ids: Sequence[UUID]) -> dict[int, Turn]:
    """Give items all their steps: what needs nothing is queued and returned, the rest blocked."""
    names = list(PIPELINE)
    states = [StepState.BLOCKED if PIPELINE[name].needs else StepState.QUEUED for name in names]
    await connection.execute(
        """
        INSERT INTO steps (item_id, name, state)
        SELECT item_id, step.name, step.state
        FROM unnest($1::uuid[]) AS item_id, unnest($2::text[], $3::text[]) AS step (name, state)
        """,
        item_ids, names, states,
    )  # fmt: skip
    await connection.execute(
        "UPDATE items SET begun = true WHERE id = ANY($1::uuid[]) AND NOT begun", item_ids
    )
    rows = await connection.fetch(
        """
        UPDATE steps SET queued_at = now() FROM items
        WHERE items.id = item_id AND item_id = ANY($1::uuid[]) AND name = $2
        RETURNING steps.id, urgency
        """,
        item_ids, Step.STAGE,
    )  # fmt: skip
    return {row["id"]: Turn(Step.STAGE, Urgency(row["urgency"])) for row in rows}


async def _locked(connection: Connection, user_id: str, upload_id: str) -> Upload:
    await connection.execute(
        "SELECT 1 FROM uploads WHERE id = $1 FOR UPDATE", uuid_or_none(upload_id)
    )
    return await _found(connection, user_id, upload_id)


async def _found(connection: Connection, user_id: str, upload_id: str) -> Upload:
    row = await connection.fetchrow(
        f"""
        {_UPLOAD} WHERE u.id = $1 AND u.user_id = $2
            AND (u.item_id IS NOT NULL OR u.expires_at > now())
        """,
        uuid_or_none(upload_id), user_id,
    )  # fmt: skip
    if row is None:
        raise UnknownUpload("there is no such upload among yours, or it expired; create it again")
    return _upload(row)


def _upload(row: Record) -> Upload:
    return Upload(
        id=str(row["id"]),
        user_id=row["user_id"],
        library_id=row["library_id"],
        batch_id=row["batch_id"],
        file_name=row["file_name"],
        size_bytes=row["size_bytes"],
        part_size_bytes=row["part_size_bytes"],
        received_parts=row["parts"],
        item_id=str(row["item_id"] or ""),
        expires_at=row["expires_at"],
    )
