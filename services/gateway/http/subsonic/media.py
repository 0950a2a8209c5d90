"""Files as they are, pictures and words."""

from http import HTTPStatus
from pathlib import PurePosixPath

from fastapi import Response
from fastapi.responses import RedirectResponse

from libs.common.faults import InvalidInput
from services.gateway.adapters.windows import Window
from services.gateway.domain.apps.covers import key_of
from services.gateway.domain.apps.ids import Kind, Nothing, id_of, named
from services.gateway.domain.links import LIFETIME, MediaLink
from services.gateway.http.bytes import attachment, object_response
from services.gateway.http.linking import address
from services.gateway.http.parts import now
from services.gateway.http.pictures import FOR_EVER
from services.gateway.http.sounding import KEPT
from services.gateway.http.subsonic.browsing import track_of
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.music import Quality
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.envelope import OPEN_TO_PAGES
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import catalog_pb2, listening_pb2, music_pb2
from tutti.ingest.v1 import podcasts_pb2

LARGEST_SIDE_PX = 4096
FOR_AN_HOUR = "private, max-age=3600"
"""Which cover a thing has may change; what a cover shows does not."""
ANY_LANGUAGE = "xxx"


async def download(call: Call) -> Response:
    """Send the file as it was uploaded."""
    track_id = id_of(Kind.TRACK, call.given.text("id"))
    parts = call.parts
    rendition = await parts.renditions.of(call.viewer_id, track_id, Quality.ORIGINAL)
    head = await parts.heads.of(rendition.object_key)
    suffix = PurePosixPath(rendition.object_key).suffix
    headers = {
        "Content-Type": rendition.content_type,
        "Content-Disposition": attachment(f"{rendition.title}{suffix}"),
        "Cache-Control": KEPT,
        **OPEN_TO_PAGES,
    }
    return await object_response(call.request, parts.heads, head, headers)


async def get_cover_art(call: Call) -> Response:
    """Send a cover: WebP to those who ask for it, JPEG to all others."""
    side_px = min(call.given.number("size", 0), LARGEST_SIDE_PX)
    name = call.given.text("id")
    sha256 = await _cover_of(call, name)
    kept = FOR_EVER if name.startswith(f"{Kind.COVER}-") else FOR_AN_HOUR
    headers = {"Cache-Control": kept, "Vary": "Accept", **OPEN_TO_PAGES}
    if "image/webp" in call.request.headers.get("accept", ""):
        head = await call.parts.heads.of(key_of(sha256, side_px))
        return await object_response(
            call.request, call.parts.heads, head, {"Content-Type": "image/webp", **headers}
        )
    picture = await call.parts.pictures.jpeg(sha256, side_px)
    return Response(picture, headers=headers, media_type="image/jpeg")


async def get_avatar(call: Call) -> Response:
    """Say that nobody has a portrait here."""
    name = call.given.text("username")
    raise Nothing(f"there is no portrait of {name!r}")


async def hls(call: Call) -> Response:
    """Send on to the HLS playlists of a song, at an address that plays for half an hour."""
    track_id = id_of(Kind.TRACK, call.given.text("id"))
    master = await call.parts.renditions.of(call.viewer_id, track_id, Quality.HLS)
    expires_unix_s = int((now() + LIFETIME).timestamp())
    link = MediaLink(track_id, Quality.HLS, call.viewer_id, "", expires_unix_s)
    signed = call.parts.links.signed(link, now())
    where = address(signed, PurePosixPath(master.object_key).name)
    headers = {"Cache-Control": "no-store", **OPEN_TO_PAGES}
    return RedirectResponse(where, HTTPStatus.FOUND, headers)


async def get_lyrics(call: Call) -> Tree:
    """Find the words of a song by its artist and title."""
    artist, title = call.given.text_or("artist", ""), call.given.text_or("title", "")
    asked = catalog_pb2.SearchNamesRequest(
        viewer_id=call.viewer_id, query=f"{artist} {title}".strip()[:200]
    )
    found = (await call.parts.peers.catalog.SearchNames(asked)).tracks if asked.query else []
    for track in found:
        if track.has_lyrics and track.title.casefold() == title.casefold():
            lyrics = await _lyrics(call, track.id)
            by = music.credit_line(track.artists)
            return {"lyrics": grown(artist=by, title=track.title, value=_plain(lyrics))}
    return {"lyrics": {}}


