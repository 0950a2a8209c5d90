"""Music in lists: pages, what belongs together, what changed."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field

from services.gateway.wire.music import Album, Artist, Library, Track
from services.gateway.wire.shapes import Answer, Cursor
from tutti.catalog.v1 import catalog_pb2


class LibraryList(Answer):
    """The libraries the viewer may see."""

    items: list[Library] = Field(validation_alias="libraries")


class LibraryRemoved(Answer):
    """What went with a library."""

    removed_track_count: int


class ArtistPage(Answer):
    """Artists by sort name."""

    items: list[Artist] = Field(validation_alias="artists")
    next_cursor: Cursor
    total: int = Field(validation_alias="total_count")


class ArtistDetail(Answer):
    """An artist with what they made."""

    artist: Artist
    albums: list[Album]
    appears_on: list[Album]
    top_tracks: list[Track]


class AlbumPage(Answer):
    """Albums in the order asked for."""

    items: list[Album] = Field(validation_alias="albums")
    next_cursor: Cursor
    total: int = Field(validation_alias="total_count")


class AlbumDetail(Answer):
    """An album with its tracks in order of disc and number."""

    album: Album
    tracks: list[Track]


class TrackPage(Answer):
    """Tracks in the order asked for."""

    items: list[Track] = Field(validation_alias="tracks")
    next_cursor: Cursor
    total: int = Field(validation_alias="total_count")


class TrackList(Answer):
    """Tracks in the order their ids were asked for, those that may be seen."""

    items: list[Track] = Field(validation_alias="tracks")


class Genre(Answer):
    """A genre and how much there is of it."""

    name: str
    album_count: int
    track_count: int


class GenreList(Answer):
    """Genres by name."""

    items: list[Genre] = Field(validation_alias="genres")


class Found(Answer):
    """What a search found, the best first."""

    artists: list[Artist]
    albums: list[Album]
    tracks: list[Track]


class ArtistChange(Answer):
    """An artist as it is now."""

    kind: Literal["artist"]
    artist: Artist


class AlbumChange(Answer):
    """An album as it is now."""

    kind: Literal["album"]
    album: Album


class TrackChange(Answer):
    """A track as it is now."""

    kind: Literal["track"]
    track: Track


class LibraryChange(Answer):
    """A library as it is now."""

    kind: Literal["library"]
    library: Library


class Removal(Answer):
    """What is gone."""

    kind: str = Field(description="artist, album, track or library")
    id: str


class RemovedChange(Answer):
    """Word that something is gone from what the viewer may see."""

    kind: Literal["removed"]
    removed: Removal


def _told_by_kind(told: object) -> object:
    if isinstance(told, catalog_pb2.Change):
        kind = told.WhichOneof("entity") or "removed"
        return {"kind": kind, kind: getattr(told, kind)}
    return told


Change = Annotated[
    Annotated[
        ArtistChange | AlbumChange | TrackChange | LibraryChange | RemovedChange,
        Discriminator("kind"),
    ],
    BeforeValidator(_told_by_kind),
]


class ChangePage(Answer):
    """What changed since a cursor, in order of commit."""

    changes: list[Change]
    next_cursor: str
    more: bool = Field(description="More is waiting now.")
    start_over: bool = Field(description="Forget everything and read from the start.")
