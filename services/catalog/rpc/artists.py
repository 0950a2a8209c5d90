"""Artists and genres over gRPC: decode, ask, encode."""

import grpc

from services.catalog.domain.listing import Filter
from services.catalog.rpc.limits import stretch
from services.catalog.rpc.music import Part
from services.catalog.wire.editing import decode_artist_edit
from services.catalog.wire.music import encode_album, encode_artist, encode_genre, encode_track
from tutti.catalog.v1 import catalog_pb2 as pb


class ArtistsRpc(Part):
    """Answers what is asked about artists and genres."""

    async def ListArtists(
        self, request: pb.ListArtistsRequest, context: grpc.ServicerContext
    ) -> pb.ListArtistsResponse:
        """List artists by sort name."""
        wanted = Filter(
            library_id=request.library_id,
            favourites_only=request.favourites_only,
            name_prefix=request.name_prefix,
        )
        listing = await self._music.artists.page(request.viewer_id, wanted, stretch(request))
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

    async def EditArtist(
        self, request: pb.EditArtistRequest, context: grpc.ServicerContext
    ) -> pb.EditArtistResponse:
        """Change an artist."""
        edit = decode_artist_edit(request)
        artist = await self._music.editing.artist(request.viewer_id, request.artist_id, edit)
        return pb.EditArtistResponse(artist=encode_artist(artist))

    async def ListGenres(
        self, request: pb.ListGenresRequest, context: grpc.ServicerContext
    ) -> pb.ListGenresResponse:
        """List genres."""
        genres = await self._music.artists.genres(request.viewer_id)
        return pb.ListGenresResponse(genres=map(encode_genre, genres))
