"""What to list, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

Row = TypeVar("Row")


class AlbumOrder(IntEnum):
    """Orders of albums, numbered as in the contract."""

    TITLE = 1
    ARTIST = 2
    NEWEST = 3
    YEAR = 4
    FREQUENT = 5
    RECENT = 6
    RATING = 7
    RANDOM = 8
    OLDEST = 9


class TrackOrder(IntEnum):
    """Orders of tracks, numbered as in the contract."""

    TITLE = 1
    NEWEST = 2
    ALBUM = 3
    FREQUENT = 4
    RECENT = 5
    RATING = 6
    RANDOM = 7


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of the things the viewer sees to list; what is left empty does not filter."""

    library_id: str = ""
    artist_id: str = ""
    genre: str = ""
    favourites_only: bool = False
    from_year: int = 0
    to_year: int = 0
    name_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """One page of a list."""

    rows: Sequence[Row]
    next_page_token: str
    total_count: int
