"""Albums in PostgreSQL, for reading."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from libs.common.postgres import Connection, Pool
from services.catalog.adapters.listing import listed
from services.catalog.adapters.lists import Conditions, List, Order
from services.catalog.adapters.rows import SEEN, credits_in, credits_of, marks_in, marks_of
from services.catalog.adapters.shuffling import shuffled
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.listing import AlbumOrder, Filter, Listing
from services.catalog.domain.music import Album, Track, UnknownAlbum, UnknownCover
from services.catalog.domain.paging import Stretch

ALBUM = f"""
    SELECT album.id, album.library_id, album.title, album.sort_title, {credits_of("album")}, date,
        original_date, disc_count, track_count, duration_ms, genres, label, barcode, compilation,
        cover_sha256, musicbrainz_release_id, musicbrainz_release_group_id, added_at,
        f.at AS favourite_at, r.rating, p.play_count, p.last_played_at
    FROM albums AS album
    {marks_of("album")}
    LEFT JOIN LATERAL (
        SELECT sum(play_count) AS play_count, max(last_played_at) AS last_played_at
        FROM track_plays WHERE user_id = $1 AND album_id = album.id
    ) AS p ON true
"""

PLAYED = """
    SELECT album_id AS id, library_id, sum(play_count)::bigint AS plays,
        max(last_played_at) AS last_played_at
    FROM track_plays WHERE user_id = $1 AND album_id IS NOT NULL GROUP BY album_id, library_id
"""
RATED = """
    SELECT entity_id AS id, rating,
        (SELECT library_id FROM albums WHERE albums.id = entity_id) AS library_id
    FROM ratings WHERE user_id = $1 AND kind = 'album'
"""
FAVOURITE = """album.id = ANY(ARRAY(
    SELECT entity_id FROM favourites WHERE user_id = $1 AND kind = 'album'
))"""

ORDERS = {
    AlbumOrder.TITLE: Order("title", ["album.sort_key", "album.id"], [str, str]),
    AlbumOrder.ARTIST: Order(
        "artist", ["album.artist_sort_key", "album.sort_key", "album.id"], [str, str, str]
    ),
    AlbumOrder.NEWEST: Order(
        "newest", ["album.added_at", "album.id"], [datetime, str], descending=True
    ),
    AlbumOrder.YEAR: Order("year", ["album.date", "album.id"], [str, str], descending=True),
    AlbumOrder.OLDEST: Order("oldest", ["album.date", "album.id"], [str, str]),
    AlbumOrder.FREQUENT: Order(
        "frequent", ["mine.plays", "mine.id"], [int, str], descending=True, mine=PLAYED
    ),
    AlbumOrder.RECENT: Order(
        "recent", ["mine.last_played_at", "mine.id"], [datetime, str], descending=True, mine=PLAYED
    ),
    AlbumOrder.RATING: Order(
        "rating", ["mine.rating", "mine.id"], [int, str], descending=True, mine=RATED
    ),
    AlbumOrder.RANDOM: Order("random", shuffled("album.id"), [int, int, str]),
}


class Albums:
    """Finds albums."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(
        self, viewer_id: str, order: AlbumOrder, wanted: Filter, stretch: Stretch
    ) -> Listing[Album]:
        """One page of the albums the viewer sees."""
        where = _conditions(viewer_id, wanted)
        async with self._pool.acquire() as connection:
            page = await listed(connection, List("album", ORDERS[order], where), stretch)
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
            f"""
            SELECT EXISTS (SELECT FROM tracks WHERE cover_sha256 = $2 AND library_id = {SEEN})
                OR EXISTS (SELECT FROM albums WHERE cover_sha256 = $2 AND library_id = {SEEN})
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
        f"{ALBUM} WHERE album.id = ANY($2) AND album.library_id = {SEEN}",
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
        where.of_library("album", wanted.library_id)
    if wanted.genre:
        where.of_genre("album", wanted.genre)
    if wanted.artist_id:
        where.narrow(
            "album.id = ANY(ARRAY(SELECT album_id FROM album_artists WHERE artist_id = {}))",
            wanted.artist_id,
        )
    if wanted.favourites_only:
        where.narrow(FAVOURITE)
    where.of_years("album", wanted.from_year, wanted.to_year)
    return where
