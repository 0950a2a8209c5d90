"""Tracks leaving their libraries, and libraries leaving with all their tracks."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from libs.common.outages import outages_logged
from libs.common.postgres import Connection, Pool, announce, transaction
from libs.common.tasks import end
from services.catalog.adapters.libraries import viewer_of, writable_library
from services.catalog.adapters.settling import forget_marks, settle
from services.catalog.adapters.writing import become_writer
from services.catalog.events import track_removed

CHUNK = 200
"""Tracks removed in one transaction, which lets others write in between."""
PATROL_S = 60.0
"""How soon another replica goes on with what one left half removed."""


class Removal:
    """Removes tracks now, and whole libraries a chunk at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._wake = asyncio.Event()

    async def tracks(self, viewer_id: str, track_ids: Sequence[str]) -> int:
        """Remove those of the tracks the viewer sees; all must be in libraries of theirs."""
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            viewer = await viewer_of(connection, viewer_id)
            rows = await connection.fetch(
                """
                SELECT id, library_id FROM tracks
                WHERE id = ANY($2) AND library_id IN (SELECT visible_libraries($1))
                """,
                viewer_id, track_ids,
            )  # fmt: skip
            removed = 0
            for library_id in sorted({row["library_id"] for row in rows}):
                await writable_library(connection, viewer, library_id)
                here = [row["id"] for row in rows if row["library_id"] == library_id]
                removed += await remove_tracks(connection, library_id, here, by_person=True)
            return removed

    def wake(self) -> None:
        """A library was hidden: begin to empty it."""
        self._wake.set()

    async def run(self) -> None:
        """Empty hidden libraries until cancelled; what a crash left is taken up again."""
        while True:
            self._wake.clear()
            with outages_logged("the removal of libraries"):
                while await self._next_chunk():
                    pass
            try:
                async with asyncio.timeout(PATROL_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _next_chunk(self) -> bool:
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            library_id = await connection.fetchval(
                "SELECT id FROM libraries WHERE removing ORDER BY id LIMIT 1"
            )
            if library_id is None:
                return False
            rows = await connection.fetch(
                "SELECT id FROM tracks WHERE library_id = $1 LIMIT $2", library_id, CHUNK
            )
            track_ids = [row["id"] for row in rows]
            await remove_tracks(connection, library_id, track_ids, by_person=True)
            if len(rows) < CHUNK:
                await connection.execute("DELETE FROM libraries WHERE id = $1", library_id)
                # Those who saw the library were told that all of it is gone.
                await connection.execute("DELETE FROM changes WHERE library_id = $1", library_id)
            return True


@asynccontextmanager
async def removing(pool: Pool) -> AsyncGenerator[Removal]:
    """Remove while the context is open."""
    removal = Removal(pool)
    task = asyncio.create_task(removal.run(), name="catalog removal")
    try:
        yield removal
    finally:
        await end(task)


async def remove_tracks(
    connection: Connection, library_id: str, track_ids: Sequence[str], *, by_person: bool
) -> int:
    """Remove tracks of one library; a person does not want them prepared any more, either."""
    artists = await connection.fetch(
        "SELECT DISTINCT artist_id FROM track_artists WHERE track_id = ANY($1)", track_ids
    )
    rows = await connection.fetch(
        """
        DELETE FROM tracks WHERE id = ANY($1)
        RETURNING id, album_id, content_sha256, coalesce(preparing_item_id, '') AS item_id
        """,
        track_ids,
    )
    if by_person:
        await _keep_out(connection, [row["item_id"] for row in rows if row["item_id"]])
    still = await connection.fetch(
        "SELECT DISTINCT content_sha256 FROM tracks WHERE content_sha256 = ANY($1)",
        [row["content_sha256"] for row in rows],
    )
    used = {row["content_sha256"] for row in still}
    for row in rows:
        sha256 = row["content_sha256"]
        unprepared = row["item_id"] if by_person else ""
        unused = sha256 not in used
        gone = track_removed(row["id"], library_id, sha256, unprepared, content_unused=unused)
        await announce(connection, gone)
    await forget_marks(connection, [row["id"] for row in rows])
    albums = {row["album_id"] for row in rows if row["album_id"]}
    await settle(connection, library_id, albums, {row["artist_id"] for row in artists})
    return len(rows)


async def _keep_out(connection: Connection, item_ids: Sequence[str]) -> None:
    await connection.execute(
        """
        INSERT INTO delistings (ingest_item_id, by_person) SELECT unnest($1::text[]), true
        ON CONFLICT (ingest_item_id) DO UPDATE SET by_person = true
        """,
        item_ids,
    )
