"""Artists in PostgreSQL, for reading. They are shared by all libraries; what counts is visible."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from libs.common.postgres import Connection, Pool
from services.catalog.adapters.albums import albums_by_id
from services.catalog.adapters.lists import Conditions
from services.catalog.adapters.rows import SEEN, marks_in, marks_of
from services.catalog.adapters.tracks import tracks_by_id
from services.catalog.domain.listing import Filter, Listing
from services.catalog.domain.music import Album, Artist, Genre, Track, UnknownArtist
from services.catalog.domain.names import folded
from services.catalog.domain.paging import Place, Stretch, page_position, page_token

MOST_TOP_TRACKS = 20

ARTIST = f"""
    SELECT artist.id, artist.name, artist.sort_name, artist.sort_key,
        artist.musicbrainz_artist_id, here.album_count, here.track_count, here.cover_sha256,
        f.at AS favourite_at, r.rating, NULL AS play_count, NULL AS last_played_at
    FROM artists AS artist
    JOIN LATERAL (
        SELECT sum(album_count) AS album_count, sum(track_count) AS track_count,
            coalesce((array_agg(cover_sha256 ORDER BY cover_date DESC, library_id)
                FILTER (WHERE cover_sha256 <> ''))[1], '') AS cover_sha256
        FROM artist_libraries
        WHERE artist_id = artist.id AND library_id = {SEEN}
        HAVING count(*) > 0
    ) AS here ON true
    {marks_of("artist")}
"""

FAVOURITE = """artist.id = ANY(ARRAY(
    SELECT entity_id FROM favourites WHERE user_id = $1 AND kind = 'artist'
))"""


@dataclass(frozen=True, slots=True)
class ArtistPage:
    """An artist and what they made."""

    artist: Artist
    albums: Sequence[Album]
    appears_on: Sequence[Album]
    top_tracks: Sequence[Track]


class Artists:
    """Finds artists and genres."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, viewer_id: str, wanted: Filter, stretch: Stretch) -> Listing[Artist]:
        """One page of the artists the viewer sees, by sort name."""
        total, *after = page_position(stretch.token, [int, str, str]) or (None, "", "")
        where = _conditions(viewer_id, wanted)
        async with self._pool.acquire() as connection:
            if total is None:
                total = await _count(connection, where)
            rows = await _page(connection, where, after, stretch)
            ids = [row["id"] for row in rows[: stretch.size]]
            artists = await artists_by_id(connection, viewer_id, ids)
        last = rows[stretch.size - 1] if len(rows) > stretch.size else None
        token = page_token((int(total), last["sort_key"], last["id"])) if last else ""
        return Listing(artists, token, int(total))

    async def with_works(self, viewer_id: str, artist_id: str) -> ArtistPage:
        """One artist, their albums, the albums of others they are on, and what to hear first."""
        async with self._pool.acquire() as connection:
            artists = await artists_by_id(connection, viewer_id, [artist_id])
            if not artists:
                raise UnknownArtist("there is no such artist")
            own = await _ids(connection, OWN_ALBUMS, viewer_id, artist_id)
            others = await _ids(connection, ALBUMS_OF_OTHERS, viewer_id, artist_id)
            top = await _ids(connection, TOP_TRACKS, viewer_id, artist_id)
            return ArtistPage(
                artists[0],
                await albums_by_id(connection, viewer_id, own),
                await albums_by_id(connection, viewer_id, others),
                await tracks_by_id(connection, viewer_id, top),
            )

    async def genres(self, viewer_id: str) -> Sequence[Genre]:
        """Genres by name; however a genre is written, it is one."""
        rows = await self._pool.fetch(
            f"""
            SELECT min(name) AS name, sum(album_count)::int AS album_count,
                sum(track_count)::int AS track_count
            FROM genre_counts WHERE library_id = {SEEN} GROUP BY folded ORDER BY folded
            """,
            viewer_id,
        )
        return [Genre(*row) for row in rows]


OWN_ALBUMS = f"""
    SELECT album.id FROM albums AS album
    WHERE album.library_id = {SEEN}
        AND album.id = ANY(ARRAY(SELECT album_id FROM album_artists WHERE artist_id = $2))
    ORDER BY album.date DESC, album.added_at DESC, album.id LIMIT 500
"""

