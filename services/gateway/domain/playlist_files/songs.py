"""What a playlist file tells: songs in their order, each as far as it is known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from libs.common.faults import InvalidInput

MOST_SONGS = 10_000
"""As many as a playlist holds."""
MOST_CHARACTERS = 255
LONGEST_COMMENT = 4000
LONGEST_MS = 366 * 24 * 3600 * 1000
UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
"""Controls, ends of lines, and halves of characters, which JSON can write and UTF-8 cannot."""


class NotAPlaylist(InvalidInput):
    """The file is none of those that are read."""

    code = "not_a_playlist"


class TooManySongs(InvalidInput):
    """The file names more than a playlist holds."""

    code = "too_many_songs"


@dataclass(frozen=True, slots=True)
class Song:
    """A song as a file tells of it; what is unknown is empty or 0."""

    title: str = ""
    artist: str = ""
    album: str = ""
    duration_ms: int = 0
    track_number: int = 0
    musicbrainz_recording_id: str = ""
    isrc: str = ""
    track_id: str = ""
    """Where the file was written by a server of ours."""
    path: str = ""
    line: int = 0
    """Of the file, from 1; 0 where it has no lines."""


@dataclass(frozen=True, slots=True)
class PlaylistFile:
    """A playlist on its way from one program to another."""

    title: str = ""
    comment: str = ""
    creator: str = ""
    songs: Sequence[Song] = ()


def one_line(text: str, most_characters: int = MOST_CHARACTERS) -> str:
    r"""Text that stands on one line, without what cannot be shown; the rest of what is longer goes.

    >>> one_line(" Dusk\r\nand dawn ")
    'Dusk and dawn'
    """
    return UNSPEAKABLE.sub(" ", text[: 4 * most_characters]).strip()[:most_characters].strip()


def prose(text: str) -> str:
    """Text of several lines, without what cannot be shown."""
    lines = re.split(r"\r\n?|\n", text[:LONGEST_COMMENT])
    return "\n".join(one_line(line, LONGEST_COMMENT) for line in lines).strip()


def length_ms(told: float) -> int:
    """A length, or 0 where it is none that a recording can have."""
    return round(told) if 0 < told < LONGEST_MS else 0
