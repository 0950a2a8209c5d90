"""Tracks that were shown and could not be played yet, taken back."""

from libs.common.postgres import Connection
from services.catalog.adapters.removal import remove_tracks


async def delist(connection: Connection, ingest_item_id: str) -> None:
    """Show the file's track no more, and do not begin to."""
    await connection.execute(
        """
        INSERT INTO delistings (ingest_item_id, by_person) VALUES ($1, false)
        ON CONFLICT DO NOTHING
        """,
        ingest_item_id,
    )
    row = await connection.fetchrow(
        "SELECT id, library_id FROM tracks WHERE preparing_item_id = $1", ingest_item_id
    )
    if row:
        await remove_tracks(connection, row["library_id"], [row["id"]], by_person=False)
