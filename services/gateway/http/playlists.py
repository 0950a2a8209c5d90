"""Playlists, made by hand or by rule."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import ListeningPeer
from services.gateway.wire.playlists import (
    EntryPaging,
    Playlist,
    PlaylistDetail,
    PlaylistEdit,
    PlaylistNew,
    PlaylistPage,
    PlaylistTracksEdit,
)
from services.gateway.wire.shapes import Id, Paging
from tutti.catalog.v1 import listening_pb2 as pb

routes = guarded_router("playlists")


@routes.get("/playlists")
async def list_playlists(
    viewer: Listener, listening: ListeningPeer, page: Annotated[Paging, Query()]
) -> PlaylistPage:
    """List one's own playlists and those others made public."""
    asked = pb.ListPlaylistsRequest(
        viewer_id=viewer.user_id, page_size=page.limit, page_token=page.cursor
    )
    return PlaylistPage.model_validate(await listening.ListPlaylists(asked))


@routes.post("/playlists", status_code=HTTPStatus.CREATED)
async def create_playlist(
    viewer: Listener, listening: ListeningPeer, asked: PlaylistNew
) -> Playlist:
    """Make a playlist of tracks, or by rule."""
    answer = await listening.CreatePlaylist(asked.request(viewer.user_id))
    return Playlist.model_validate(answer.playlist)


@routes.get("/playlists/{playlist_id}")
async def get_playlist(
    viewer: Listener,
    listening: ListeningPeer,
    playlist_id: Id,
    page: Annotated[EntryPaging, Query()],
) -> PlaylistDetail:
    """Read a playlist with a page of its tracks. One made by rule is evaluated now."""
    asked = pb.GetPlaylistRequest(
        viewer_id=viewer.user_id,
        playlist_id=playlist_id,
        page_size=page.limit,
        page_token=page.cursor,
    )
    return PlaylistDetail.model_validate(await listening.GetPlaylist(asked))


@routes.patch("/playlists/{playlist_id}")
async def edit_playlist(
    viewer: Listener, listening: ListeningPeer, playlist_id: Id, edit: PlaylistEdit
) -> Playlist:
    """Change a playlist's name, comment, visibility, editors or rule."""
    answer = await listening.EditPlaylist(edit.request(viewer.user_id, playlist_id))
    return Playlist.model_validate(answer.playlist)


@routes.delete("/playlists/{playlist_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_playlist(viewer: Listener, listening: ListeningPeer, playlist_id: Id) -> None:
    """Remove a playlist."""
    await listening.RemovePlaylist(
        pb.RemovePlaylistRequest(viewer_id=viewer.user_id, playlist_id=playlist_id)
    )


@routes.post("/playlists/{playlist_id}/tracks")
async def edit_playlist_tracks(
    viewer: Listener, listening: ListeningPeer, playlist_id: Id, edit: PlaylistTracksEdit
) -> Playlist:
    """Add, remove and move tracks of a playlist made by hand, all or nothing."""
    answer = await listening.EditPlaylistTracks(edit.request(viewer.user_id, playlist_id))
    return Playlist.model_validate(answer.playlist)
