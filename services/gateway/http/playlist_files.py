"""Playlists as files: exported for other programs, imported from them."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from itertools import islice
from typing import Annotated

from fastapi import Query, Request, Response
from starlette.requests import ClientDisconnect

from libs.common.faults import InvalidInput, Unavailable
from services.gateway.adapters.peers import ListeningStub, MatchingStub
from services.gateway.domain.playlist_files import Song, guesses, jspf, m3u, read
from services.gateway.http.bytes import attachment
from services.gateway.http.document import PLAYLIST_FILE, PLAYLIST_FILE_BODY, Responses
from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import AllParts, ListeningPeer
from services.gateway.wire.playlist_files import (
    ExportQuery,
    ImportQuery,
    PlaylistFormat,
    PlaylistImport,
    UnmatchedSong,
    described,
    told,
)
from services.gateway.wire.playlists import Playlist
from services.gateway.wire.shapes import Id
from tutti.catalog.v1 import listening_pb2 as pb
from tutti.catalog.v1 import matching_pb2

routes = guarded_router("playlists")

LARGEST_PAGE = 1000
MOST_DESCRIPTIONS = 500
TRIES = 5
NONE_MADE: Responses = {200: {"model": PlaylistImport, "description": "No playlist was made."}}
FORMATS = {PlaylistFormat.M3U8: m3u, PlaylistFormat.JSPF: jspf}


@routes.get("/playlists/{playlist_id}/export", response_class=Response, responses=PLAYLIST_FILE)
async def export_playlist(
    viewer: Listener,
    listening: ListeningPeer,
    playlist_id: Id,
    query: Annotated[ExportQuery, Query()],
) -> Response:
    """Download a playlist as M3U8 or JSPF. One made by rule is evaluated now."""
    row, entries = await whole(listening, viewer.user_id, playlist_id)
    file, form = told(row, (entry.track for entry in entries)), FORMATS[query.format]
    written = await asyncio.to_thread(form.written, file)
    headers = {"Content-Disposition": attachment(f"{row.name}.{query.format}")}
    return Response(written, headers=headers, media_type=f"{form.MEDIA_TYPE}; charset=utf-8")


@routes.post(
    "/playlists/import",
    status_code=HTTPStatus.CREATED,
    responses=NONE_MADE,
    openapi_extra=PLAYLIST_FILE_BODY,
)
async def import_playlist(
    viewer: Listener,
    parts: AllParts,
    request: Request,
    response: Response,
    query: Annotated[ImportQuery, Query()],
) -> PlaylistImport:
    """Make a playlist of a file: M3U, M3U8 or JSPF, up to 5 MiB. Says which songs are not here."""
    try:
        content = await request.body()
    except ClientDisconnect:
        raise InvalidInput("the connection ended before the file did") from None
    file = await asyncio.to_thread(read, content)
    name = query.name_of(file)
    found = await matched(parts.peers.matching, viewer.user_id, file.songs)
    track_ids = [track_id for track_id in found if track_id]
    made = None
    if track_ids and not query.dry_run:
        asked = pb.CreatePlaylistRequest(
            viewer_id=viewer.user_id, name=name, comment=file.comment, track_ids=track_ids
        )
        made = (await parts.peers.listening.CreatePlaylist(asked)).playlist
    else:
        response.status_code = HTTPStatus.OK
    return PlaylistImport(
        playlist=Playlist.model_validate(made) if made else None,
        name=name,
        matched_count=len(track_ids),
        unmatched=unmatched(file.songs, found),
    )


async def whole(
    listening: ListeningStub, viewer_id: str, playlist_id: str
) -> tuple[pb.Playlist, Sequence[pb.PlaylistEntry]]:
    """A playlist with all that it held at one moment, in however many pages it comes."""
    for _ in range(TRIES):
        asked = pb.GetPlaylistRequest(
            viewer_id=viewer_id, playlist_id=playlist_id, page_size=LARGEST_PAGE
        )
        page = first = await listening.GetPlaylist(asked)
        entries = list(first.entries)
        while page.next_page_token and page.playlist.version == first.playlist.version:
            asked.page_token = page.next_page_token
            page = await listening.GetPlaylist(asked)
            entries += page.entries
        if page.playlist.version == first.playlist.version:
            return first.playlist, entries
    raise Unavailable("the playlist is being changed all the time; try again")


async def matched(matching: MatchingStub, viewer_id: str, songs: Sequence[Song]) -> Sequence[str]:
    """The tracks that songs mean, in their order; empty where there is none.

    What the first guess does not find is looked for by the second, and so on.
    """
    found = [""] * len(songs)
    waiting = [(place, iter(guesses(song))) for place, song in enumerate(songs)]
    while waiting:
        guessed = [(place, more, guess) for place, more in waiting for guess in islice(more, 1)]
        for start in range(0, len(guessed), MOST_DESCRIPTIONS):
            batch = guessed[start : start + MOST_DESCRIPTIONS]
            asked = matching_pb2.MatchTracksRequest(
                viewer_id=viewer_id, descriptions=[described(guess) for _, _, guess in batch]
            )
            answer = await matching.MatchTracks(asked)
            for (place, _, _), match in zip(batch, answer.matches, strict=True):
                found[place] = match.track_id
        waiting = [(place, more) for place, more, _ in guessed if not found[place]]
    return found


def unmatched(songs: Sequence[Song], found: Sequence[str]) -> list[UnmatchedSong]:
    """Songs without a track, as the file told of them."""
    return [
        UnmatchedSong(
            position=position,
            line=song.line,
            title=song.title,
            artist=song.artist,
            album=song.album,
            duration_ms=song.duration_ms,
            path=song.path,
        )
        for position, (song, track_id) in enumerate(zip(songs, found, strict=True), start=1)
        if not track_id
    ]
