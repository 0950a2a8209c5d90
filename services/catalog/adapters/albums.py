"""Albums in PostgreSQL, for reading."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from libs.common.postgres import Connection, Pool
from services.catalog.adapters.listing import Conditions, Order, listed
from services.catalog.adapters.rows import credits_in, credits_of, marks_in, marks_of
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.listing import AlbumOrder, Filter, Listing
from services.catalog.domain.music import Album, Track, UnknownAlbum, UnknownCover
from services.catalog.domain.names import folded

HEARD = """(
    SELECT album_id AS id, sum(play_count) AS plays, max(last_played_at) AS last_played_at
    FROM track_plays JOIN tracks ON tracks.id = track_plays.track_id
    WHERE user_id = $1 AND album_id IS NOT NULL GROUP BY album_id
)"""

ALBUM = f"""
    SELECT album.id, album.library_id, album.title, album.sort_title, {credits_of("album")}, date,
        original_date, disc_count, track_count, duration_ms, genres, label, barcode, compilation,
        cover_sha256, musicbrainz_release_id, musicbrainz_release_group_id, added_at,
        f.at AS favourite_at, r.rating, p.play_count, p.last_played_at
    FROM albums AS album
    {marks_of("album")}
    LEFT JOIN LATERAL (
        SELECT sum(h.play_count) AS play_count, max(h.last_played_at) AS last_played_at
        FROM tracks t JOIN track_plays h ON h.track_id = t.id AND h.user_id = $1
        WHERE t.album_id = album.id
    ) AS p ON true
"""

PLAYS = f"JOIN {HEARD} AS heard ON heard.id = album.id"
RATINGS = """JOIN ratings AS rated
    ON rated.user_id = $1 AND rated.kind = 'album' AND rated.entity_id = album.id"""

ORDERS = {
    AlbumOrder.TITLE: Order("title", ["album.sort_key", "album.id"], [str, str]),
    AlbumOrder.ARTIST: Order(
        "artist", ["album.artist_sort_key", "album.sort_key", "album.id"], [str, str, str]
    ),
    AlbumOrder.NEWEST: Order(
        "newest", ["album.added_at", "album.id"], [datetime, str], descending=True
    ),
    AlbumOrder.YEAR: Order("year", ["album.date", "album.id"], [str, str], descending=True),
    AlbumOrder.FREQUENT: Order(
        "frequent", ["heard.plays::bigint", "album.id"], [int, str], descending=True, join=PLAYS
    ),
    AlbumOrder.RECENT: Order(
        "recent",
        ["heard.last_played_at", "album.id"],
        [datetime, str],
        descending=True,
        join=PLAYS,
    ),
    AlbumOrder.RATING: Order(
        "rating", ["rated.rating", "album.id"], [int, str], descending=True, join=RATINGS
    ),
    AlbumOrder.RANDOM: Order(
        "random", ["hashtextextended(album.id, {seed})", "album.id"], [int, str]
    ),
}


class Albums:
    """Finds albums."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(
        self, viewer_id: str, order: AlbumOrder, wanted: Filter, token: str, size: int
    ) -> Listing[Album]:
        """One page of the albums the viewer sees."""
        where = _conditions(viewer_id, wanted)
        async with self._pool.acquire() as connection:
            page = await listed(connection, "album", ORDERS[order], where, token, size)
            albums = await albums_by_id(connection, viewer_id, page.rows)
        return Listing(albums, page.next_page_token, page.total_count)

    async def with_tracks(self, viewer_id: str, album_id: str) -> tuple[Album, Sequence[Track]]:
        """One album and its tracks as they stand on it."""
        async with self._pool.acquire() as connection:
            albums = await albums_by_id(connection, viewer_id, [album_id])
            if not albums:
                raise UnknownAlbum("there is no such album")
            rows = await connection.fetch(
                """
                SELECT id FROM tracks WHERE album_id = $1
                ORDER BY disc_number, track_number, sort_key, id
                """,
                album_id,
            )
            ids = [row["id"] for row in rows]
            return albums[0], await tracks_by_id(connection, viewer_id, ids)

    async def check_cover(self, viewer_id: str, cover_sha256: str) -> None:
        """Raise UnknownCover unless something the viewer sees has this cover."""
        seen = await self._pool.fetchval(
            """
            WITH seen AS MATERIALIZED (SELECT visible_libraries($1) AS id)
            SELECT EXISTS (
                SELECT FROM tracks WHERE cover_sha256 = $2 AND library_id IN (SELECT id FROM seen)
            ) OR EXISTS (
                SELECT FROM albums WHERE cover_sha256 = $2 AND library_id IN (SELECT id FROM seen)
            )
            """,
            viewer_id, cover_sha256,
        )  # fmt: skip
        if not cover_sha256 or not seen:
            raise UnknownCover("there is no such cover")


async def albums_by_id(
    connection: Connection, viewer_id: str, album_ids: Sequence[str]
) -> list[Album]:
    """Those of the albums the viewer sees, in the order asked for."""
    rows = await connection.fetch(
        f"{ALBUM} WHERE album.id = ANY($2) AND album.library_id IN (SELECT visible_libraries($1))",
        viewer_id, album_ids,
    )  # fmt: skip
    found = {row["id"]: _album_of(row) for row in rows}
    return [found[album_id] for album_id in album_ids if album_id in found]


def _album_of(row: asyncpg.Record) -> Album:
    return Album(
        id=row["id"],
        library_id=row["library_id"],
        title=row["title"],
        sort_title=row["sort_title"],
        artists=credits_in(row),
        date=row["date"],
        original_date=row["original_date"],
        disc_count=row["disc_count"],
        track_count=row["track_count"],
        duration_ms=row["duration_ms"],
        genres=row["genres"],
        label=row["label"],
        barcode=row["barcode"],
        compilation=row["compilation"],
        cover_sha256=row["cover_sha256"],
        musicbrainz_release_id=row["musicbrainz_release_id"],
        musicbrainz_release_group_id=row["musicbrainz_release_group_id"],
        added_at=row["added_at"],
        marks=marks_in(row),
    )


def _conditions(viewer_id: str, wanted: Filter) -> Conditions:
    where = Conditions([viewer_id])
    if wanted.library_id:
        where.add("album.library_id = {}", wanted.library_id)
    if wanted.artist_id:
        where.add(
            "album.id IN (SELECT album_id FROM album_artists WHERE artist_id = {})",
            wanted.artist_id,
        )
    if wanted.genre:
        where.add("album.genre_keys @> ARRAY[{}]", folded(wanted.genre))
    if wanted.favourites_only:
        where.add(
            "album.id IN (SELECT entity_id FROM favourites WHERE user_id = $1 AND kind = 'album')"
        )
    if wanted.from_year:
        where.add("album.year >= {}", wanted.from_year)
    if wanted.to_year:
        where.add("album.year <= {}", wanted.to_year)
    return where
