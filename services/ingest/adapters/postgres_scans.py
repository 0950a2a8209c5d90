"""Files of mounted folders as they were last seen, and the items made of them."""

from pathlib import Path, PurePath
from uuid import uuid4

from libs.common.postgres import Connection, Pool, transaction
from services.ingest.adapters.postgres_uploads import ensure_batch
from services.ingest.domain.pipeline import Urgency
from services.ingest.domain.scans import Difference, Sighting, Sightings, difference
from services.ingest.domain.uploads import shown_name

CHUNK = 1_000


class PostgresScans:
    """Looks at folders for all libraries."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take_in(
        self, user_id: str, library_id: str, folder: Path, seen: Sightings
    ) -> tuple[str, Difference]:
        """Make an item of every new or changed file, all or none. Returns their batch."""
        batch_id = str(uuid4())
        async with transaction(self._pool) as connection:
            # A second scan of the folder waits for the first, and then finds nothing new.
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.scan'), hashtext($1))",
                library_id,
            )
            found = difference(await _known(connection, library_id, folder), seen)
            await ensure_batch(connection, user_id, batch_id)
            fresh = sorted({**found.new, **found.changed}.items())
            for start in range(0, len(fresh), CHUNK):
                chunk = fresh[start : start + CHUNK]
                await _remember(connection, library_id, chunk)
                waiting = await _renew(connection, library_id, chunk)
                unknown = [(path, seen) for path, seen in chunk if path not in waiting]
                await _make_items(connection, (user_id, library_id, batch_id), unknown, found.new)
        return batch_id, found


async def _known(connection: Connection, library_id: str, folder: Path) -> Sightings:
    rows = await connection.fetch(
        """
        SELECT path, size_bytes, modified_ns FROM scanned_files
        WHERE library_id = $1 AND starts_with(path, $2)
        """,
        library_id, f"{str(folder).rstrip('/')}/",
    )  # fmt: skip
    return {row["path"]: Sighting(row["size_bytes"], row["modified_ns"]) for row in rows}


async def _remember(
    connection: Connection, library_id: str, files: list[tuple[str, Sighting]]
) -> None:
    await connection.execute(
        """
        INSERT INTO scanned_files (library_id, path, size_bytes, modified_ns)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[])
        ON CONFLICT (library_id, path) DO UPDATE SET
            size_bytes = excluded.size_bytes, modified_ns = excluded.modified_ns
        """,
        library_id,
        [path for path, _ in files],
        [seen.size_bytes for _, seen in files],
        [seen.modified_ns for _, seen in files],
    )


async def _renew(
    connection: Connection, library_id: str, files: list[tuple[str, Sighting]]
) -> set[str]:
    """The paths whose items were not begun: they will be read as they are then."""
    rows = await connection.fetch(
        """
        UPDATE items SET size_bytes = file.size_bytes
        FROM unnest($2::text[], $3::bigint[]) AS file (path, size_bytes)
        WHERE library_id = $1 AND source_path = file.path AND NOT begun AND state = 'waiting'
        RETURNING source_path
        """,
        library_id,
        [path for path, _ in files],
        [seen.size_bytes for _, seen in files],
    )
    return {row["source_path"] for row in rows}


async def _make_items(
    connection: Connection,
    owner: tuple[str, str, str],
    files: list[tuple[str, Sighting]],
    new: Sightings,
) -> None:
    """Only what is new is shown by its tags: what changed may be a track already."""
    await connection.execute(
        """
        INSERT INTO items (id, source_path, file_name, size_bytes, listing, user_id, library_id,
            batch_id, begun, urgency)
        SELECT *, $6, $7, $8, false, $9
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[])
        """,
        [uuid4() for _ in files],
        [path for path, _ in files],
        [shown_name(PurePath(path).name) for path, _ in files],
        [seen.size_bytes for _, seen in files],
        ["due" if path in new else "none" for path, _ in files],
        *owner,
        Urgency.BACKLOG,
    )
