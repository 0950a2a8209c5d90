"""Sound: streamed to those who prove who they are, or by links that prove it for them."""

from dataclasses import replace
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from libs.common.faults import InvalidInput, NotFound
from services.gateway.adapters.renditions import Rendition
from services.gateway.adapters.windows import Window
from services.gateway.domain.links import ForgedLink, MediaLink
from services.gateway.domain.principals import Policy, Principal, Proof
from services.gateway.domain.sounds.choosing import Target
from services.gateway.domain.sounds.formats import Format
from services.gateway.http.bytes import inline, object_response
from services.gateway.http.document import BYTES, PLAYLIST
from services.gateway.http.entrance import Guard, guarded_router, take_in_hand
from services.gateway.http.linking import Grant, Signature, parse_grant
from services.gateway.http.parts import AllParts, Parts, now
from services.gateway.http.sounding import KEPT, Asked, made_response
from services.gateway.wire.music import Quality, StreamQuality
from services.gateway.wire.shapes import Id

routes = guarded_router("media")
links = guarded_router("media", Guard(Policy.SIGNED, Window.MEDIA), prefix="/media")

Player = Annotated[Principal, Depends(Guard(Policy.USER, Window.MEDIA))]

PRESIGNED_S = 30 * 60
MADE_NOW = {
    StreamQuality.HIGH: Target(Format.MP3, 320),
    StreamQuality.MEDIUM: Target(Format.MP3, 128),
    StreamQuality.LOW: Target(Format.MP3, 64),
    StreamQuality.OPUS: Target(Format.OPUS, 96),
}
"""What can be made for who asks, where it was not made before."""
HLS_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "audio/mp4",
    ".aac": "audio/aac",
    ".ts": "video/mp2t",
}
HlsPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)?\.[a-z0-9]{2,4}$")]


@routes.api_route("/tracks/{track_id}/stream", methods=["GET"], responses=BYTES)
@routes.api_route("/tracks/{track_id}/stream", methods=["HEAD"], include_in_schema=False)
async def stream_track(
    viewer: Player,
    parts: AllParts,
    request: Request,
    track_id: Id,
    quality: StreamQuality = StreamQuality.HIGH,
    normalise: Annotated[bool, Query(description="As loud as others: -18 LUFS.")] = False,
) -> Response:
    """Play a track. Answers parts of it to Range, and may redirect to the object store.

    A form that is not at hand is made while it plays, and answers no Range until it is whole.
    """
    if normalise:
        return await _stream_normalised(request, parts, viewer.user_id, track_id, quality)
    return await _stream(request, parts, viewer.user_id, track_id, quality)


@routes.get("/tracks/{track_id}/hls/{path:path}", responses=PLAYLIST)
async def get_hls(
    viewer: Player, parts: AllParts, request: Request, track_id: Id, path: HlsPath
) -> Response:
    """Read the HLS playlists of a track and their segments; begin with master.m3u8."""
    return await _hls(request, parts, viewer.user_id, track_id, path)


@links.api_route("/{track_id}/{quality}", methods=["GET"], responses=BYTES)
@links.api_route("/{track_id}/{quality}", methods=["HEAD"], include_in_schema=False)
async def play_link(
    parts: AllParts,
    request: Request,
    track_id: Id,
    quality: StreamQuality,
    signature: Annotated[Signature, Query()],
) -> Response:
    """Play a track by a signed link, which needs no other proof."""
    link = signature.link(track_id, quality)
    await _check(link, parts)
    take_in_hand(request, link.user_id)
    return await _stream(request, parts, link.user_id, track_id, quality)


@links.get("/{track_id}/hls/{grant}/{path:path}", responses=PLAYLIST)
async def play_hls_link(
    parts: AllParts, request: Request, track_id: Id, grant: Grant, path: HlsPath
) -> Response:
    """Read HLS by a signed link: what a playlist names lies under the same signature."""
    link = parse_grant(track_id, grant)
    await _check(link, parts)
    take_in_hand(request, link.user_id)
    return await _hls(request, parts, link.user_id, track_id, path)


async def _check(link: MediaLink, parts: Parts) -> None:
    parts.links.check(link, now())
    if link.session_id:
        who = await parts.identities.of_session(link.session_id, Proof.LINK)
        if who.user_id != link.user_id:
            raise ForgedLink("the link is of another session")
    else:
        await parts.identities.of_user(link.user_id)


async def _stream(
    request: Request, parts: Parts, user_id: str, track_id: str, quality: StreamQuality
) -> Response:
    try:
        rendition = await parts.renditions.of(user_id, track_id, quality)
        return await sound_response(request, parts, rendition)
    except NotFound:
        if quality not in MADE_NOW:
            raise
    source = await parts.sources.of_track(user_id, track_id)
    return await made_response(request, parts, Asked(user_id, source, MADE_NOW[quality]))


async def _stream_normalised(
    request: Request, parts: Parts, user_id: str, track_id: str, quality: StreamQuality
) -> Response:
    if quality not in MADE_NOW:
        raise InvalidInput(f"normalise goes with the qualities {', '.join(MADE_NOW)}")
    source = await parts.sources.of_track(user_id, track_id)
    target = replace(MADE_NOW[quality], gain_db=source.gain_db)
    return await made_response(request, parts, Asked(user_id, source, target))


async def sound_response(request: Request, parts: Parts, rendition: Rendition) -> Response:
    """Answer with an object that sounds, or say where the store has it."""
    if parts.settings.s3_public_endpoint:
        url = parts.objects.presigned_get(rendition.object_key, PRESIGNED_S, rendition.content_type)
        return RedirectResponse(url, HTTPStatus.TEMPORARY_REDIRECT, {"Cache-Control": "no-store"})
    head = await parts.heads.of(rendition.object_key)
    suffix = PurePosixPath(rendition.object_key).suffix
    headers = {
        "Content-Type": rendition.content_type,
        "Content-Disposition": inline(f"{rendition.title}{suffix}"),
        "Cache-Control": KEPT,
    }
    return await object_response(request, parts.heads, head, headers)


async def _hls(request: Request, parts: Parts, user_id: str, track_id: str, path: str) -> Response:
    content_type = HLS_TYPES.get(PurePosixPath(path).suffix)
    if content_type is None:
        raise NotFound("HLS has playlists (.m3u8) and segments only")
    master = await parts.renditions.of(user_id, track_id, Quality.HLS)
    folder = PurePosixPath(master.object_key).parent
    head = await parts.heads.of(str(folder / path))
    headers = {"Content-Type": content_type, "Cache-Control": KEPT}
    return await object_response(request, parts.heads, head, headers)
