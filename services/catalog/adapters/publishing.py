"""Recordings taken into libraries, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import asyncpg

from libs.common.postgres import Connection, Pool, announce, transaction
from services.catalog.adapters.album_tags import album_of
from services.catalog.adapters.delisting import delist
from services.catalog.adapters.libraries import LIBRARY, library_of, viewer_of
from services.catalog.adapters.rows import stored_analysis, stored_loudness, stored_renditions
from services.catalog.adapters.settling import settle
from services.catalog.adapters.tracks import any_track
from services.catalog.adapters.writing import become_writer, credit, insert, refresh_words, update
from services.catalog.domain.music import Analysis, Loudness, Lyrics, Rendition
from services.catalog.domain.publishing import (
    LIBRARY_GONE,
    LIBRARY_NOT_YOURS,
    TRACK_GONE,
    Recording,
    unedited,
)
from services.catalog.events import track_edited, track_published, track_refused


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a recording: a track, or a reason why there is none."""

    track_id: str | None
    reason: str = ""
    replaced_original: bool = False
    unused_sha256: str = ""


class Publishing:
    """Takes recordings into libraries, each once however often it is announced."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def publish(self, ready: Recording) -> None:
        """Write artists, album and track, and answer, all in one transaction."""
        recording = ready.tidied()
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            outcome = await _earlier_outcome(connection, recording.ingest_item_id)
            if outcome is None:
                outcome = await _outcome(connection, recording)
                await _record(connection, recording.ingest_item_id, outcome)
            await _answer(connection, recording.ingest_item_id, outcome)

    async def reanalyse(
        self,
        content_sha256: str,
        loudness: Loudness | None,
        analysis: Analysis | None,
        renditions: Sequence[Rendition],
        cover_sha256: str,
    ) -> None:
        """Replace what was measured, in every library that has this content, and its cover."""
        async with transaction(self._pool) as connection:
            await become_writer(connection)
            columns = _measured(loudness, analysis, renditions)
            if cover_sha256:
                columns["cover_sha256"] = cover_sha256
            rows = await connection.fetch(
                """
                SELECT id, library_id, album_id, cover_sha256 FROM tracks
                WHERE content_sha256 = $1 ORDER BY id
                """,
                content_sha256,
            )
            for row in rows:
                await update(connection, "tracks", row["id"], columns)
                if row["album_id"] and cover_sha256 not in ("", row["cover_sha256"]):
                    await settle(connection, row["library_id"], [row["album_id"]], [])
                track = await any_track(connection, row["id"])
                if track:
                    await announce(connection, track_edited(track))


def _measured(
    loudness: Loudness | None, analysis: Analysis | None, renditions: Sequence[Rendition]
) -> dict[str, object]:
    columns: dict[str, object] = {}
    if loudness:
        columns["loudness"] = stored_loudness(loudness)
    if analysis:
        columns["analysis"], columns["beats_s"] = stored_analysis(analysis)
    if renditions:
        columns["renditions"] = stored_renditions(renditions)
    return columns


async def _earlier_outcome(connection: Connection, ingest_item_id: str) -> Outcome | None:
    row = await connection.fetchrow(
        """
        SELECT track_id, reason, replaced_original, unused_sha256 FROM publications
        WHERE ingest_item_id = $1
        """,
        ingest_item_id,
    )
    return Outcome(**dict(row)) if row else None


async def _record(connection: Connection, ingest_item_id: str, outcome: Outcome) -> None:
    await connection.execute(
        """
        INSERT INTO publications
            (ingest_item_id, track_id, reason, replaced_original, unused_sha256)
        VALUES ($1, $2, $3, $4, $5)
        """,
        ingest_item_id,
        outcome.track_id,
        outcome.reason,
        outcome.replaced_original,
        outcome.unused_sha256,
    )


async def _answer(connection: Connection, ingest_item_id: str, outcome: Outcome) -> None:
    if outcome.track_id is None:
        await announce(connection, track_refused(ingest_item_id, outcome.reason))
        return
    track = await any_track(connection, outcome.track_id)
    if track is None:
        await announce(connection, track_refused(ingest_item_id, TRACK_GONE))
        return
    published = track_published(
        track,
        ingest_item_id,
        replaced_original=outcome.replaced_original,
        unused_sha256=outcome.unused_sha256,
    )
    await announce(connection, published)


async def _outcome(connection: Connection, recording: Recording) -> Outcome:
    reason = await refusal(connection, recording) or await _unwanted(connection, recording)
    if reason:
        return Outcome(None, reason)
    same = await connection.fetchval(
        "SELECT id FROM tracks WHERE library_id = $1 AND content_sha256 = $2",
        recording.library_id, recording.content_sha256,
    )  # fmt: skip
    if same:
        await delist(connection, recording.ingest_item_id)
        return Outcome(same)
    replaced = await connection.fetchrow(
        """
        SELECT id, content_sha256, album_id, edited FROM tracks WHERE library_id = $1 AND id = $2
        """,
        recording.library_id, recording.replaces_track_id,
    )  # fmt: skip
    if replaced:
        await delist(connection, recording.ingest_item_id)
        return await _replace(connection, recording, replaced)
    shown = await connection.fetchrow(
        "SELECT id, album_id, edited FROM tracks WHERE preparing_item_id = $1",
        recording.ingest_item_id,
    )
    if shown:
        await _rewrite(connection, recording, shown)
        return Outcome(shown["id"])
    return await _add(connection, recording)


async def _unwanted(connection: Connection, recording: Recording) -> str:
    """Whether somebody removed the track that was shown of the recording before it was ready."""
    removed = await connection.fetchval(
        "SELECT true FROM delistings WHERE ingest_item_id = $1 AND by_person",
        recording.ingest_item_id,
    )
    return TRACK_GONE if removed else ""


async def refusal(connection: Connection, recording: Recording) -> str:
    """Why the library does not take the recording, empty when it does."""
    row = await connection.fetchrow(
        f"{LIBRARY} WHERE l.id = $1 AND NOT l.removing", recording.library_id
    )
    if row is None:
        return LIBRARY_GONE
    adder = await viewer_of(connection, recording.user_id)
    return "" if adder.may_write(library_of(row)) else LIBRARY_NOT_YOURS


async def _add(connection: Connection, recording: Recording) -> Outcome:
    album_id, artist_ids = await album_of(connection, recording)
    track_id = await insert(
        connection,
        "tracks",
        {
            "library_id": recording.library_id,
            "search_text": "",
            "album_id": album_id,
            **recorded(recording),
            **recording.words(),
        },
    )
    artist_ids |= await credit(
        connection, "track", track_id, recording.library_id, recording.artists
    )
    await write_lyrics(connection, track_id, recording.lyrics)
    await refresh_words(connection, [track_id])
    await settle(connection, recording.library_id, [album_id] if album_id else [], artist_ids)
    return Outcome(track_id)


async def _replace(
    connection: Connection, recording: Recording, replaced: asyncpg.Record
) -> Outcome:
    """Give a track a better original."""
    await _rewrite(connection, recording, replaced)
    unused = not await connection.fetchval(
        "SELECT true FROM tracks WHERE content_sha256 = $1 LIMIT 1", replaced["content_sha256"]
    )
    return Outcome(
        replaced["id"],
        replaced_original=True,
        unused_sha256=replaced["content_sha256"] if unused else "",
    )


async def _rewrite(connection: Connection, recording: Recording, replaced: asyncpg.Record) -> None:
    """Write a track anew; what people wrote about it stays."""
    track_id, edited = replaced["id"], replaced["edited"]
    album_id, artist_ids = replaced["album_id"], set[str]()
    if "album_title" not in edited:
        album_id, artist_ids = await album_of(connection, recording)
    columns = {**recorded(recording), **unedited(recording.words(), edited)}
    await update(connection, "tracks", track_id, {"album_id": album_id, **columns})
    if "artist_names" not in edited:
        artist_ids |= await credit(
            connection, "track", track_id, recording.library_id, recording.artists
        )
    if "lyrics" not in edited and recording.lyrics:
        await write_lyrics(connection, track_id, recording.lyrics)
    await refresh_words(connection, [track_id])
    albums = {each for each in (album_id, replaced["album_id"]) if each}
    await settle(connection, recording.library_id, albums, artist_ids)


def recorded(recording: Recording) -> Mapping[str, object]:
    """Columns that come from the file alone."""
    analysis, beats_s = stored_analysis(recording.analysis)
    return {
        "content_sha256": recording.content_sha256,
        "duration_ms": recording.duration_ms,
        "isrc": recording.isrc,
        "cover_sha256": recording.cover_sha256,
        "musicbrainz_recording_id": recording.musicbrainz_recording_id,
        "musicbrainz_track_id": recording.musicbrainz_track_id,
        "format": asdict(recording.format),
        "loudness": stored_loudness(recording.loudness),
        "analysis": analysis,
        "beats_s": beats_s,
        "has_waveform": recording.has_waveform,
        "renditions": stored_renditions(recording.renditions),
        "preparing_item_id": None,
    }


async def write_lyrics(connection: Connection, track_id: str, lyrics: Lyrics) -> None:
    """Keep the words of a track, or forget them when there are none."""
    await connection.execute("DELETE FROM lyrics WHERE track_id = $1", track_id)
    if lyrics:
        await connection.execute(
            "INSERT INTO lyrics (track_id, language, plain, lines) VALUES ($1, $2, $3, $4)",
            track_id,
            lyrics.language,
            lyrics.plain,
            [[line.start_ms, line.text] for line in lyrics.lines],
        )
    has = {"has_lyrics": bool(lyrics), "has_synced_lyrics": bool(lyrics.lines)}
    await update(connection, "tracks", track_id, has)
