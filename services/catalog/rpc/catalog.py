"""Music over gRPC: decode, ask, encode."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

import grpc

from libs.common.faults import InvalidInput
from services.catalog.adapters.albums import Albums
from services.catalog.adapters.artists import Artists
from services.catalog.adapters.changes import Changes
from services.catalog.adapters.editing import Editing
from services.catalog.adapters.libraries import Libraries
from services.catalog.adapters.removal import Removal
from services.catalog.adapters.search import Search
from services.catalog.adapters.tracks import Tracks
from services.catalog.domain.libraries import LibraryPlan
from services.catalog.domain.listing import AlbumOrder, Filter, TrackOrder
from services.catalog.domain.music import Quality
from services.catalog.domain.paging import page_size
from services.catalog.wire.changes import encode_change
from services.catalog.wire.editing import (
    decode_album_edit,
    decode_artist_edit,
    decode_library_edit,
    decode_track_edit,
)
from services.catalog.wire.music import (
    decode_lyrics,
    encode_album,
    encode_artist,
    encode_genre,
    encode_library,
    encode_lyrics,
    encode_rendition,
    encode_track,
)
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceServicer

USUAL_PAGE, MOST_ROWS = 50, 500
USUAL_CHANGES, MOST_CHANGES = 200, 1000
USUAL_FOUND, MOST_FOUND = 20, 100
LONGEST_QUERY = 200
LAST_YEAR = 9999

Choice = TypeVar("Choice", bound=IntEnum)


@dataclass(frozen=True, slots=True)
class Music:
    """Where music is kept, by what is done with it."""

    artists: Artists
    albums: Albums
    tracks: Tracks
    search: Search
    editing: Editing
    removal: Removal
    libraries: Libraries
    changes: Changes


class CatalogRpc(CatalogServiceServicer):
    """Answers tutti.catalog.v1.CatalogService."""

    def __init__(self, music: Music) -> None:
        self._music = music

    async def ListArtists(
        self, request: pb.ListArtistsRequest, context: grpc.ServicerContext
    ) -> pb.ListArtistsResponse:
        """List artists by sort name."""
        wanted = Filter(
            library_id=request.library_id,
            favourites_only=request.favourites_only,
            name_prefix=request.name_prefix,
        )
        size = page_size(request.page_size, USUAL_PAGE, MOST_ROWS)
        listing = await self._music.artists.page(
            request.viewer_id, wanted, request.page_token, size
        )
        return pb.ListArtistsResponse(
            artists=map(encode_artist, listing.rows),
            next_page_token=listing.next_page_token,
            total_count=listing.total_count,
        )

    async def GetArtist(
        self, request: pb.GetArtistRequest, context: grpc.ServicerContext
    ) -> pb.GetArtistResponse:
        """Find one artist."""
        page = await self._music.artists.with_works(request.viewer_id, request.artist_id)
        return pb.GetArtistResponse(
            artist=encode_artist(page.artist),
            albums=map(encode_album, page.albums),
            appears_on=map(encode_album, page.appears_on),
            top_tracks=map(encode_track, page.top_tracks),
        )

    async def ListAlbums(
        self, request: pb.ListAlbumsRequest, context: grpc.ServicerContext
    ) -> pb.ListAlbumsResponse:
        """List albums."""
        wanted = Filter(
            library_id=request.library_id,
            artist_id=request.artist_id,
            genre=request.genre,
            favourites_only=request.favourites_only,
            from_year=_year(request.from_year),
            to_year=_year(request.to_year),
        )
        listing = await self._music.albums.page(
            request.viewer_id,
            _choice(AlbumOrder, request.order or AlbumOrder.TITLE, "order"),
            wanted,
            request.page_token,
            page_size(request.page_size, USUAL_PAGE, MOST_ROWS),
        )
        return pb.ListAlbumsResponse(
            albums=map(encode_album, listing.rows),
            next_page_token=listing.next_page_token,
            total_count=listing.total_count,
        )

    async def GetAlbum(
        self, request: pb.GetAlbumRequest, context: grpc.ServicerContext
    ) -> pb.GetAlbumResponse:
        """Find one album."""
        album, tracks = await self._music.albums.with_tracks(request.viewer_id, request.album_id)
        return pb.GetAlbumResponse(album=encode_album(album), tracks=map(encode_track, tracks))

    async def ListTracks(
        self, request: pb.ListTracksRequest, context: grpc.ServicerContext
    ) -> pb.ListTracksResponse:
        """List tracks."""
        wanted = Filter(
            library_id=request.library_id,
            artist_id=request.artist_id,
            genre=request.genre,
            favourites_only=request.favourites_only,
        )
        listing = await self._music.tracks.page(
            request.viewer_id,
            _choice(TrackOrder, request.order or TrackOrder.TITLE, "order"),
            wanted,
            request.page_token,
            page_size(request.page_size, USUAL_PAGE, MOST_ROWS),
        )
        return pb.ListTracksResponse(
            tracks=map(encode_track, listing.rows),
            next_page_token=listing.next_page_token,
            total_count=listing.total_count,
        )

    async def GetTracks(
        self, request: pb.GetTracksRequest, context: grpc.ServicerContext
    ) -> pb.GetTracksResponse:
        """Find tracks by id."""
        track_ids = _few(request.track_ids, "track_ids")
        tracks = await self._music.tracks.by_id(request.viewer_id, track_ids)
        return pb.GetTracksResponse(tracks=map(encode_track, tracks))

    async def ListGenres(
        self, request: pb.ListGenresRequest, context: grpc.ServicerContext
    ) -> pb.ListGenresResponse:
        """List genres."""
        genres = await self._music.artists.genres(request.viewer_id)
        return pb.ListGenresResponse(genres=map(encode_genre, genres))

    async def SearchNames(
        self, request: pb.SearchNamesRequest, context: grpc.ServicerContext
    ) -> pb.SearchNamesResponse:
        """Find by name."""
        if not 0 <= request.limit <= MOST_FOUND:
            raise InvalidInput(f"limit must be from 1 to {MOST_FOUND}, or 0 for {USUAL_FOUND}")
        if len(request.query) > LONGEST_QUERY:
            raise InvalidInput(f"query must have at most {LONGEST_QUERY} characters")
        found = await self._music.search.names(
            request.viewer_id, request.query, request.limit or USUAL_FOUND
        )
        return pb.SearchNamesResponse(
            artists=map(encode_artist, found.artists),
            albums=map(encode_album, found.albums),
            tracks=map(encode_track, found.tracks),
        )

    async def GetLyrics(
        self, request: pb.GetLyricsRequest, context: grpc.ServicerContext
    ) -> pb.GetLyricsResponse:
        """Read lyrics."""
        lyrics = await self._music.tracks.lyrics(request.viewer_id, request.track_id)
        return pb.GetLyricsResponse(lyrics=encode_lyrics(lyrics))

    async def SetLyrics(
        self, request: pb.SetLyricsRequest, context: grpc.ServicerContext
    ) -> pb.SetLyricsResponse:
        """Write lyrics."""
        lyrics = decode_lyrics(request.lyrics)
        await self._music.editing.lyrics(request.viewer_id, request.track_id, lyrics)
        return pb.SetLyricsResponse()

    async def GetRendition(
        self, request: pb.GetRenditionRequest, context: grpc.ServicerContext
    ) -> pb.GetRenditionResponse:
        """Say which object to play."""
        quality = _choice(Quality, request.quality, "quality")
        track, rendition = await self._music.tracks.rendition(
            request.viewer_id, request.track_id, quality
        )
        return pb.GetRenditionResponse(
            rendition=encode_rendition(rendition) if rendition else None,
            preparing_item_id=track.preparing_item_id,
            content_sha256=track.content_sha256,
            title=track.title,
            duration_ms=track.duration_ms,
        )

    async def GetCover(
        self, request: pb.GetCoverRequest, context: grpc.ServicerContext
    ) -> pb.GetCoverResponse:
        """Say whether a cover may be seen."""
        await self._music.albums.check_cover(request.viewer_id, request.cover_sha256)
        return pb.GetCoverResponse()

    async def EditTrack(
        self, request: pb.EditTrackRequest, context: grpc.ServicerContext
    ) -> pb.EditTrackResponse:
        """Change a track."""
        edit = decode_track_edit(request)
        track = await self._music.editing.track(request.viewer_id, request.track_id, edit)
        return pb.EditTrackResponse(track=encode_track(track))

    async def EditAlbum(
        self, request: pb.EditAlbumRequest, context: grpc.ServicerContext
    ) -> pb.EditAlbumResponse:
        """Change an album."""
        edit = decode_album_edit(request)
        album = await self._music.editing.album(request.viewer_id, request.album_id, edit)
        return pb.EditAlbumResponse(album=encode_album(album))

    async def EditArtist(
        self, request: pb.EditArtistRequest, context: grpc.ServicerContext
    ) -> pb.EditArtistResponse:
        """Change an artist."""
        edit = decode_artist_edit(request)
        artist = await self._music.editing.artist(request.viewer_id, request.artist_id, edit)
        return pb.EditArtistResponse(artist=encode_artist(artist))

    async def RemoveTracks(
        self, request: pb.RemoveTracksRequest, context: grpc.ServicerContext
    ) -> pb.RemoveTracksResponse:
        """Remove tracks."""
        track_ids = _few(request.track_ids, "track_ids")
        removed = await self._music.removal.tracks(request.viewer_id, track_ids)
        return pb.RemoveTracksResponse(removed_count=removed)

    async def ListLibraries(
        self, request: pb.ListLibrariesRequest, context: grpc.ServicerContext
    ) -> pb.ListLibrariesResponse:
        """List libraries."""
        libraries = await self._music.libraries.visible(request.viewer_id)
        return pb.ListLibrariesResponse(libraries=map(encode_library, libraries))

    async def CreateLibrary(
        self, request: pb.CreateLibraryRequest, context: grpc.ServicerContext
    ) -> pb.CreateLibraryResponse:
        """Make a library."""
        plan = LibraryPlan(request.name, request.shared_with_all, request.demo, request.folder)
        library = await self._music.libraries.create(request.viewer_id, plan)
        return pb.CreateLibraryResponse(library=encode_library(library))

    async def EditLibrary(
        self, request: pb.EditLibraryRequest, context: grpc.ServicerContext
    ) -> pb.EditLibraryResponse:
        """Change a library."""
        edit = decode_library_edit(request)
        library = await self._music.libraries.edit(request.viewer_id, request.library_id, edit)
        return pb.EditLibraryResponse(library=encode_library(library))

    async def RemoveLibrary(
        self, request: pb.RemoveLibraryRequest, context: grpc.ServicerContext
    ) -> pb.RemoveLibraryResponse:
        """Remove a library: nobody sees it from now on, and its tracks go soon after."""
        library = await self._music.libraries.begin_removal(request.viewer_id, request.library_id)
        self._music.removal.wake()
        return pb.RemoveLibraryResponse(removed_track_count=library.track_count)

    async def CheckLibraryWritable(
        self, request: pb.CheckLibraryWritableRequest, context: grpc.ServicerContext
    ) -> pb.CheckLibraryWritableResponse:
        """Say whether a user may add to a library."""
        library = await self._music.libraries.writable(request.viewer_id, request.library_id)
        return pb.CheckLibraryWritableResponse(library=encode_library(library))

    async def ListChanges(
        self, request: pb.ListChangesRequest, context: grpc.ServicerContext
    ) -> pb.ListChangesResponse:
        """List what changed."""
        size = page_size(request.page_size, USUAL_CHANGES, MOST_CHANGES)
        page = await self._music.changes.page(request.viewer_id, request.cursor, size)
        return pb.ListChangesResponse(
            changes=map(encode_change, page.changes),
            next_cursor=page.next_cursor,
            more=page.more,
            start_over=page.start_over,
        )


def _choice(kind: type[Choice], asked: int, what: str) -> Choice:
    try:
        return kind(asked)
    except ValueError:
        raise InvalidInput(f"{what} must be one of those in the contract") from None


def _year(asked: int) -> int:
    if not 0 <= asked <= LAST_YEAR:
        raise InvalidInput(f"a year must be from 1 to {LAST_YEAR}, or 0 for no bound")
    return asked


def _few(ids: Sequence[str], what: str) -> Sequence[str]:
    if len(ids) > MOST_ROWS:
        raise InvalidInput(f"{what} must be at most {MOST_ROWS}")
    return list(ids)
