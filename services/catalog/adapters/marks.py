"""Favourites and ratings in PostgreSQL."""

from collections.abc import Mapping

from libs.common.faults import NotFound
from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.rows import SEEN
from services.catalog.domain.listening import EntityKind, check_rating
from services.catalog.domain.music import UnknownAlbum, UnknownArtist, UnknownTrack

SIGHTS: Mapping[EntityKind, str] = {
    EntityKind.ARTIST: f"""
        SELECT true FROM artist_libraries
        WHERE artist_id = $2 AND library_id = {SEEN} LIMIT 1
    """,
    EntityKind.ALBUM: f"""
        SELECT true FROM albums WHERE id = $2 AND library_id = {SEEN}
    """,
    EntityKind.TRACK: f"""
        SELECT true FROM tracks WHERE id = $2 AND library_id = {SEEN}
    """,
}
UNKNOWN: Mapping[EntityKind, type[NotFound]] = {
    EntityKind.ARTIST: UnknownArtist,
    EntityKind.ALBUM: UnknownAlbum,
    EntityKind.TRACK: UnknownTrack,
}


class Marks:
    """Keeps what listeners like. A mark can be taken back from what they see no more."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def set_favourite(
        self, viewer_id: str, kind: EntityKind, entity_id: str, *, favourite: bool
    ) -> None:
        """Mark or unmark; what is a favourite already stays one since then."""
        async with transaction(self._pool) as connection:
            if favourite:
                await check_seen(connection, viewer_id, kind, entity_id)
                await connection.execute(
                    """
                    INSERT INTO favourites (user_id, kind, entity_id) VALUES ($1, $2, $3)
                    ON CONFLICT DO NOTHING
                    """,
                    viewer_id, kind, entity_id,
                )  # fmt: skip
            else:
                await connection.execute(
                    "DELETE FROM favourites WHERE user_id = $1 AND kind = $2 AND entity_id = $3",
                    viewer_id, kind, entity_id,
                )  # fmt: skip

    async def set_rating(
        self, viewer_id: str, kind: EntityKind, entity_id: str, rating: int
    ) -> None:
        """Rate, or take the rating back with 0."""
        check_rating(rating)
        async with transaction(self._pool) as connection:
            if rating:
                await check_seen(connection, viewer_id, kind, entity_id)
                await connection.execute(
                    """
                    INSERT INTO ratings (user_id, kind, entity_id, rating) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (user_id, kind, entity_id) DO UPDATE SET rating = excluded.rating
                    WHERE ratings.rating <> excluded.rating
                    """,
                    viewer_id, kind, entity_id, rating,
                )  # fmt: skip
            else:
                await connection.execute(
                    "DELETE FROM ratings WHERE user_id = $1 AND kind = $2 AND entity_id = $3",
                    viewer_id, kind, entity_id,
                )  # fmt: skip


async def check_seen(
    connection: Connection, viewer_id: str, kind: EntityKind, entity_id: str
) -> None:
    """Raise UnknownArtist, UnknownAlbum or UnknownTrack unless the viewer sees it."""
    if not await connection.fetchval(SIGHTS[kind], viewer_id, entity_id):
        raise UNKNOWN[kind](f"there is no such {kind}")
