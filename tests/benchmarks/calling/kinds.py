"""Kinds of calls that music apps make, the same of every server."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from services.catalog.benchmarks.shelf import GENRES, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


LARGEST_PAGE = 500
VARIETY = 64
"""So many different calls of a kind, where there are so many."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Calls that differ in what they ask for, not in what it takes."""

    method: str
    about: Sequence[Mapping[str, str]]
    holds: str = ""
    """Where in an answer the list is, by its names."""


@dataclass(frozen=True, slots=True)
class Known:
    """Some ids of a server."""

    artist_ids: Sequence[str]
    album_ids: Sequence[str]
    song_ids: Sequence[str]


def known_of(ask: Callable[..., Mapping[str, object]]) -> Known:
    """Ask a server for ids to ask about."""
    albums = _rows(ask("getAlbumList2", type="newest", size="100"), "albumList2.album")
    songs = _rows(ask("getRandomSongs", size="100"), "randomSongs.song")
    return Known(
        [str(row["artistId"]) for row in albums],
        [str(row["id"]) for row in albums],
        [str(row["id"]) for row in songs],
    )


def kinds(shelf: Shelf, known: Known) -> Mapping[str, Kind]:
    """All kinds, by what is said of them in the table."""
    return {
        "ping": Kind("ping", [{}]),
        **_searches(shelf),
        **_lists(len(shelf.albums)),
        "getArtists": Kind("getArtists", [{}]),
        "getIndexes": Kind("getIndexes", [{}]),
        "getGenres": Kind("getGenres", [{}], "genres.genre"),
        "getArtist": Kind("getArtist", [{"id": each} for each in known.artist_ids]),
        "getAlbum": Kind("getAlbum", [{"id": each} for each in known.album_ids], "album.song"),
        "getSong": Kind("getSong", [{"id": each} for each in known.song_ids]),
    }


def _searches(shelf: Shelf) -> Mapping[str, Kind]:
    """Searches with words, and pages of everything."""
    fresh = Shelf(["any"] * 4, shelf.track_count)  # the names come in order, and once
    titles = [str(row[3]) for row in islice(fresh.track_rows(), VARIETY)]
    words = [max(title.split(), key=len) for title in titles]
    songs = {"artistCount": "0", "albumCount": "0", "songCount": str(LARGEST_PAGE)}
    last = max(0, shelf.track_count - LARGEST_PAGE)
    found = "searchResult3.song"
    return {
        "search3, a word": Kind("search3", [{"query": word} for word in words], found),
        "search3, three letters": Kind("search3", [{"query": word[:3]} for word in words], found),
        "search3, all, first 500 songs": Kind("search3", [{"query": "", **songs}], found),
        "search3, all, last 500 songs": Kind(
            "search3", [{"query": "", **songs, "songOffset": str(last)}], found
        ),
    }


def _lists(albums: int) -> Mapping[str, Kind]:
    """Lists of albums and of songs at random."""
    page = {"size": "50"}
    deep = {"size": "50", "offset": str(max(0, albums - 50))}
    orders = ("newest", "alphabeticalByName", "alphabeticalByArtist", "random")
    genres = [{"type": "byGenre", "genre": genre, **page} for genre in GENRES]
    years = [
        {"type": "byYear", "fromYear": str(year), "toYear": str(year + 9), **page}
        for year in range(1960, 2010, 10)
    ]
    found = "albumList2.album"
    return {
        **{
            f"getAlbumList2 {order}": Kind("getAlbumList2", [{"type": order, **page}], found)
            for order in orders
        },
        "getAlbumList2 byName, last 50": Kind(
            "getAlbumList2", [{"type": "alphabeticalByName", **deep}], found
        ),
        "getAlbumList2 byGenre": Kind("getAlbumList2", genres, found),
        "getAlbumList2 byYear": Kind("getAlbumList2", years, found),
        "getRandomSongs, 50": Kind("getRandomSongs", [{"size": "50"}], "randomSongs.song"),
        "getRandomSongs, 500": Kind(
            "getRandomSongs", [{"size": str(LARGEST_PAGE)}], "randomSongs.song"
        ),
    }


def count_in(answer: Mapping[str, object], kind: Kind) -> int:
    """How long the list is that an answer holds."""
    return len(_rows(answer, kind.holds)) if kind.holds else 0


def _rows(answer: Mapping[str, object], at: str) -> Sequence[Mapping[str, object]]:
    inside: object = answer
    for name in at.split("."):
        inside = inside.get(name, []) if isinstance(inside, dict) else []
    return inside if isinstance(inside, list) else []