async def get_lyrics_by_song_id(call: Call) -> Tree:
    """Read all words that there are of a song: with times, and without."""
    track = await track_of(call, call.given.text("id"))
    if not track.has_lyrics:
        return {"lyricsList": {}}
    lyrics = await _lyrics(call, track.id)
    about = grown(
        displayArtist=music.credit_line(track.artists),
        displayTitle=track.title,
        lang=lyrics.language or ANY_LANGUAGE,
        kind="main" if call.given.flag("enhanced", default=False) else None,
    )
    listed = []
    if lyrics.lines:
        timed = [{"start": line.start_ms, "value": line.text} for line in lyrics.lines]
        listed.append({**about, "synced": True, "line": timed})
    if lyrics.plain:
        lines = [{"value": line} for line in lyrics.plain.splitlines()]
        listed.append({**about, "synced": False, "line": lines})
    return {"lyricsList": grown(structuredLyrics=listed)}


async def _lyrics(call: Call, track_id: str) -> music_pb2.Lyrics:
    asked = catalog_pb2.GetLyricsRequest(viewer_id=call.viewer_id, track_id=track_id)
    return (await call.parts.peers.catalog.GetLyrics(asked)).lyrics


def _plain(lyrics: music_pb2.Lyrics) -> str:
    return lyrics.plain or "\n".join(line.text for line in lyrics.lines)


async def _cover_of(call: Call, name: str) -> str:
    """Which cover a thing has that the caller may see."""
    thing, catalog, viewer_id = named(name), call.parts.peers.catalog, call.viewer_id
    sha256 = ""
    match thing.kind:
        case Kind.COVER:
            asked = catalog_pb2.GetCoverRequest(viewer_id=viewer_id, cover_sha256=thing.id)
            await catalog.GetCover(asked)
            sha256 = thing.id
        case Kind.ARTIST:
            of_artist = catalog_pb2.GetArtistRequest(viewer_id=viewer_id, artist_id=thing.id)
            sha256 = (await catalog.GetArtist(of_artist)).artist.cover_sha256
        case Kind.ALBUM:
            of_album = catalog_pb2.GetAlbumRequest(viewer_id=viewer_id, album_id=thing.id)
            sha256 = (await catalog.GetAlbum(of_album)).album.cover_sha256
        case Kind.TRACK:
            sha256 = (await track_of(call, name)).cover_sha256
        case Kind.CHANNEL:
            of_channel = podcasts_pb2.GetChannelRequest(channel_id=thing.id)
            answer = await call.parts.peers.podcasts.GetChannel(of_channel)
            sha256 = answer.channel.cover_sha256
        case Kind.PLAYLIST:
            sha256 = await _cover_of_playlist(call, thing.id)
        case _:
            raise InvalidInput(f"{name!r} is nothing that has a cover")
    if not sha256:
        raise Nothing(f"{name!r} has no cover")
    return sha256


async def _cover_of_playlist(call: Call, playlist_id: str) -> str:
    asked = listening_pb2.GetPlaylistRequest(
        viewer_id=call.viewer_id, playlist_id=playlist_id, page_size=1
    )
    playlist = (await call.parts.peers.listening.GetPlaylist(asked)).playlist
    return next(iter(playlist.cover_sha256s), "")


METHODS = {
    "download": Method(download, window=Window.MEDIA),
    "getCoverArt": Method(get_cover_art, window=Window.MEDIA),
    "getAvatar": Method(get_avatar),
    "hls": Method(hls, window=Window.MEDIA),
    "hls.m3u8": Method(hls, window=Window.MEDIA),
    "getLyrics": Method(get_lyrics),
    "getLyricsBySongId": Method(get_lyrics_by_song_id),
}
