"""Playlists as files: M3U8 and JSPF, written for other programs and read from them."""

from services.gateway.domain.playlist_files import jspf, m3u
from services.gateway.domain.playlist_files.guesses import guesses
from services.gateway.domain.playlist_files.reading import read
from services.gateway.domain.playlist_files.songs import (
    MOST_SONGS,
    NotAPlaylist,
    PlaylistFile,
    Song,
    TooManySongs,
    one_line,
)

__all__ = [
    "MOST_SONGS",
    "NotAPlaylist",
    "PlaylistFile",
    "Song",
    "TooManySongs",
    "guesses",
    "jspf",
    "m3u",
    "one_line",
    "read",
]
