"""What ingest tells the rest of the platform."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING
from uuid import uuid4

from libs.common.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.ingest.domain.formats import Encoding
    from services.ingest.domain.glance import Found
    from services.ingest.domain.inspection import Cover
    from services.ingest.domain.quarantine import Quarantine
from services.ingest.domain.recording import (
    Recording,
    hls_prefix,
    original_key,
    rendition_key,
)
from services.ingest.domain.renditions import HLS_BITRATES_BPS, HLS_MASTER, Rendition
from services.ingest.domain.tags import Tags
from tutti.catalog.v1 import music_pb2
from tutti.ingest.v1 import events_pb2

_QUALITIES = {
    Rendition.HIGH: music_pb2.QUALITY_HIGH,
    Rendition.MEDIUM: music_pb2.QUALITY_MEDIUM,
    Rendition.LOW: music_pb2.QUALITY_LOW,
    Rendition.OPUS: music_pb2.QUALITY_OPUS,
    Rendition.PREVIEW: music_pb2.QUALITY_PREVIEW,
}

MOST_FOUND = 100
MOST_FOUND_BYTES = 2**19
"""In one announcement. NATS carries twice as much; one file's tags are a quarter of it at most."""


def recording_ready(recording: Recording) -> Event:
    """A library may take the recording in. The catalog answers."""
    fact = events_pb2.RecordingReady(
        ingest_item_id=recording.item_id,
        user_id=recording.user_id,
        library_id=recording.library_id,
        track=_track(recording),
        album=_album(recording.tags),
        lyrics=_lyrics(recording.tags),
        replaces_track_id=recording.replaces_track_id,
    )
    return Event.of(fact, key=recording.item_id)


def recordings_found(user_id: str, library_id: str, found: Iterable[Found]) -> Iterator[Event]:
    """A library may show what was found in its folder. The catalog answers each event."""
    fact, size_bytes = events_pb2.RecordingsFound(), 0
    for one in map(_found, found):
        if len(fact.recordings) == MOST_FOUND or size_bytes + one.ByteSize() > MOST_FOUND_BYTES:
            yield _finding(fact, user_id, library_id)
            fact, size_bytes = events_pb2.RecordingsFound(), 0
        fact.recordings.append(one)
        size_bytes += one.ByteSize()
    if fact.recordings:
        yield _finding(fact, user_id, library_id)


def _finding(fact: events_pb2.RecordingsFound, user_id: str, library_id: str) -> Event:
    fact.id, fact.user_id, fact.library_id = uuid4().hex, user_id, library_id
    return Event.of(fact, key=fact.id)


def recording_withdrawn(item_id: str) -> Event:
    """A file that was found is no recording for its library. The catalog answers."""
    return Event.of(events_pb2.RecordingWithdrawn(ingest_item_id=item_id), key=item_id)


def recording_reanalysed(recording: Recording) -> Event:
    """What is measured of a recording that is published was measured anew."""
    fact = events_pb2.RecordingReanalysed(
        content_sha256=recording.content_sha256,
        loudness=_loudness(recording),
        analysis=_analysis(recording),
        renditions=_renditions(recording),
        cover_sha256=recording.cover.sha256 if recording.cover else "",
    )
    return Event.of(fact, key=uuid4().hex)


def cover_renewed(content_sha256: str, cover: Cover) -> Event:
    """Recordings of this content have their cover under another name."""
    fact = events_pb2.RecordingReanalysed(content_sha256=content_sha256, cover_sha256=cover.sha256)
    return Event.of(fact, key=uuid4().hex)


def recording_quarantined(
    item_id: str, user_id: str, library_id: str, file_name: str, quarantine: Quarantine
) -> Event:
    """A file came to nothing."""
    fact = events_pb2.RecordingQuarantined(
        ingest_item_id=item_id,
        user_id=user_id,
        library_id=library_id,
        file_name=file_name,
        reason_code=quarantine.code,
        reason=quarantine.reason,
    )
    return Event.of(fact, key=uuid4().hex)


def _found(found: Found) -> events_pb2.FoundRecording:
    track = _words(found.tags, found.encoding)
    track.format.CopyFrom(_format(found.encoding, found.size_bytes, found.file_name))
    return events_pb2.FoundRecording(
        ingest_item_id=found.item_id, track=track, album=_album(found.tags)
    )


def _track(recording: Recording) -> music_pb2.Track:
    lyrics = _lyrics(recording.tags)
    track = _words(recording.tags, recording.encoding)
    more = music_pb2.Track(
        content_sha256=recording.content_sha256,
        comment=recording.tags.comment or "",
        cover_sha256=recording.cover.sha256 if recording.cover else "",
        format=_format(recording.encoding, recording.size_bytes, recording.file_name),
        loudness=_loudness(recording),
        analysis=_analysis(recording),
        has_waveform=True,
        renditions=_renditions(recording),
        has_lyrics=bool(lyrics.plain or lyrics.lines),
        has_synced_lyrics=bool(lyrics.lines),
    )
    track.MergeFrom(more)
    return track


