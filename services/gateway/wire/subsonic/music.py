"""Artists, albums and tracks as apps know them."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath

from services.gateway.domain.apps.ids import Kind, name_of
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import music_pb2

TYPES = {
    "flac": ("flac", "audio/flac"),
    "mp3": ("mp3", "audio/mpeg"),
    "mp4": ("m4a", "audio/mp4"),
    "ogg": ("ogg", "audio/ogg"),
    "wav": ("wav", "audio/wav"),
    "aiff": ("aiff", "audio/aiff"),
    "matroska": ("mka", "audio/x-matroska"),
}
"""By container: how files of it end, and their media type."""
NO_PATH = re.compile(r"[/\\\x00-\x1f]")
ONLY_DOTS = re.compile(r"^\.+$")
"""A band may be called "..", which must not lead out of anybody's folder."""
UNKNOWN_ALBUM = "[Unknown Album]"
UNKNOWN_ARTIST = "[Unknown Artist]"


def moment(unix_ms: int) -> str:
    """A moment by ISO 8601, in UTC."""
    written = datetime.fromtimestamp(unix_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return written.replace("+00:00", "Z")


def cover_name(sha256: str) -> str:
    """The name of a cover; empty where there is none."""
    return name_of(Kind.COVER, sha256) if sha256 else ""


def credit_line(credits_: Iterable[music_pb2.ArtistCredit]) -> str:
    """Artists as the record has them: "Ada feat. Bob"."""
    return "".join(credit.name + credit.join_phrase for credit in credits_)


def seconds(duration_ms: int) -> int:
    """Whole seconds."""
    return round(duration_ms / 1000)


def artist(row: music_pb2.Artist) -> dict[str, object]:
    """An ArtistID3."""
    return grown(
        id=name_of(Kind.ARTIST, row.id),
        name=row.name,
        coverArt=cover_name(row.cover_sha256),
        albumCount=row.album_count,
        starred=_maybe(row, "favourite_at_unix_ms"),
        userRating=row.rating or None,
        musicBrainzId=row.musicbrainz_artist_id,
        sortName=row.sort_name,
        roles=["artist"],
    )


def artist_directory(row: music_pb2.Artist) -> dict[str, object]:
    """An Artist, for apps that browse by folder."""
    return grown(
        id=name_of(Kind.ARTIST, row.id),
        name=row.name,
        starred=_maybe(row, "favourite_at_unix_ms"),
        userRating=row.rating or None,
    )


def album(row: music_pb2.Album) -> dict[str, object]:
    """An AlbumID3."""
    return grown(
        id=name_of(Kind.ALBUM, row.id),
        name=row.title,
        artist=credit_line(row.artists) or UNKNOWN_ARTIST,
        artistId=_first(row.artists),
        artists=credited(row.artists),
        displayArtist=credit_line(row.artists),
        coverArt=cover_name(row.cover_sha256),
        songCount=row.track_count,
        duration=seconds(row.duration_ms),
        playCount=row.play_count or None,
        created=moment(row.added_at_unix_ms),
        starred=_maybe(row, "favourite_at_unix_ms"),
        userRating=row.rating or None,
        year=year_of(row.date),
        **_genres(row.genres),
        recordLabels=[{"name": row.label}] if row.label else None,
        musicBrainzId=row.musicbrainz_release_id,
        sortName=row.sort_title,
        originalReleaseDate=item_date(row.original_date),
        releaseDate=item_date(row.date),
        isCompilation=row.compilation,
    )


def album_directory(row: music_pb2.Album) -> dict[str, object]:
    """A Child that is an album, for apps that browse by folder."""
    return grown(
        id=name_of(Kind.ALBUM, row.id),
        parent=_first(row.artists),
        isDir=True,
        title=row.title,
        album=row.title,
        artist=credit_line(row.artists) or UNKNOWN_ARTIST,
        artistId=_first(row.artists),
        year=year_of(row.date),
        **_genres(row.genres),
        coverArt=cover_name(row.cover_sha256),
        duration=seconds(row.duration_ms),
        playCount=row.play_count or None,
        created=moment(row.added_at_unix_ms),
        starred=_maybe(row, "favourite_at_unix_ms"),
        userRating=row.rating or None,
        mediaType="album",
    )


def song(row: music_pb2.Track, on: music_pb2.Album | None = None) -> dict[str, object]:
    """A Child that is a track; ``on`` is its album where that is at hand."""
    suffix, content_type = file_type(row)
    return grown(
        id=name_of(Kind.TRACK, row.id),
        parent=name_of(Kind.ALBUM, row.album_id) if row.album_id else _first(row.artists),
        isDir=False,
        title=row.title,
        album=row.album_title,
        artist=credit_line(row.artists) or UNKNOWN_ARTIST,
        track=row.track_number or None,
        discNumber=row.disc_number or None,
        year=year_of(row.date),
        **_genres(row.genres),
        coverArt=cover_name(row.cover_sha256),
        size=row.format.size_bytes,
        contentType=content_type,
        suffix=suffix,
        duration=seconds(row.duration_ms),
        bitRate=row.format.bitrate_kbps or None,
        bitDepth=row.format.bit_depth or None,
        samplingRate=row.format.sample_rate_hz or None,
        channelCount=row.format.channels or None,
        path=path_of(row),
        playCount=row.play_count or None,
        played=_maybe(row, "last_played_at_unix_ms"),
        created=moment(row.added_at_unix_ms),
        starred=_maybe(row, "favourite_at_unix_ms"),
        userRating=row.rating or None,
        albumId=name_of(Kind.ALBUM, row.album_id) if row.album_id else None,
        artistId=_first(row.artists),
        type="music",
        mediaType="song",
        isVideo=False,
        bpm=round(row.analysis.tempo_bpm) or None,
        comment=row.comment,
        sortName=row.sort_title,
        musicBrainzId=row.musicbrainz_recording_id,
        isrc=[row.isrc] if row.isrc else None,
        artists=credited(row.artists),
        displayArtist=credit_line(row.artists),
        albumArtists=credited(on.artists) if on else None,
        displayAlbumArtist=credit_line(on.artists) if on else None,
        displayComposer=", ".join(row.composers),
        explicitStatus="explicit" if row.explicit else None,
        # The API wants it in every song, with whatever is known.
        replayGain=_replay_gain(row) if row.HasField("loudness") else {},
    )


def credited(credits_: Sequence[music_pb2.ArtistCredit]) -> list[Tree]:
    """The artists of a credit, one by one."""
    return [
        {"id": name_of(Kind.ARTIST, credit.artist_id), "name": credit.name} for credit in credits_
    ]


def year_of(date: str) -> int | None:
    """The year of a date that may be incomplete or missing."""
    return int(date[:4]) if date[:4].isdecimal() else None


def item_date(date: str) -> Tree | None:
    """A date as precise as it is known."""
    parts = [int(part) for part in date.split("-") if part.isdecimal()]
    return dict(zip(("year", "month", "day"), parts, strict=False)) or None


def file_type(row: music_pb2.Track) -> tuple[str, str]:
    """How the original file ends, and its media type."""
    if row.format.codec == "opus":
        return "opus", "audio/ogg"
    if row.format.container in TYPES:
        return TYPES[row.format.container]
    suffix = PurePosixPath(row.format.file_name).suffix.removeprefix(".")
    return suffix or "bin", "application/octet-stream"


def path_of(row: music_pb2.Track) -> str:
    """A path that tells apps how to arrange what they download; no file has it here."""
    suffix, _ = file_type(row)
    number = f"{row.track_number:02} - " if row.track_number else ""
    if row.disc_number and number:
        number = f"{row.disc_number}-{number}"
    parts = (
        credit_line(row.artists) or UNKNOWN_ARTIST,
        row.album_title or UNKNOWN_ALBUM,
        f"{number}{row.title}.{suffix}",
    )
    return "/".join(ONLY_DOTS.sub("_", NO_PATH.sub("_", part)) for part in parts)


def _replay_gain(row: music_pb2.Track) -> Tree:
    loudness = row.loudness
    return grown(
        trackGain=round(loudness.track_gain_db, 2),
        trackPeak=round(loudness.track_peak, 6),
        albumGain=round(loudness.album_gain_db, 2) if loudness.HasField("album_gain_db") else None,
        albumPeak=round(loudness.album_peak, 6) if loudness.HasField("album_peak") else None,
    )


def _genres(genres: Sequence[str]) -> dict[str, object]:
    if not genres:
        return {}
    return {"genre": genres[0], "genres": [{"name": genre} for genre in genres]}


def _first(credits_: Sequence[music_pb2.ArtistCredit]) -> str | None:
    return name_of(Kind.ARTIST, credits_[0].artist_id) if credits_ else None


def _maybe(row: music_pb2.Artist | music_pb2.Album | music_pb2.Track, name: str) -> str | None:
    # The field is one of several of the same kind, which the types of the stubs keep apart.
    return moment(getattr(row, name)) if row.HasField(name) else None  # type: ignore[arg-type]
