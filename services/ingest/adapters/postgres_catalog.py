"""What the catalog answers, written down."""

from libs.common.events import Event
from libs.common.postgres import Pool, close_announcement, transaction
from services.ingest.adapters.postgres_items import uuid_or_none
from services.ingest.adapters.postgres_library import mark_unneeded
from services.ingest.adapters.postgres_steps import end_in_quarantine
from services.ingest.domain.pipeline import Step
from services.ingest.domain.quarantine import Quarantine
from tutti.ingest.v1 import events_pb2


class PostgresCatalogNews:
    """Each method may be called again with the same news and then changes nothing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def published(
        self, item_id: str, library_id: str, track_id: str, content_sha256: str
    ) -> None:
        """Close the item; what was the track's original before is needed no more."""
        async with transaction(self._pool) as connection:
            closed = await connection.fetchval(
                """
                UPDATE items SET state = 'published', track_id = $2, progress = 1, current_step = ''
                WHERE id = $1 AND state IN ('processing', 'quarantined') RETURNING true
                """,
                uuid_or_none(item_id), track_id,
            )  # fmt: skip
            if closed:
                await connection.execute(
                    "UPDATE steps SET state = 'done', error = '' WHERE item_id = $1 AND name = $2",
                    item_id, Step.PUBLISH,
                )  # fmt: skip
            await connection.execute(
                """
                INSERT INTO recordings (library_id, content_sha256, track_id) VALUES ($1, $2, $3)
                ON CONFLICT (library_id, content_sha256) DO UPDATE SET track_id = excluded.track_id
                """,
                library_id, content_sha256, track_id,
            )  # fmt: skip
            replaced = await connection.fetch(
                """
                DELETE FROM recordings
                WHERE track_id = $1 AND library_id = $2 AND content_sha256 <> $3
                RETURNING content_sha256
                """,
                track_id, library_id, content_sha256,
            )  # fmt: skip
            await mark_unneeded(connection, [row["content_sha256"] for row in replaced])
            await close_announcement(connection, Event.id_of(events_pb2.RecordingReady, item_id))

    async def refused(self, item_id: str, reason: str) -> None:
        """End the item in quarantine with the catalog's reason."""
        async with transaction(self._pool) as connection:
            waits = await connection.fetchval(
                "SELECT true FROM items WHERE id = $1 AND state = 'processing' FOR UPDATE",
                uuid_or_none(item_id),
            )
            if waits:
                refusal = Quarantine.refused(reason)
                await end_in_quarantine(connection, item_id, Step.PUBLISH, refusal)
            await close_announcement(connection, Event.id_of(events_pb2.RecordingReady, item_id))

    async def shown(self, found_id: str) -> None:
        """The catalog shows what was found."""
        async with transaction(self._pool) as connection:
            await close_announcement(connection, Event.id_of(events_pb2.RecordingsFound, found_id))

    async def delisted(self, item_id: str) -> None:
        """The catalog shows the file's track no more."""
        async with transaction(self._pool) as connection:
            await close_announcement(
                connection, Event.id_of(events_pb2.RecordingWithdrawn, item_id)
            )

    async def unwanted(self, item_id: str) -> None:
        """Somebody removed the track before it could be played: its file is let be."""
        async with transaction(self._pool) as connection:
            content_sha256 = await connection.fetchval(
                """
                UPDATE items SET state = 'dismissed', listing = 'none', current_step = ''
                WHERE id = $1 AND state NOT IN ('published', 'duplicate', 'dismissed')
                RETURNING content_sha256
                """,
                uuid_or_none(item_id),
            )
            if content_sha256 is not None:
                await connection.execute(
                    """
                    UPDATE steps SET state = 'blocked', worker_pid = NULL
                    WHERE item_id = $1 AND state IN ('queued', 'running')
                    """,
                    uuid_or_none(item_id),
                )
                await mark_unneeded(connection, [content_sha256])

    async def removed(self, track_id: str, content_sha256: str, *, unused: bool) -> None:
        """Forget the track, and its content where no other track plays it."""
        async with transaction(self._pool) as connection:
            await connection.execute("DELETE FROM recordings WHERE track_id = $1", track_id)
            if unused:
                await mark_unneeded(connection, [content_sha256])
