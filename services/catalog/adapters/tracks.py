"""Tracks in PostgreSQL, for reading."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from libs.common.postgres import Connection, Pool
from services.catalog.adapters.listing import listed
from services.catalog.adapters.lists import Conditions, List, Order
from services.catalog.adapters.rows import (
    SEEN,
    credits_in,
    credits_of,
    marks_in,
    marks_of,
    renditions_in,
    value_in,
)
from services.catalog.adapters.shuffling import shuffled
from services.catalog.domain.listing import Filter, Listing, TrackOrder
from services.catalog.domain.music import (
    Analysis,
    Loudness,
    LyricLine,
    Lyrics,
    NoLyrics,
    NoRendition,
    Quality,
    Rendition,
    SourceFormat,
    Track,
    UnknownTrack,
)
from services.catalog.domain.paging import Stretch

TRACK = f"""
    SELECT track.id, track.library_id, content_sha256, track.title, track.sort_title,
        {credits_of("track")}, coalesce(track.album_id, '') AS album_id,
        coalesce((SELECT title FROM albums WHERE id = track.album_id), '') AS album_title,
        disc_number, track_number, track.duration_ms,
        track.date, track.genres, composers, track.label, isrc, comment, explicit,
        track.cover_sha256, musicbrainz_recording_id, musicbrainz_track_id, format, loudness,
        analysis, CASE WHEN $3::boolean THEN beats_s ELSE '{{}}' END AS beats_s, has_lyrics,
        has_synced_lyrics, has_waveform, renditions, track.added_at, library.demo,
        coalesce(preparing_item_id, '') AS preparing_item_id,
        f.at AS favourite_at, r.rating, p.play_count, p.last_played_at
    FROM tracks AS track
    JOIN libraries AS library ON library.id = track.library_id
    {marks_of("track")}
    LEFT JOIN track_plays p ON p.user_id = $1 AND p.track_id = track.id
"""

PLAYED = """
    SELECT track_id AS id, library_id, play_count, last_played_at
    FROM track_plays WHERE user_id = $1
"""
RATED = """
    SELECT entity_id AS id, rating,
        (SELECT library_id FROM tracks WHERE tracks.id = entity_id) AS library_id
    FROM ratings WHERE user_id = $1 AND kind = 'track'
"""
FAVOURITE = """track.id = ANY(ARRAY(
    SELECT entity_id FROM favourites WHERE user_id = $1 AND kind = 'track'
))"""

ORDERS = {
    TrackOrder.TITLE: Order("title", ["track.sort_key", "track.id"], [str, str]),
    TrackOrder.NEWEST: Order(
        "newest", ["track.added_at", "track.id"], [datetime, str], descending=True
    ),
    TrackOrder.ALBUM: Order(
        "album",
        [
            "track.album_key",
            "coalesce(track.album_id, '') COLLATE \"C\"",
            "track.disc_number",
            "track.track_number",
            "track.id",
        ],
        [str, str, int, int, str],
    ),
    TrackOrder.FREQUENT: Order(
        "frequent", ["mine.play_count", "mine.id"], [int, str], descending=True, mine=PLAYED
    ),
    TrackOrder.RECENT: Order(
        "recent", ["mine.last_played_at", "mine.id"], [datetime, str], descending=True, mine=PLAYED
    ),
    TrackOrder.RATING: Order(
        "rating", ["mine.rating", "mine.id"], [int, str], descending=True, mine=RATED
    ),
    TrackOrder.RANDOM: Order("random", shuffled("track.id"), [int, int, str]),
}


class Tracks:
    """Finds tracks."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(
        self, viewer_id: str, order: TrackOrder, wanted: Filter, stretch: Stretch
    ) -> Listing[Track]:
        """One page of the tracks the viewer sees."""
        where = _conditions(viewer_id, wanted)
        async with self._pool.acquire() as connection:
            page = await listed(connection, List("track", ORDERS[order], where), stretch)
            tracks = await tracks_by_id(connection, viewer_id, page.rows)
        return Listing(tracks, page.next_page_token, page.total_count)

    async def by_id(self, viewer_id: str, track_ids: Sequence[str]) -> Sequence[Track]:
        """Those of the tracks the viewer sees, with their beats, in the order asked for."""
        async with self._pool.acquire() as connection:
            return await tracks_by_id(connection, viewer_id, track_ids, with_beats=True)

    async def rendition(
        self, viewer_id: str, track_id: str, quality: Quality
    ) -> tuple[Track, Rendition | None]:
        """Which object to play; None while the track is being prepared."""
        tracks = await self.by_id(viewer_id, [track_id])
        if not tracks:
            raise UnknownTrack("there is no such track")
        if tracks[0].preparing_item_id:
            return tracks[0], None
        for rendition in tracks[0].renditions:
            if rendition.quality is quality:
                return tracks[0], rendition
        raise NoRendition(f"the track was not made in {quality.name.lower()} quality")

    async def lyrics(self, viewer_id: str, track_id: str) -> Lyrics:
        """The words of a track."""
        row = await self._pool.fetchrow(
            f"""
            SELECT lyrics.language, lyrics.plain, lyrics.lines FROM tracks AS track
            LEFT JOIN lyrics ON lyrics.track_id = track.id
            WHERE track.id = $2 AND track.library_id = {SEEN}
            """,
            viewer_id, track_id,
        )  # fmt: skip
        if row is None:
            raise UnknownTrack("there is no such track")
        if row["plain"] is None:
            raise NoLyrics("the track has no lyrics")
        return Lyrics(row["language"], row["plain"], [LyricLine(*line) for line in row["lines"]])


