"""What people write about music, in PostgreSQL."""

from collections.abc import Sequence

import asyncpg

from libs.common.postgres import Connection, Pool, announce, transaction
from services.catalog.adapters.albums import albums_by_id
from services.catalog.adapters.artists import artists_by_id
from services.catalog.adapters.libraries import viewer_of, writable_library
from services.catalog.adapters.publishing import write_lyrics
from services.catalog.adapters.settling import settle
from services.catalog.adapters.tracks import any_track, tracks_by_id
from services.catalog.adapters.writing import (
    artist_names,
    become_writer,
    credit,
    insert,
    refresh_words,
    update,
)
from services.catalog.domain.editing import (
    AlbumEdit,
    ArtistEdit,
    TrackEdit,
    checked_lyrics,
    fields_of,
)
from services.catalog.domain.music import (
    Album,
    Artist,
    Credit,
    Lyrics,
    Track,
    UnknownAlbum,
    UnknownArtist,
    UnknownTrack,
    display_name,
)
from services.catalog.domain.names import folded, sort_name
from services.catalog.domain.publishing import album_names, identity
from services.catalog.events import track_edited


class Editing:
    """Changes what is written about tracks, albums and artists."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def track(self, viewer_id: str, track_id: str, edit: TrackEdit) -> Track:
        """Change a track, and where it stands."""
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            row = await _writable(connection, "tracks", viewer_id, track_id)
            columns = edit.columns(row["edited"])
            await update(connection, "tracks", track_id, {**columns, **_edited(row, edit)})
            artist_ids = set[str]()
            if artists := edit.credits():
                artist_ids = await credit(connection, "track", track_id, row["library_id"], artists)
            albums = {row["album_id"], await _move(connection, row, edit)}
            await refresh_words(connection, [track_id])
            here = [album_id for album_id in albums if album_id]
            artist_ids |= await _artists_of(connection, track_id)
            await settle(connection, row["library_id"], here, artist_ids)
            await _announce_edited(connection, [track_id])
            return (await tracks_by_id(connection, viewer_id, [track_id], with_beats=True))[0]

    async def album(self, viewer_id: str, album_id: str, edit: AlbumEdit) -> Album:
        """Change an album."""
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            row = await _writable(connection, "albums", viewer_id, album_id)
            before = (await albums_by_id(connection, viewer_id, [album_id]))[0]
            title, sort_title = edit.titles(before.title, before.sort_title, row["edited"])
            artists = edit.credits() or before.artists
            columns = {**album_names(title, sort_title, artists), **edit.columns()}
            await update(connection, "albums", album_id, {**columns, **_edited(row, edit)})
            artist_ids = set[str]()
            if edit.artist_names:
                artist_ids = await credit(connection, "album", album_id, row["library_id"], artists)
            rows = await connection.fetch("SELECT id FROM tracks WHERE album_id = $1", album_id)
            track_ids = [track["id"] for track in rows]
            await refresh_words(connection, track_ids)
            await settle(connection, row["library_id"], [album_id], artist_ids)
            if title != before.title:
                await _announce_edited(connection, track_ids)
            return (await albums_by_id(connection, viewer_id, [album_id]))[0]

    async def artist(self, viewer_id: str, artist_id: str, edit: ArtistEdit) -> Artist:
        """Change an artist, also where tracks and albums name them as they were called."""
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            viewer = await viewer_of(connection, viewer_id)
            found = await artists_by_id(connection, viewer_id, [artist_id])
            if not found:
                raise UnknownArtist("there is no such artist")
            viewer.check_operator("change artists, since all libraries share them")
            name, sorted_as = edit.names(found[0].name, found[0].sort_name)
            await update(connection, "artists", artist_id, artist_names(name, sorted_as))
            if name != found[0].name:
                await _rename(connection, artist_id, found[0].name, name)
            return (await artists_by_id(connection, viewer_id, [artist_id]))[0]

    async def lyrics(self, viewer_id: str, track_id: str, written: Lyrics) -> None:
        """Replace the words of a track; empty ones remove them."""
        lyrics = checked_lyrics(written)
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            row = await _writable(connection, "tracks", viewer_id, track_id)
            await write_lyrics(connection, track_id, lyrics)
            await update(
                connection, "tracks", track_id, {"edited": sorted({*row["edited"], "lyrics"})}
            )
            await _announce_edited(connection, [track_id])


async def _writable(
    connection: Connection, table: str, viewer_id: str, row_id: str
) -> asyncpg.Record:
    """A track or album in a library that the viewer may change."""
    row = await connection.fetchrow(
        f"""
        SELECT * FROM {table} WHERE id = $2 AND library_id IN (SELECT visible_libraries($1))
        """,
        viewer_id, row_id,
    )  # fmt: skip
    if row is None:
        raise (UnknownTrack if table == "tracks" else UnknownAlbum)(f"no such {table[:-1]}")
    viewer = await viewer_of(connection, viewer_id)
    await writable_library(connection, viewer, row["library_id"])
    return row


def _edited(row: asyncpg.Record, edit: TrackEdit | AlbumEdit) -> dict[str, object]:
    return {"edited": sorted({*row["edited"], *fields_of(edit)})}


async def _artists_of(connection: Connection, track_id: str) -> set[str]:
    rows = await connection.fetch(
        "SELECT artist_id FROM track_artists WHERE track_id = $1", track_id
    )
    return {row["artist_id"] for row in rows}


async def _announce_edited(connection: Connection, track_ids: Sequence[str]) -> None:
    for track_id in track_ids:
        track = await any_track(connection, track_id)
        if track:
            await announce(connection, track_edited(track))


async def _move(connection: Connection, row: asyncpg.Record, edit: TrackEdit) -> str | None:
    """Put a track on the album an edit names; answers where it stands then."""
    wanted = edit.album()
    album_id: str | None = row["album_id"]
    if wanted is None:
        return album_id
    title, artists = wanted
    album_id = None
    if title:
        # Guests change from track to track; the one named first is whose album it is.
        artists = artists or (await _credits_of(connection, row["id"]))[:1]
        album_id = await _album_titled(connection, row, title, artists)
    await update(connection, "tracks", row["id"], {"album_id": album_id})
    return album_id


async def _credits_of(connection: Connection, track_id: str) -> Sequence[Credit]:
    rows = await connection.fetch(
        """
        SELECT c.name, a.musicbrainz_artist_id FROM track_artists c
        JOIN artists a ON a.id = c.artist_id WHERE c.track_id = $1 ORDER BY c.position
        """,
        track_id,
    )
    return [Credit(row["name"], "", row["musicbrainz_artist_id"]) for row in rows]


async def _album_titled(
    connection: Connection, row: asyncpg.Record, title: str, artists: Sequence[Credit]
) -> str:
    library_id, date, printed = row["library_id"], row["date"], display_name(artists)
    found: str | None = await connection.fetchval(
        """
        SELECT id FROM albums WHERE library_id = $1 AND title_key = $2 AND artist_key = $3
        ORDER BY id = $5 DESC NULLS LAST, left(date, 4) = left($4, 4) DESC, added_at, id LIMIT 1
        """,
        library_id, folded(title), folded(printed), date, row["album_id"],
    )  # fmt: skip
    if found:
        return found
    names = album_names(title, sort_name(title), artists)
    tagged_as = identity(title, printed, date)
    columns = {**names, "library_id": library_id, "date": date, "tagged_as": tagged_as}
    album_id = await insert(connection, "albums", columns)
    await credit(connection, "album", album_id, library_id, artists)
    return album_id


async def _rename(connection: Connection, artist_id: str, old: str, new: str) -> None:
    changed = {}
    for kind in ("album", "track"):
        rows = await connection.fetch(
            f"""
            UPDATE {kind}_artists SET name = $3 WHERE artist_id = $1 AND name = $2
            RETURNING {kind}_id AS id
            """,
            artist_id, old, new,
        )  # fmt: skip
        changed[kind] = [row["id"] for row in rows]
    for album_id in changed["album"]:
        row = await connection.fetchrow(
            """
            SELECT title, sort_title, string_agg(name || join_phrase, '' ORDER BY position) AS by
            FROM albums JOIN album_artists ON album_id = id WHERE id = $1 GROUP BY id
            """,
            album_id,
        )
        if row:
            names = album_names(row["title"], row["sort_title"], [Credit(row["by"])])
            await update(connection, "albums", album_id, names)
    await refresh_words(connection, changed["track"])
    await _announce_edited(connection, changed["track"])