def _words(tags: Tags, encoding: Encoding) -> music_pb2.Track:
    """What a track is called, and by whom, and how long it is."""
    ids = tags.musicbrainz
    return music_pb2.Track(
        title=tags.title or "",
        artists=_credits(tags.artists, ids.artists),
        disc_number=tags.disc or 0,
        track_number=tags.track or 0,
        duration_ms=round(encoding.duration_s * 1000),
        date=tags.date or "",
        genres=tags.genres,
        composers=tags.composers,
        label=tags.label or "",
        isrc=tags.isrc or "",
        explicit=bool(tags.explicit),
        musicbrainz_recording_id=ids.recording or "",
        musicbrainz_track_id=ids.track or "",
    )


def _credits(names: tuple[str, ...], ids: tuple[str, ...]) -> list[music_pb2.ArtistCredit]:
    """One credit for each name; ids count only where there is one for each name."""
    known = ids if len(ids) == len(names) else ()
    joins = [", "] * (len(names) - 2) + [" & "] * (len(names) > 1) + [""]
    return [
        music_pb2.ArtistCredit(name=name, join_phrase=join, musicbrainz_artist_id=artist_id)
        for name, join, artist_id in zip_longest(names, joins[: len(names)], known, fillvalue="")
    ]


def _format(encoding: Encoding, size_bytes: int, file_name: str) -> music_pb2.SourceFormat:
    return music_pb2.SourceFormat(
        container=encoding.container,
        codec=encoding.codec,
        sample_rate_hz=encoding.sample_rate_hz,
        channels=encoding.channels,
        bit_depth=encoding.bit_depth or 0,
        bitrate_kbps=round(encoding.bitrate_bps / 1000),
        size_bytes=size_bytes,
        file_name=file_name,
        lossless=encoding.codec.lossless,
    )


def _loudness(recording: Recording) -> music_pb2.Loudness | None:
    """What was measured, with the album's gain from the tags; None where it is too short."""
    measured, tagged = recording.loudness, recording.tags.replay_gain
    if measured.integrated_lufs is None:
        return None
    return music_pb2.Loudness(
        integrated_lufs=measured.integrated_lufs,
        range_lu=measured.range_lu or 0.0,
        true_peak_dbtp=measured.true_peak_dbtp or 0.0,
        track_gain_db=measured.track_gain_db or 0.0,
        track_peak=measured.track_peak or 0.0,
        album_gain_db=tagged.album_gain_db,
        album_peak=tagged.album_peak,
    )


def _analysis(recording: Recording) -> music_pb2.Analysis:
    heard = recording.analysis
    return music_pb2.Analysis(
        engine=heard.engine,
        engine_version=heard.engine_version,
        tempo_bpm=heard.tempo_bpm or 0.0,
        tempo_confidence=heard.tempo_confidence,
        key=heard.key.camelot if heard.key else "",
        key_confidence=heard.key_confidence,
        energy=heard.energy,
        spectral_centroid_hz=heard.spectral_centroid_hz,
        spectral_rolloff_hz=heard.spectral_rolloff_hz,
        spectral_flatness=heard.spectral_flatness,
        onset_rate_hz=heard.onset_rate_hz,
        danceability=heard.danceability,
        beats_s=heard.beats_s,
    )


def _renditions(recording: Recording) -> list[music_pb2.Rendition]:
    content, encoding = recording.content_sha256, recording.encoding
    original = music_pb2.Rendition(
        quality=music_pb2.QUALITY_ORIGINAL,
        object_key=original_key(content, encoding.container),
        content_type=encoding.container.content_type,
        size_bytes=recording.size_bytes,
        bitrate_kbps=round(encoding.bitrate_bps / 1000),
    )
    made = [
        music_pb2.Rendition(
            quality=_QUALITIES[rendition],
            object_key=rendition_key(content, rendition),
            content_type=rendition.content_type,
            size_bytes=size_bytes,
            bitrate_kbps=rendition.bitrate_bps // 1000,
        )
        for rendition, size_bytes in recording.renditions.items()
    ]
    hls = music_pb2.Rendition(
        quality=music_pb2.QUALITY_HLS,
        object_key=f"{hls_prefix(content)}{HLS_MASTER}",
        content_type="application/vnd.apple.mpegurl",
        size_bytes=recording.hls_size_bytes,
        bitrate_kbps=max(HLS_BITRATES_BPS.values()) // 1000,
    )
    return [original, *made, hls]


def _album(tags: Tags) -> events_pb2.AlbumTags:
    ids = tags.musicbrainz
    return events_pb2.AlbumTags(
        title=tags.album or "",
        artists=_credits(tags.album_artists, ids.album_artists),
        date=tags.date or "",
        original_date=tags.original_date or "",
        disc_count=tags.disc_total or 0,
        label=tags.label or "",
        barcode=tags.barcode or "",
        compilation=tags.compilation,
        musicbrainz_release_id=ids.release or "",
        musicbrainz_release_group_id=ids.release_group or "",
    )


def _lyrics(tags: Tags) -> music_pb2.Lyrics:
    lines = [
        music_pb2.LyricLine(start_ms=line.time_ms, text=line.text) for line in tags.synced_lyrics
    ]
    return music_pb2.Lyrics(plain=tags.lyrics or "", lines=lines)
