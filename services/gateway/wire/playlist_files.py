"""Playlists on their way to and from other programs."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import PurePath

from pydantic import Field

from services.gateway.domain.playlist_files import PlaylistFile, Song, one_line
from services.gateway.wire.playlists import Playlist
from services.gateway.wire.shapes import Answer, Asked, Line, MaybeNumber, Name
from services.gateway.wire.subsonic.music import credit_line, path_of
from tutti.catalog.v1 import listening_pb2, matching_pb2, music_pb2

LONGEST_NAME = 200
"""In characters."""


class PlaylistFormat(StrEnum):
    """How a playlist is written."""

    M3U8 = "m3u8"
    JSPF = "jspf"


class ExportQuery(Asked):
    """How the file shall be."""

    format: PlaylistFormat = PlaylistFormat.M3U8


class ImportQuery(Asked):
    """What shall become of the file."""

    name: Name | None = Field(None, description="Of the playlist; as the file says when left out.")
    file_name: Line = Field("", description="Names the playlist where nothing else does.")
    dry_run: bool = Field(False, description="Only tell what would be found.")

    def name_of(self, file: PlaylistFile) -> str:
        """What the playlist shall be called."""
        stem = PurePath(self.file_name).stem
        named = self.name or file.title or one_line(stem)
        return named[:LONGEST_NAME].strip() or "Imported playlist"


class UnmatchedSong(Answer):
    """A song of a file that has no track here."""

    position: int = Field(description="Among the songs of the file, from 1.")
    line: MaybeNumber = Field(description="Of the file, from 1; null in JSPF.")
    title: str
    artist: str
    album: str
    duration_ms: int
    path: str


class PlaylistImport(Answer):
    """What became of a file."""

    playlist: Playlist | None = Field(description="Null when nothing was found, or on a dry run.")
    name: str
    matched_count: int
    unmatched: list[UnmatchedSong]


def told(row: listening_pb2.Playlist, tracks: Iterable[music_pb2.Track]) -> PlaylistFile:
    """A playlist as a file tells of it."""
    return PlaylistFile(
        title=row.name,
        comment=row.comment,
        creator=row.owner_name,
        songs=tuple(_song(track) for track in tracks),
    )


def described(song: Song) -> matching_pb2.TrackDescription:
    """Ask the catalog for it."""
    return matching_pb2.TrackDescription(
        title=song.title,
        artist=song.artist,
        album=song.album,
        duration_ms=song.duration_ms,
        musicbrainz_recording_id=song.musicbrainz_recording_id,
        isrc=song.isrc,
        file_name=song.path,
        track_id=song.track_id,
    )


def _song(track: music_pb2.Track) -> Song:
    return Song(
        title=track.title,
        artist=credit_line(track.artists),
        album=track.album_title,
        duration_ms=track.duration_ms,
        track_number=track.track_number,
        musicbrainz_recording_id=track.musicbrainz_recording_id,
        isrc=track.isrc,
        track_id=track.id,
        path=path_of(track),
    )
