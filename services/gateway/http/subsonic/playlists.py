"""Playlists."""

from collections.abc import Sequence

from libs.common.faults import InvalidInput, PermissionDenied
from services.gateway.domain.apps.faults import MissingParameter
from services.gateway.domain.apps.ids import Kind, id_of, ids_of
from services.gateway.http.playlist_files import whole
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.http.subsonic.paging import LARGEST_PAGE, pages
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.playlists import playlist
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import listening_pb2 as pb


async def get_playlists(call: Call) -> Tree:
    """List one's own playlists and those that others share."""
    name = call.given.text_or("username", call.viewer.name)
    if name.casefold() != call.viewer.name.casefold():
        raise PermissionDenied("everybody sees their own playlists, and those that are public")
    asked = pb.ListPlaylistsRequest(viewer_id=call.viewer_id, page_size=LARGEST_PAGE)
    listed = pages(call.parts.peers.listening.ListPlaylists, asked)
    rows = [playlist(row, call.viewer_id) async for page in listed for row in page.playlists]
    return {"playlists": grown(playlist=rows)}


async def get_playlist(call: Call) -> Tree:
    """Read a playlist with its songs."""
    return await _shown(call, id_of(Kind.PLAYLIST, call.given.text("id")))


async def create_playlist(call: Call) -> Tree:
    """Make a playlist, or put other songs into one that there is."""
    given = call.given
    track_ids = ids_of(Kind.TRACK, given.texts("songId"))
    if "playlistId" in given:
        playlist_id = id_of(Kind.PLAYLIST, given.text("playlistId"))
        row, entries = await whole(call.parts.peers.listening, call.viewer_id, playlist_id)
        await _edit_tracks(call, row, [entry.entry_id for entry in entries], track_ids)
        if "name" in given:
            await _edit(call, playlist_id, name=given.text("name"))
        return await _shown(call, playlist_id)
    if "name" not in given:
        raise MissingParameter("send name for a new playlist, or playlistId for one that there is")
    answer = await call.parts.peers.listening.CreatePlaylist(
        pb.CreatePlaylistRequest(
            viewer_id=call.viewer_id, name=given.text("name"), track_ids=track_ids
        )
    )
    return await _shown(call, answer.playlist.id)


async def update_playlist(call: Call) -> Tree:
    """Change what a playlist is called, who sees it, and some of its songs."""
    given = call.given
    playlist_id = id_of(Kind.PLAYLIST, given.text("playlistId"))
    added = ids_of(Kind.TRACK, given.texts("songIdToAdd"))
    places = given.numbers("songIndexToRemove")
    if added or places:
        row, entries = await whole(call.parts.peers.listening, call.viewer_id, playlist_id)
        await _edit_tracks(call, row, _entries_at(entries, places), added)
    if {"name", "comment", "public"} & set(given.names):
        await _edit(
            call,
            playlist_id,
            name=given.text("name") if "name" in given else None,
            comment=given.text("comment") if "comment" in given else None,
            public=given.flag("public", default=False) if "public" in given else None,
        )
    return {}


async def delete_playlist(call: Call) -> Tree:
    """Remove a playlist."""
    playlist_id = id_of(Kind.PLAYLIST, call.given.text("id"))
    await call.parts.peers.listening.RemovePlaylist(
        pb.RemovePlaylistRequest(viewer_id=call.viewer_id, playlist_id=playlist_id)
    )
    return {}


async def _shown(call: Call, playlist_id: str) -> Tree:
    row, entries = await whole(call.parts.peers.listening, call.viewer_id, playlist_id)
    row.track_count = len(entries)
    row.duration_ms = sum(entry.track.duration_ms for entry in entries)
    songs = [music.song(entry.track) for entry in entries]
    return {"playlist": {**playlist(row, call.viewer_id), **grown(entry=songs)}}


def _entries_at(entries: Sequence[pb.PlaylistEntry], places: Sequence[int]) -> Sequence[str]:
    if beyond := [place for place in places if place >= len(entries)]:
        raise InvalidInput(f"the playlist has {len(entries)} songs, and none at {beyond[0]}")
    return [entries[place].entry_id for place in dict.fromkeys(places)]


async def _edit_tracks(
    call: Call, row: pb.Playlist, removed: Sequence[str], added: Sequence[str]
) -> None:
    """Change the songs of what was just read: refused if somebody was quicker."""
    await call.parts.peers.listening.EditPlaylistTracks(
        pb.EditPlaylistTracksRequest(
            viewer_id=call.viewer_id,
            playlist_id=row.id,
            version=row.version,
            remove_entry_ids=removed,
            add_track_ids=added,
        )
    )


async def _edit(
    call: Call,
    playlist_id: str,
    *,
    name: str | None = None,
    comment: str | None = None,
    public: bool | None = None,
) -> None:
    await call.parts.peers.listening.EditPlaylist(
        pb.EditPlaylistRequest(
            viewer_id=call.viewer_id,
            playlist_id=playlist_id,
            name=name,
            comment=comment,
            public=public,
        )
    )


METHODS = {
    "getPlaylists": Method(get_playlists),
    "getPlaylist": Method(get_playlist),
    "createPlaylist": Method(create_playlist),
    "updatePlaylist": Method(update_playlist),
    "deletePlaylist": Method(delete_playlist),
}
