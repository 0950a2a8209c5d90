"""Matching: which tracks are meant by what others wrote about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.catalog.domain.names import folded, tidy_musicbrainz_id

MOST_DESCRIPTIONS = 500
CLOSE_MS = 5000
"""Lengths of one recording as different stores give them."""
BETWEEN_ARTISTS = re.compile(
    r"\s+(?:feat\.?|ft\.?|featuring|with|and|und|et|y|x|vs\.?)\s+|\s*[,;/&+\u00d7]\s*|\s+-\s+"
)
ARTICLE_LAST = re.compile(r"(.+), (the|an|a)")
MOST_ARTISTS = 10
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a recording elsewhere."""

    title: str = ""
    artist: str = ""
    album: str = ""
    duration_ms: int = 0
    musicbrainz_recording_id: str = ""
    isrc: str = ""
    file_name: str = ""
    track_id: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The track that is meant."""

    track_id: str
    duration_ms: int


def artist_keys(artist: str) -> Sequence[str]:
    """Folded names that an artist may be known by here, the whole of it first.

    >>> artist_keys("Simon & Garfunkel")
    ['simon & garfunkel', 'simon and garfunkel', 'simon', 'garfunkel']
    """
    whole = folded(artist)
    written = [whole, whole.replace(" & ", " and "), whole.replace(" and ", " & ")]
    if sorted_by := ARTICLE_LAST.fullmatch(whole):
        written.append(f"{sorted_by[2]} {sorted_by[1]}")
    parts = [part.strip("() ") for part in BETWEEN_ARTISTS.split(whole)]
    return [key for key in dict.fromkeys([*written, *parts]) if key][:MOST_ARTISTS]


def recording_id(text: str) -> str:
    """A MusicBrainz id, or nothing where it is none."""
    return tidy_musicbrainz_id(text)


def isrc(text: str) -> str:
    """An ISRC without hyphens, or nothing where it is none."""
    bare = text.replace("-", "").strip().upper()
    return bare if ISRC.fullmatch(bare) else ""


def file_name(path: str) -> str:
    """The name of a file without its folders, however they are written."""
    return re.split(r"[/\\]", path)[-1].lower()
