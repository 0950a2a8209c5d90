"""What must lie in the store, row by row."""

from collections.abc import Iterable

from libs.common.postgres import Connection
from services.ingest.domain.objects import StoredObject, owner_of
from services.ingest.domain.pipeline import Step


async def note_objects(
    connection: Connection, content_sha256: str, step: Step, stored: Iterable[StoredObject]
) -> None:
    """Note what a step has stored; in the order of keys, so that two never wait for each other."""
    await connection.executemany(
        """
        INSERT INTO objects (key, sha256, size_bytes, content_sha256, step)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (key) DO UPDATE SET
            sha256 = excluded.sha256, size_bytes = excluded.size_bytes,
            content_sha256 = excluded.content_sha256, stored_at = now()
        """,
        [
            # A cover is named by itself, all else by the file it was made from.
            (
                one.key,
                one.sha256,
                one.size_bytes,
                content_sha256 if step is Step.TAGS else owner_of(one.key),
                step,
            )
            for one in sorted(stored, key=lambda one: one.key)
        ],
    )


async def forget_objects(connection: Connection, content_sha256: str) -> None:
    """Forget what was made of content that nothing needs, but for covers: others may have them."""
    for table in ("objects", "damages"):
        await connection.execute(
            f"DELETE FROM {table} WHERE content_sha256 = $1 AND step <> $2",
            content_sha256, Step.TAGS,
        )  # fmt: skip
