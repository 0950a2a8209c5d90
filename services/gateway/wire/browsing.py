"""What clients ask of the music: which of it, in which order, and what to write about it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.wire.shapes import (
    LONGEST_MS,
    NO_NUL,
    Asked,
    Id,
    Line,
    Name,
    PageToken,
    Paging,
    PartialDate,
    Prose,
    numbered,
)
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2

MOST_NAMES = 50
LAST_YEAR = 9999

Filter = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class AlbumOrder(StrEnum):
    """In which order to list albums."""

    TITLE = "title"
    ARTIST = "artist"
    NEWEST = "newest"
    YEAR = "year"
    FREQUENT = "frequent"
    RECENT = "recent"
    RATING = "rating"
    RANDOM = "random"


class TrackOrder(StrEnum):
    """In which order to list tracks."""

    TITLE = "title"
    NEWEST = "newest"
    ALBUM = "album"
    FREQUENT = "frequent"
    RECENT = "recent"
    RATING = "rating"
    RANDOM = "random"


class ArtistQuery(Paging):
    """Which artists."""

    library_id: Filter = ""
    favourites: bool = Field(False, description="Only favourites.")
    prefix: Line = Field("", description="How the name begins; case and accents do not count.")

    def request(self, viewer_id: str) -> pb.ListArtistsRequest:
        """Ask the catalog."""
        return pb.ListArtistsRequest(
            viewer_id=viewer_id,
            page_size=self.limit,
            page_token=self.cursor,
            library_id=self.library_id,
            favourites_only=self.favourites,
            name_prefix=self.prefix,
        )


class AlbumQuery(Paging):
    """Which albums."""

    order: AlbumOrder = AlbumOrder.TITLE
    library_id: Filter = ""
    artist_id: Filter = ""
    genre: Line = ""
    favourites: bool = Field(False, description="Only favourites.")
    from_year: int = Field(0, ge=0, le=LAST_YEAR, description="0 for no bound.")
    to_year: int = Field(0, ge=0, le=LAST_YEAR, description="0 for no bound.")

    def request(self, viewer_id: str) -> pb.ListAlbumsRequest:
        """Ask the catalog."""
        return pb.ListAlbumsRequest(
            viewer_id=viewer_id,
            page_size=self.limit,
            page_token=self.cursor,
            order=numbered(pb.AlbumOrder, "ALBUM_ORDER_", self.order),
            library_id=self.library_id,
            artist_id=self.artist_id,
            genre=self.genre,
            favourites_only=self.favourites,
            from_year=self.from_year,
            to_year=self.to_year,
        )


class TrackQuery(Paging):
    """Which tracks."""

    order: TrackOrder = TrackOrder.TITLE
    library_id: Filter = ""
    artist_id: Filter = ""
    genre: Line = ""
    favourites: bool = Field(False, description="Only favourites.")

    def request(self, viewer_id: str) -> pb.ListTracksRequest:
        """Ask the catalog."""
        return pb.ListTracksRequest(
            viewer_id=viewer_id,
            page_size=self.limit,
            page_token=self.cursor,
            order=numbered(pb.TrackOrder, "TRACK_ORDER_", self.order),
            library_id=self.library_id,
            artist_id=self.artist_id,
            genre=self.genre,
            favourites_only=self.favourites,
        )


class SearchQuery(Asked):
    """What to look for."""

    q: Words = Field(description="Words of names and titles; typing errors are forgiven.")
    limit: int = Field(20, ge=1, le=100, description="How many of each kind at most.")


class ChangesQuery(Asked):
    """Since when."""

    cursor: PageToken = Field("", description="The next_cursor of the last answer.")
    limit: int = Field(200, ge=1, le=1000)


class TrackIds(Asked):
    """Which tracks."""

    ids: list[Id] = Field(min_length=1, max_length=500)


class TracksWanted(Asked):
    """Which tracks somebody is about to hear."""

    ids: list[Id] = Field(min_length=1, max_length=10)


def _list(values: list[str] | None) -> pb.StringList | None:
    return None if values is None else pb.StringList(values=values)


class TrackEdit(Asked):
    """What to write about a track; what is left out stays."""

    title: Name | None = None
    sort_title: Line | None = None
    artist_names: list[Name] | None = Field(None, min_length=1, max_length=MOST_NAMES)
    album_title: Line | None = Field(None, description="Moves the track to the album so called.")
    album_artist_names: list[Name] | None = Field(None, max_length=MOST_NAMES)
    disc_number: int | None = Field(None, ge=0, le=999)
    track_number: int | None = Field(None, ge=0, le=9999)
    date: PartialDate | None = None
    genres: list[Name] | None = Field(None, max_length=MOST_NAMES)
    composers: list[Name] | None = Field(None, max_length=MOST_NAMES)
    label: Line | None = None
    comment: Prose | None = None
    explicit: bool | None = None

    def request(self, viewer_id: str, track_id: str) -> pb.EditTrackRequest:
        """Ask the catalog."""
        return pb.EditTrackRequest(
            viewer_id=viewer_id,
            track_id=track_id,
            title=self.title,
            sort_title=self.sort_title,
            artist_names=self.artist_names or (),
            album_title=self.album_title,
            album_artist_names=self.album_artist_names or (),
            disc_number=self.disc_number,
            track_number=self.track_number,
            date=self.date,
            genres=_list(self.genres),
            composers=_list(self.composers),
            label=self.label,
            comment=self.comment,
            explicit=self.explicit,
        )


class AlbumEdit(Asked):
    """What to write about an album; what is left out stays."""

    title: Name | None = None
    sort_title: Line | None = None
    artist_names: list[Name] | None = Field(None, min_length=1, max_length=MOST_NAMES)
    date: PartialDate | None = None
    original_date: PartialDate | None = None
    label: Line | None = None
    compilation: bool | None = None

    def request(self, viewer_id: str, album_id: str) -> pb.EditAlbumRequest:
        """Ask the catalog."""
        return pb.EditAlbumRequest(
            viewer_id=viewer_id,
            album_id=album_id,
            title=self.title,
            sort_title=self.sort_title,
            artist_names=self.artist_names or (),
            date=self.date,
            original_date=self.original_date,
            label=self.label,
            compilation=self.compilation,
        )


class ArtistEdit(Asked):
    """What to write about an artist; what is left out stays."""

    name: Name | None = None
    sort_name: Line | None = None

    def request(self, viewer_id: str, artist_id: str) -> pb.EditArtistRequest:
        """Ask the catalog."""
        return pb.EditArtistRequest(
            viewer_id=viewer_id, artist_id=artist_id, name=self.name, sort_name=self.sort_name
        )


class LyricLineEdit(Asked):
    """One sung line and when it starts."""

    start_ms: int = Field(ge=0, le=LONGEST_MS)
    text: Line


class LyricsEdit(Asked):
    """New words of a track; empty ones remove them."""

    language: str = Field("", pattern=r"^([a-z]{3})?$", description="ISO 639-2.")
    plain: str = Field("", max_length=100_000, pattern=NO_NUL)
    lines: list[LyricLineEdit] = Field([], max_length=5000)

    def lyrics(self) -> music_pb2.Lyrics:
        """The same as the catalog has it."""
        lines = [music_pb2.LyricLine(start_ms=line.start_ms, text=line.text) for line in self.lines]
        return music_pb2.Lyrics(language=self.language, plain=self.plain, lines=lines)


class LibraryNew(Asked):
    """A library to make."""

    name: Name
    shared_with_all: bool = Field(False, description="Operators only.")
    demo: bool = Field(False, description="Operators only; asking again answers with the same.")
    folder: Line = Field("", description="A mounted folder to scan. Operators only.")

    def request(self, viewer_id: str) -> pb.CreateLibraryRequest:
        """Ask the catalog."""
        return pb.CreateLibraryRequest(
            viewer_id=viewer_id,
            name=self.name,
            shared_with_all=self.shared_with_all,
            demo=self.demo,
            folder=self.folder,
        )


class LibraryEdit(Asked):
    """What to change about a library; what is left out stays."""

    name: Name | None = None
    shared_with_all: bool | None = Field(None, description="Operators only.")
    member_ids: list[Id] | None = Field(None, max_length=1000)

    def request(self, viewer_id: str, library_id: str) -> pb.EditLibraryRequest:
        """Ask the catalog."""
        return pb.EditLibraryRequest(
            viewer_id=viewer_id,
            library_id=library_id,
            name=self.name,
            shared_with_all=self.shared_with_all,
            member_ids=_list(self.member_ids),
        )
