"""Listening over gRPC: decode, ask, encode."""

import grpc

from services.catalog.adapters.marks import Marks
from services.catalog.adapters.playlists import Playlists
from services.catalog.adapters.plays import Plays
from services.catalog.adapters.queues import Bookmarks, Queues
from services.catalog.domain.paging import PageAsked
from services.catalog.wire.listening import (
    decode_bookmark,
    decode_entries_edit,
    decode_kind,
    decode_playlist_edit,
    decode_playlist_plan,
    decode_queue,
    encode_bookmark,
    encode_entry,
    encode_play,
    encode_playlist,
    encode_queue,
)
from services.catalog.wire.music import encode_track
from tutti.catalog.v1 import listening_pb2 as pb
from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceServicer


class ListeningRpc(ListeningServiceServicer):
    """Answers tutti.catalog.v1.ListeningService."""

    def __init__(
        self, playlists: Playlists, marks: Marks, plays: Plays, queues: Queues, bookmarks: Bookmarks
    ) -> None:
        self._playlists = playlists
        self._marks = marks
        self._plays = plays
        self._queues = queues
        self._bookmarks = bookmarks

    async def ListPlaylists(
        self, request: pb.ListPlaylistsRequest, context: grpc.ServicerContext
    ) -> pb.ListPlaylistsResponse:
        """List the viewer's playlists and public ones."""
        asked = PageAsked.parse(
            request.page_size, request.page_token, usual=100, most=500, kinds=[str, str]
        )
        page = await self._playlists.page(request.viewer_id, asked)
        return pb.ListPlaylistsResponse(
            playlists=map(encode_playlist, page.rows), next_page_token=page.next_token
        )

    async def GetPlaylist(
        self, request: pb.GetPlaylistRequest, context: grpc.ServicerContext
    ) -> pb.GetPlaylistResponse:
        """Find a playlist with some of its tracks."""
        asked = PageAsked.parse(
            request.page_size, request.page_token, usual=500, most=1000, kinds=[int, str]
        )
        playlist, page = await self._playlists.get(request.viewer_id, request.playlist_id, asked)
        return pb.GetPlaylistResponse(
            playlist=encode_playlist(playlist),
            entries=map(encode_entry, page.rows),
            next_page_token=page.next_token,
        )

    async def CreatePlaylist(
        self, request: pb.CreatePlaylistRequest, context: grpc.ServicerContext
    ) -> pb.CreatePlaylistResponse:
        """Make a playlist."""
        plan = decode_playlist_plan(request)
        playlist = await self._playlists.create(request.viewer_id, plan)
        return pb.CreatePlaylistResponse(playlist=encode_playlist(playlist))

    async def EditPlaylist(
        self, request: pb.EditPlaylistRequest, context: grpc.ServicerContext
    ) -> pb.EditPlaylistResponse:
        """Change a playlist."""
        edit = decode_playlist_edit(request)
        playlist = await self._playlists.edit(request.viewer_id, request.playlist_id, edit)
        return pb.EditPlaylistResponse(playlist=encode_playlist(playlist))

    async def EditPlaylistTracks(
        self, request: pb.EditPlaylistTracksRequest, context: grpc.ServicerContext
    ) -> pb.EditPlaylistTracksResponse:
        """Change the tracks of a playlist."""
        playlist = await self._playlists.edit_entries(
            request.viewer_id, request.playlist_id, request.version, decode_entries_edit(request)
        )
        return pb.EditPlaylistTracksResponse(playlist=encode_playlist(playlist))

    async def RemovePlaylist(
        self, request: pb.RemovePlaylistRequest, context: grpc.ServicerContext
    ) -> pb.RemovePlaylistResponse:
        """Remove a playlist."""
        await self._playlists.remove(request.viewer_id, request.playlist_id)
        return pb.RemovePlaylistResponse()

    async def SetFavourite(
        self, request: pb.SetFavouriteRequest, context: grpc.ServicerContext
    ) -> pb.SetFavouriteResponse:
        """Mark or unmark a favourite."""
        await self._marks.set_favourite(
            request.viewer_id, decode_kind(request.kind), request.id, favourite=request.favourite
        )
        return pb.SetFavouriteResponse()

    async def SetRating(
        self, request: pb.SetRatingRequest, context: grpc.ServicerContext
    ) -> pb.SetRatingResponse:
        """Rate something."""
        await self._marks.set_rating(
            request.viewer_id, decode_kind(request.kind), request.id, request.rating
        )
        return pb.SetRatingResponse()

    async def ListPlays(
        self, request: pb.ListPlaysRequest, context: grpc.ServicerContext
    ) -> pb.ListPlaysResponse:
        """List what was played."""
        asked = PageAsked.parse(
            request.page_size, request.page_token, usual=50, most=500, kinds=[int, str]
        )
        page = await self._plays.page(request.viewer_id, asked)
        return pb.ListPlaysResponse(
            plays=map(encode_play, page.rows), next_page_token=page.next_token
        )

    async def GetQueue(
        self, request: pb.GetQueueRequest, context: grpc.ServicerContext
    ) -> pb.GetQueueResponse:
        """Read the queue."""
        queue, tracks = await self._queues.get(request.viewer_id)
        return pb.GetQueueResponse(queue=encode_queue(queue), tracks=map(encode_track, tracks))

    async def SaveQueue(
        self, request: pb.SaveQueueRequest, context: grpc.ServicerContext
    ) -> pb.SaveQueueResponse:
        """Save the queue."""
        queue = await self._queues.save(request.viewer_id, decode_queue(request.queue))
        return pb.SaveQueueResponse(queue=encode_queue(queue))

    async def ListBookmarks(
        self, request: pb.ListBookmarksRequest, context: grpc.ServicerContext
    ) -> pb.ListBookmarksResponse:
        """List bookmarks."""
        bookmarks = await self._bookmarks.of_user(request.viewer_id)
        return pb.ListBookmarksResponse(bookmarks=map(encode_bookmark, bookmarks))

    async def SetBookmark(
        self, request: pb.SetBookmarkRequest, context: grpc.ServicerContext
    ) -> pb.SetBookmarkResponse:
        """Set a bookmark."""
        await self._bookmarks.set(request.viewer_id, decode_bookmark(request))
        return pb.SetBookmarkResponse()

    async def RemoveBookmark(
        self, request: pb.RemoveBookmarkRequest, context: grpc.ServicerContext
    ) -> pb.RemoveBookmarkResponse:
        """Remove a bookmark."""
        await self._bookmarks.remove(request.viewer_id, request.track_id)
        return pb.RemoveBookmarkResponse()
