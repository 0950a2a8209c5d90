"""Albums over gRPC: decode, ask, encode."""

import grpc

from services.catalog.domain.listing import AlbumOrder, Filter
from services.catalog.rpc.limits import choice, stretch, year
from services.catalog.rpc.music import Part
from services.catalog.wire.editing import decode_album_edit
from services.catalog.wire.music import encode_album, encode_track
from tutti.catalog.v1 import catalog_pb2 as pb


class AlbumsRpc(Part):
    """Answers what is asked about albums."""

    async def ListAlbums(
        self, request: pb.ListAlbumsRequest, context: grpc.ServicerContext
    ) -> pb.ListAlbumsResponse:
        """List albums."""
        wanted = Filter(
            library_id=request.library_id,
            artist_id=request.artist_id,
            genre=request.genre,
            favourites_only=request.favourites_only,
            from_year=year(request.from_year),
            to_year=year(request.to_year),
        )
        listing = await self._music.albums.page(
            request.viewer_id,
            choice(AlbumOrder, request.order or AlbumOrder.TITLE, "order"),
            wanted,
            stretch(request),
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

    async def EditAlbum(
        self, request: pb.EditAlbumRequest, context: grpc.ServicerContext
    ) -> pb.EditAlbumResponse:
        """Change an album."""
        edit = decode_album_edit(request)
        album = await self._music.editing.album(request.viewer_id, request.album_id, edit)
        return pb.EditAlbumResponse(album=encode_album(album))

    async def GetCover(
        self, request: pb.GetCoverRequest, context: grpc.ServicerContext
    ) -> pb.GetCoverResponse:
        """Say whether a cover may be seen."""
        await self._music.albums.check_cover(request.viewer_id, request.cover_sha256)
        return pb.GetCoverResponse()
