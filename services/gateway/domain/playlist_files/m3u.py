"""M3U8: a line for each song, and lines that begin with # and tell of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.gateway.domain.playlist_files.songs import PlaylistFile, Song, length_ms, one_line

MEDIA_TYPE = "audio/x-mpegurl"
LONGEST_LINE = 8000
"""In characters; what follows tells nothing."""
BETWEEN = " - "
ENDS = re.compile(r"\r\n?|\n")
LENGTH = re.compile(r"\s*(-?[0-9]{1,9}(?:\.[0-9]{0,9})?)")
ATTRIBUTES = re.compile(r'(?:"[^"]*"|[^",])*,')
"""What television lists put between the length and the name; a comma may stand in quotes."""


def written(playlist: PlaylistFile) -> str:
    """The playlist as M3U8. A comment has no place in it."""
    lines = ["#EXTM3U"]
    if playlist.title:
        lines.append(f"#PLAYLIST:{one_line(playlist.title)}")
    for song in playlist.songs:
        lines += _lines_of(song)
    return "\n".join([*lines, ""])


def read(text: str) -> PlaylistFile:
    """A playlist from M3U or M3U8, whatever can be understood of it."""
    lines = [line[:LONGEST_LINE].strip() for line in ENDS.split(text)]
    title = next((line for line in lines if line[:10].upper() == "#PLAYLIST:"), "")
    return PlaylistFile(title=one_line(title[10:]), songs=tuple(_songs(lines)))


def _lines_of(song: Song) -> Iterator[str]:
    title, artist = one_line(song.title), one_line(song.artist)
    shown = BETWEEN.join(part for part in (artist, title) if part)
    yield f"#EXTINF:{round(song.duration_ms / 1000) or -1},{shown}"
    if song.album:
        yield f"#EXTALB:{one_line(song.album)}"
    if artist and _named(shown, "") != (artist, title):
        yield f"#EXTART:{artist}"
    if song.track_id:
        yield f"#TUTTI-TRACK:{song.track_id}"
    path = one_line(song.path, LONGEST_LINE)
    yield f"./{path}" if path.startswith("#") else path


def _songs(lines: Sequence[str]) -> Iterator[Song]:
    """Each path is a song; so is what was told of one whose path is missing."""
    told = Song()
    for number, line in enumerate(lines, start=1):
        if told.line and line[:8].upper() == "#EXTINF:":
            yield _parted(told)
            told = Song()
        if line.startswith("#"):
            told = _told_more(told, line, number)
        elif line:
            yield _parted(replace(told, path=one_line(line, LONGEST_LINE), line=number))
            told = Song()
    if told.line:
        yield _parted(told)


def _told_more(told: Song, line: str, number: int) -> Song:
    """What is known after another line. Until all is, the title is all that is shown."""
    name, _, value = line.partition(":")
    match name.upper():
        case "#EXTINF":
            duration_ms, shown = _length_and_name(value)
            return replace(told, duration_ms=duration_ms, title=shown, line=number)
        case "#EXTALB":
            return replace(told, album=one_line(value))
        case "#EXTART":
            return replace(told, artist=one_line(value))
        case "#TUTTI-TRACK":
            return replace(told, track_id=one_line(value, 64))
    return told


def _parted(told: Song) -> Song:
    artist, title = _named(told.title, told.artist)
    return replace(told, artist=one_line(artist), title=one_line(title))


def _named(shown: str, album_artist: str) -> tuple[str, str]:
    """Artist and title, from what is shown. The artist of the album may tell where to part it."""
    if album_artist and shown.startswith(album_artist + BETWEEN):
        return album_artist, shown[len(album_artist + BETWEEN) :]
    artist, between, title = shown.partition(BETWEEN)
    return (artist, title) if between else (album_artist, shown)


def _length_and_name(value: str) -> tuple[int, str]:
    length = LENGTH.match(value)
    rest = value[length.end() :] if length else value
    attributes = ATTRIBUTES.match(rest)
    name = rest[attributes.end() :] if attributes else rest.partition(",")[2]
    duration_ms = length_ms(float(length[1]) * 1000) if length else 0
    return duration_ms, one_line(name, 2 * LONGEST_LINE)