ALBUMS_OF_OTHERS = f"""
    SELECT album.id FROM albums AS album
    WHERE album.library_id = {SEEN}
        AND album.id = ANY(ARRAY(
            SELECT tracks.album_id FROM track_artists JOIN tracks ON tracks.id = track_id
            WHERE artist_id = $2
            EXCEPT SELECT album_id FROM album_artists WHERE artist_id = $2
        ))
    ORDER BY album.date DESC, album.added_at DESC, album.id LIMIT 500
"""

TOP_TRACKS = f"""
    SELECT track.id FROM tracks AS track
    LEFT JOIN track_plays AS heard ON heard.user_id = $1 AND heard.track_id = track.id
    WHERE track.library_id = {SEEN}
        AND track.id = ANY(ARRAY(SELECT track_id FROM track_artists WHERE artist_id = $2))
    ORDER BY heard.play_count DESC NULLS LAST, track.added_at DESC, track.id
    LIMIT {MOST_TOP_TRACKS}
"""


async def artists_by_id(
    connection: Connection, viewer_id: str, artist_ids: Sequence[str]
) -> list[Artist]:
    """Those of the artists the viewer sees, in the order asked for."""
    rows = await connection.fetch(f"{ARTIST} WHERE artist.id = ANY($2)", viewer_id, artist_ids)
    found = {row["id"]: _artist_of(row) for row in rows}
    return [found[artist_id] for artist_id in artist_ids if artist_id in found]


def _conditions(viewer_id: str, wanted: Filter) -> Conditions:
    where = Conditions([viewer_id])
    if wanted.library_id:
        where.within = where.parameter(wanted.library_id)
    if wanted.favourites_only:
        where.narrow(FAVOURITE)
    if wanted.name_prefix:
        begun = where.parameter(folded(wanted.name_prefix))
        between = f"BETWEEN {begun} AND {begun} || U&'\\+10FFFF'"
        where.add(f"(artist.name_key {between} OR artist.sort_key {between})")
    return where


def _here(where: Conditions, artist: str = "") -> str:
    """SQL for the places of artists, or of one, that are to be listed."""
    within = f"AND library_id = {where.within}" if where.within else ""
    of_it = f"AND artist_id = {artist}" if artist else ""
    return f"FROM artist_libraries WHERE library_id = {SEEN} {within} {of_it}"


async def _count(connection: Connection, where: Conditions) -> int:
    """How many artists there are to list."""
    query = f"SELECT count(DISTINCT artist_id) {_here(where)}"
    if where.sql:
        seen = f"(SELECT true {_here(where, 'artist.id')} LIMIT 1)"
        conditions = " AND ".join([*where.sql, seen])
        query = f"SELECT count(*) FROM artists AS artist WHERE {conditions}"
    counted: int = await connection.fetchval(query, *where.values)
    return counted


async def _page(
    connection: Connection, where: Conditions, after: Sequence[Place], stretch: Stretch
) -> Sequence[asyncpg.Record]:
    """Rows of one page and one more."""
    key, row_id = map(where.parameter, after)
    where.add(f'(artist.sort_key, artist.id) > ({key}::text COLLATE "C", {row_id})')
    limit, offset = where.parameter(stretch.size + 1), where.parameter(stretch.offset)
    return await connection.fetch(
        f"""
        SELECT artist.id, artist.sort_key FROM artists AS artist
        WHERE {" AND ".join(where.sql)} AND (SELECT true {_here(where, "artist.id")} LIMIT 1)
        ORDER BY artist.sort_key, artist.id LIMIT {limit} OFFSET {offset}
        """,
        *where.values,
    )


async def _ids(connection: Connection, query: str, viewer_id: str, artist_id: str) -> Sequence[str]:
    return [row["id"] for row in await connection.fetch(query, viewer_id, artist_id)]


def _artist_of(row: asyncpg.Record) -> Artist:
    return Artist(
        id=row["id"],
        name=row["name"],
        sort_name=row["sort_name"],
        musicbrainz_artist_id=row["musicbrainz_artist_id"],
        album_count=row["album_count"],
        track_count=row["track_count"],
        cover_sha256=row["cover_sha256"],
        marks=marks_in(row),
    )