async def tracks_by_id(
    connection: Connection,
    viewer_id: str,
    track_ids: Sequence[str],
    *,
    with_beats: bool = False,
) -> list[Track]:
    """Those of the tracks the viewer sees, in the order asked for."""
    rows = await connection.fetch(
        f"{TRACK} WHERE track.id = ANY($2) AND track.library_id = {SEEN}",
        viewer_id, track_ids, with_beats,
    )  # fmt: skip
    found = {row["id"]: track_of(row) for row in rows}
    return [found[track_id] for track_id in track_ids if track_id in found]


async def any_track(connection: Connection, track_id: str) -> Track | None:
    """A track with its beats and nobody's marks, whoever may see it: for announcing it."""
    row = await connection.fetchrow(f"{TRACK} WHERE track.id = $2", "", track_id, True)
    return track_of(row) if row else None


def track_of(row: asyncpg.Record) -> Track:
    """Read a track from the columns of ``TRACK``."""
    loudness, analysis = row["loudness"], row["analysis"]
    return Track(
        id=row["id"],
        library_id=row["library_id"],
        content_sha256=row["content_sha256"],
        title=row["title"],
        sort_title=row["sort_title"],
        artists=credits_in(row),
        album_id=row["album_id"],
        album_title=row["album_title"],
        disc_number=row["disc_number"],
        track_number=row["track_number"],
        duration_ms=row["duration_ms"],
        date=row["date"],
        genres=row["genres"],
        composers=row["composers"],
        label=row["label"],
        isrc=row["isrc"],
        comment=row["comment"],
        explicit=row["explicit"],
        cover_sha256=row["cover_sha256"],
        musicbrainz_recording_id=row["musicbrainz_recording_id"],
        musicbrainz_track_id=row["musicbrainz_track_id"],
        format=value_in(SourceFormat, row["format"]),
        loudness=value_in(Loudness, loudness) if loudness else None,
        analysis=value_in(Analysis, {**analysis, "beats_s": row["beats_s"]}) if analysis else None,
        has_lyrics=row["has_lyrics"],
        has_synced_lyrics=row["has_synced_lyrics"],
        has_waveform=row["has_waveform"],
        renditions=renditions_in(row["renditions"]),
        added_at=row["added_at"],
        marks=marks_in(row),
        demo=row["demo"],
        preparing_item_id=row["preparing_item_id"],
    )


def _conditions(viewer_id: str, wanted: Filter) -> Conditions:
    where = Conditions([viewer_id])
    if wanted.library_id:
        where.of_library("track", wanted.library_id)
    if wanted.genre:
        where.of_genre("track", wanted.genre)
    if wanted.artist_id:
        where.narrow(
            "track.id = ANY(ARRAY(SELECT track_id FROM track_artists WHERE artist_id = {}))",
            wanted.artist_id,
        )
    if wanted.favourites_only:
        where.narrow(FAVOURITE)
    where.of_years("track", wanted.from_year, wanted.to_year)
    return where
