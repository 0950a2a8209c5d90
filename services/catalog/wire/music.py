"""Music as the contract has it, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.catalog.domain.music import (
    Album,
    Analysis,
    Artist,
    Credit,
    Genre,
    Loudness,
    LyricLine,
    Lyrics,
    Quality,
    Rendition,
    SourceFormat,
    Track,
)
from tutti.catalog.v1 import catalog_pb2, music_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.catalog.domain.libraries import Library


def encode_track(track: Track) -> music_pb2.Track:
    """Write a track for others to read."""
    message = music_pb2.Track(
        id=track.id,
        library_id=track.library_id,
        content_sha256=track.content_sha256,
        title=track.title,
        sort_title=track.sort_title,
        artists=map(encode_credit, track.artists),
        album_id=track.album_id,
        album_title=track.album_title,
        disc_number=track.disc_number,
        track_number=track.track_number,
        duration_ms=track.duration_ms,
        date=track.date,
        genres=track.genres,
        composers=track.composers,
        label=track.label,
        isrc=track.isrc,
        comment=track.comment,
        explicit=track.explicit,
        cover_sha256=track.cover_sha256,
        musicbrainz_recording_id=track.musicbrainz_recording_id,
        musicbrainz_track_id=track.musicbrainz_track_id,
        format=_encode_format(track.format),
        has_lyrics=track.has_lyrics,
        has_synced_lyrics=track.has_synced_lyrics,
        has_waveform=track.has_waveform,
        renditions=map(encode_rendition, track.renditions),
        added_at_unix_ms=unix_ms(track.added_at),
        rating=track.marks.rating,
        play_count=track.marks.play_count,
        demo=track.demo,
        preparing_item_id=track.preparing_item_id,
    )
    if track.loudness:
        message.loudness.CopyFrom(_encode_loudness(track.loudness))
    if track.analysis:
        message.analysis.CopyFrom(_encode_analysis(track.analysis))
    if track.marks.favourite_at:
        message.favourite_at_unix_ms = unix_ms(track.marks.favourite_at)
    if track.marks.last_played_at:
        message.last_played_at_unix_ms = unix_ms(track.marks.last_played_at)
    return message


def encode_album(album: Album) -> music_pb2.Album:
    """Write an album for others to read."""
    message = music_pb2.Album(
        id=album.id,
        library_id=album.library_id,
        title=album.title,
        sort_title=album.sort_title,
        artists=map(encode_credit, album.artists),
        date=album.date,
        original_date=album.original_date,
        disc_count=album.disc_count,
        track_count=album.track_count,
        duration_ms=album.duration_ms,
        genres=album.genres,
        label=album.label,
        barcode=album.barcode,
        compilation=album.compilation,
        cover_sha256=album.cover_sha256,
        musicbrainz_release_id=album.musicbrainz_release_id,
        musicbrainz_release_group_id=album.musicbrainz_release_group_id,
        added_at_unix_ms=unix_ms(album.added_at),
        rating=album.marks.rating,
        play_count=album.marks.play_count,
    )
    if album.marks.favourite_at:
        message.favourite_at_unix_ms = unix_ms(album.marks.favourite_at)
    return message


def encode_artist(artist: Artist) -> music_pb2.Artist:
    """Write an artist for others to read."""
    message = music_pb2.Artist(
        id=artist.id,
        name=artist.name,
        sort_name=artist.sort_name,
        musicbrainz_artist_id=artist.musicbrainz_artist_id,
        album_count=artist.album_count,
        track_count=artist.track_count,
        cover_sha256=artist.cover_sha256,
        rating=artist.marks.rating,
    )
    if artist.marks.favourite_at:
        message.favourite_at_unix_ms = unix_ms(artist.marks.favourite_at)
    return message


def encode_library(library: Library) -> music_pb2.Library:
    """Write a library for others to read."""
    return music_pb2.Library(
        id=library.id,
        number=library.number,
        name=library.name,
        owner_id=library.owner_id,
        shared_with_all=library.shared_with_all,
        demo=library.demo,
        folder=library.folder,
        track_count=library.track_count,
        size_bytes=library.size_bytes,
        member_ids=library.member_ids,
    )


def encode_genre(genre: Genre) -> catalog_pb2.Genre:
    """Write a genre for others to read."""
    return catalog_pb2.Genre(
        name=genre.name, album_count=genre.album_count, track_count=genre.track_count
    )


def encode_credit(credit: Credit) -> music_pb2.ArtistCredit:
    """Write a credit for others to read."""
    return music_pb2.ArtistCredit(
        artist_id=credit.artist_id,
        name=credit.name,
        join_phrase=credit.join_phrase,
        musicbrainz_artist_id=credit.musicbrainz_artist_id,
    )


def decode_credits(artists: Sequence[music_pb2.ArtistCredit]) -> Sequence[Credit]:
    """Read credits; whom they mean is for the catalog to find."""
    return [
        Credit(credit.name, credit.join_phrase, credit.musicbrainz_artist_id) for credit in artists
    ]


def encode_lyrics(lyrics: Lyrics) -> music_pb2.Lyrics:
    """Write lyrics for others to read."""
    return music_pb2.Lyrics(
        language=lyrics.language,
        plain=lyrics.plain,
        lines=[
            music_pb2.LyricLine(start_ms=line.start_ms, text=line.text) for line in lyrics.lines
        ],
    )


def decode_lyrics(lyrics: music_pb2.Lyrics) -> Lyrics:
    """Read lyrics others wrote."""
    lines = [LyricLine(line.start_ms, line.text) for line in lyrics.lines]
    return Lyrics(lyrics.language, lyrics.plain, lines)


def encode_rendition(rendition: Rendition) -> music_pb2.Rendition:
    """Write a rendition for others to read."""
    return music_pb2.Rendition(
        quality=music_pb2.Quality.ValueType(rendition.quality),
        object_key=rendition.object_key,
        content_type=rendition.content_type,
        size_bytes=rendition.size_bytes,
        bitrate_kbps=rendition.bitrate_kbps,
    )


def decode_renditions(renditions: Sequence[music_pb2.Rendition]) -> Sequence[Rendition]:
    """Read renditions others wrote."""
    return [
        Rendition(
            Quality(each.quality),
            each.object_key,
            each.content_type,
            each.size_bytes,
            each.bitrate_kbps,
        )
        for each in renditions
    ]


def decode_format(message: music_pb2.SourceFormat) -> SourceFormat:
    """Read what the original file is."""
    return SourceFormat(
        container=message.container,
        codec=message.codec,
        sample_rate_hz=message.sample_rate_hz,
        channels=message.channels,
        bit_depth=message.bit_depth,
        bitrate_kbps=message.bitrate_kbps,
        size_bytes=message.size_bytes,
        file_name=message.file_name,
        lossless=message.lossless,
    )


def decode_loudness(message: music_pb2.Loudness) -> Loudness:
    """Read how loud a recording is."""
    return Loudness(
        integrated_lufs=message.integrated_lufs,
        range_lu=message.range_lu,
        true_peak_dbtp=message.true_peak_dbtp,
        track_gain_db=message.track_gain_db,
        album_gain_db=message.album_gain_db if message.HasField("album_gain_db") else None,
        track_peak=message.track_peak,
        album_peak=message.album_peak if message.HasField("album_peak") else None,
    )


def decode_analysis(message: music_pb2.Analysis) -> Analysis:
    """Read what an analysis engine heard."""
    return Analysis(
        engine=message.engine,
        engine_version=message.engine_version,
        tempo_bpm=message.tempo_bpm,
        tempo_confidence=message.tempo_confidence,
        key=message.key,
        key_confidence=message.key_confidence,
        energy=message.energy,
        spectral_centroid_hz=message.spectral_centroid_hz,
        spectral_rolloff_hz=message.spectral_rolloff_hz,
        spectral_flatness=message.spectral_flatness,
        onset_rate_hz=message.onset_rate_hz,
        danceability=message.danceability,
        beats_s=list(message.beats_s),
    )


def unix_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def _encode_format(value: SourceFormat) -> music_pb2.SourceFormat:
    return music_pb2.SourceFormat(
        container=value.container,
        codec=value.codec,
        sample_rate_hz=value.sample_rate_hz,
        channels=value.channels,
        bit_depth=value.bit_depth,
        bitrate_kbps=value.bitrate_kbps,
        size_bytes=value.size_bytes,
        file_name=value.file_name,
        lossless=value.lossless,
    )


def _encode_loudness(value: Loudness) -> music_pb2.Loudness:
    return music_pb2.Loudness(
        integrated_lufs=value.integrated_lufs,
        range_lu=value.range_lu,
        true_peak_dbtp=value.true_peak_dbtp,
        track_gain_db=value.track_gain_db,
        album_gain_db=value.album_gain_db,
        track_peak=value.track_peak,
        album_peak=value.album_peak,
    )


def _encode_analysis(value: Analysis) -> music_pb2.Analysis:
    return music_pb2.Analysis(
        engine=value.engine,
        engine_version=value.engine_version,
        tempo_bpm=value.tempo_bpm,
        tempo_confidence=value.tempo_confidence,
        key=value.key,
        key_confidence=value.key_confidence,
        energy=value.energy,
        spectral_centroid_hz=value.spectral_centroid_hz,
        spectral_rolloff_hz=value.spectral_rolloff_hz,
        spectral_flatness=value.spectral_flatness,
        onset_rate_hz=value.onset_rate_hz,
        danceability=value.danceability,
        beats_s=value.beats_s,
    )
