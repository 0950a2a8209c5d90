"""Tracks over gRPC: decode, ask, encode."""

import grpc

from services.catalog.domain.listing import Filter, TrackOrder
from services.catalog.domain.music import Quality
from services.catalog.rpc.limits import choice, few, stretch, year
from services.catalog.rpc.music import Part
from services.catalog.wire.editing import decode_track_edit
from services.catalog.wire.music import decode_lyrics, encode_lyrics, encode_rendition, encode_track
from tutti.catalog.v1 import catalog_pb2 as pb


class TracksRpc(Part):
    """Answers what is asked about tracks."""

    async def ListTracks(
        self, request: pb.ListTracksRequest, context: grpc.ServicerContext
    ) -> pb.ListTracksResponse:
        """List tracks."""
        wanted = Filter(
            library_id=request.library_id,
            artist_id=request.artist_id,
            genre=request.genre,
            favourites_only=request.favourites_only,
            from_year=year(request.from_year),
            to_year=year(request.to_year),
        )
        listing = await self._music.tracks.page(
            request.viewer_id,
            choice(TrackOrder, request.order or TrackOrder.TITLE, "order"),
            wanted,
            stretch(request),
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
        track_ids = few(request.track_ids, "track_ids")
        tracks = await self._music.tracks.by_id(request.viewer_id, track_ids)
        return pb.GetTracksResponse(tracks=map(encode_track, tracks))

    async def GetRendition(
        self, request: pb.GetRenditionRequest, context: grpc.ServicerContext
    ) -> pb.GetRenditionResponse:
        """Say which object to play."""
        quality = choice(Quality, request.quality, "quality")
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

    async def EditTrack(
        self, request: pb.EditTrackRequest, context: grpc.ServicerContext
    ) -> pb.EditTrackResponse:
        """Change a track."""
        edit = decode_track_edit(request)
        track = await self._music.editing.track(request.viewer_id, request.track_id, edit)
        return pb.EditTrackResponse(track=encode_track(track))

    async def RemoveTracks(
        self, request: pb.RemoveTracksRequest, context: grpc.ServicerContext
    ) -> pb.RemoveTracksResponse:
        """Remove tracks."""
        track_ids = few(request.track_ids, "track_ids")
        removed = await self._music.removal.tracks(request.viewer_id, track_ids)
        return pb.RemoveTracksResponse(removed_count=removed)
