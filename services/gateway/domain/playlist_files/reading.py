"""Reading a file of which nobody said what it is."""

import codecs

from services.gateway.domain.playlist_files import jspf, m3u
from services.gateway.domain.playlist_files.songs import (
    MOST_SONGS,
    NotAPlaylist,
    PlaylistFile,
    TooManySongs,
)

WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read(content: bytes) -> PlaylistFile:
    """A playlist of M3U, M3U8 or JSPF, told apart by how the file begins."""
    text = _text(content)
    begins = text[:100].lstrip().lower()
    if begins.startswith(("<", "[playlist]")):
        raise NotAPlaylist("send M3U, M3U8 or JSPF: XSPF, WPL and PLS are not read")
    playlist = jspf.read(text) if begins.startswith("{") else m3u.read(text)
    if not playlist.songs:
        raise NotAPlaylist("the file names no songs")
    if len(playlist.songs) > MOST_SONGS:
        raise TooManySongs(
            f"a playlist holds at most {MOST_SONGS} tracks, and this file names "
            f"{len(playlist.songs)}: part it"
        )
    return playlist


def _text(content: bytes) -> str:
    """Text in UTF-8, or as old programs wrote it under Windows."""
    if content.startswith(WIDE):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise NotAPlaylist("the file holds bytes that no text does: send M3U, M3U8 or JSPF")
    return text
