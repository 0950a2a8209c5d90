"""What ingest announces, read for the catalog."""

from dataclasses import replace

from services.catalog.domain.music import Lyrics
from services.catalog.domain.publishing import AlbumTags, Recording
from services.catalog.wire.music import (
    decode_analysis,
    decode_credits,
    decode_format,
    decode_loudness,
    decode_lyrics,
    decode_renditions,
)
from tutti.catalog.v1 import music_pb2
from tutti.ingest.v1 import events_pb2


def decode_recording(fact: events_pb2.RecordingReady) -> Recording:
    """Read a recording that is ready, its tags as they are."""
    return replace(
        _recording(fact.ingest_item_id, fact.track, fact.album),
        user_id=fact.user_id,
        library_id=fact.library_id,
        replaces_track_id=fact.replaces_track_id,
        lyrics=decode_lyrics(fact.lyrics),
    )


def decode_found(fact: events_pb2.RecordingsFound) -> list[Recording]:
    """Read what was found in a folder, tags as they are."""
    return [
        replace(
            _recording(found.ingest_item_id, found.track, found.album),
            user_id=fact.user_id,
            library_id=fact.library_id,
        )
        for found in fact.recordings
    ]


def _recording(item_id: str, track: music_pb2.Track, album: events_pb2.AlbumTags) -> Recording:
    return Recording(
        ingest_item_id=item_id,
        user_id="",
        library_id="",
        replaces_track_id="",
        content_sha256=track.content_sha256,
        title=track.title,
        sort_title=track.sort_title,
        artists=decode_credits(track.artists),
        disc_number=track.disc_number,
        track_number=track.track_number,
        duration_ms=track.duration_ms,
        date=track.date,
        genres=list(track.genres),
        composers=list(track.composers),
        label=track.label,
        isrc=track.isrc,
        comment=track.comment,
        explicit=track.explicit,
        cover_sha256=track.cover_sha256,
        musicbrainz_recording_id=track.musicbrainz_recording_id,
        musicbrainz_track_id=track.musicbrainz_track_id,
        format=decode_format(track.format),
        loudness=decode_loudness(track.loudness) if track.HasField("loudness") else None,
        analysis=decode_analysis(track.analysis) if track.HasField("analysis") else None,
        has_waveform=track.has_waveform,
        renditions=decode_renditions(track.renditions),
        album=_decode_album(album),
        lyrics=Lyrics(),
    )


def _decode_album(tags: events_pb2.AlbumTags) -> AlbumTags:
    return AlbumTags(
        title=tags.title,
        artists=decode_credits(tags.artists),
        date=tags.date,
        original_date=tags.original_date,
        disc_count=tags.disc_count,
        label=tags.label,
        barcode=tags.barcode,
        compilation=tags.compilation,
        musicbrainz_release_id=tags.musicbrainz_release_id,
        musicbrainz_release_group_id=tags.musicbrainz_release_group_id,
    )
