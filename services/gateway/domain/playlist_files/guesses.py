"""What songs are named that files tell little of: paths tell the rest."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from services.gateway.domain.playlist_files.songs import Song, one_line

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
NUMBER = re.compile(r"^(?:[0-9]{1,2}-)?[0-9]{1,3}(?:\s*[-._]\s*|\s+)(?=\S)")
"""Of the disc and the track, before a title."""
NO_NAME = re.compile(r"track|titel|piste|audio|unknown|[\W\d_]+", re.IGNORECASE)
FEWEST_LETTERS = 3
BETWEEN = " - "


def guesses(song: Song) -> Sequence[Song]:
    r"""The song as it was told, then what its path makes of it, the likeliest first.

    >>> [(each.artist, each.title) for each in guesses(Song(path=r"D:\Ada\Dawn\01 - Dusk.mp3"))]
    [('Ada', 'Dusk'), ('Ada', '01 - Dusk')]
    """
    parts = _parts(song.path)
    if not parts:
        return [song]
    stem = SUFFIX.sub("", parts[-1])
    bare = NUMBER.sub("", stem)
    album = song.album or (parts[-2] if len(parts) > 1 else "")
    artist = song.artist or (parts[-3] if len(parts) > 2 else "")  # noqa: PLR2004 artist, album, song
    named = replace(song, album=one_line(album), artist=one_line(artist), path=_telling(parts[-1]))
    made = [replace(song, path=named.path), replace(named, title=one_line(bare))]
    first, between, second = bare.partition(BETWEEN)
    if between:
        made.append(replace(song, artist=one_line(first), title=one_line(second), path=named.path))
    made.append(replace(named, title=one_line(stem)))
    return [each for each in dict.fromkeys(made) if each.title or _has_identity(each)]


def _has_identity(song: Song) -> bool:
    return bool(song.track_id or song.musicbrainz_recording_id or song.isrc)


def _parts(path: str) -> Sequence[str]:
    """Folders and the file, however the system of its writer parts them."""
    if ADDRESS.match(path):
        try:
            path = unquote(urlsplit(path).path)
        except ValueError:  # no address after all
            path = unquote(path)
    return [part for part in re.split(r"[/\\]", path) if part.strip() not in ("", ".", "..")]


def _telling(file_name: str) -> str:
    """The name of a file, unless half of all files are called so."""
    letters = NO_NAME.sub("", SUFFIX.sub("", file_name))
    return one_line(file_name) if len(letters) >= FEWEST_LETTERS else ""
