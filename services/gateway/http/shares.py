"""Sharing: making links, and what is behind them for anybody."""

import html
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from libs.common.faults import NotFound
from services.gateway.adapters.windows import Window
from services.gateway.domain.links import LIFETIME, MediaLink
from services.gateway.domain.principals import Policy
from services.gateway.http.document import PICTURE
from services.gateway.http.entrance import Guard, Listener, guarded_router
from services.gateway.http.linking import address, here
from services.gateway.http.parts import AllParts, Parts, SharesPeer, now
from services.gateway.wire.music import StreamQuality
from services.gateway.wire.shapes import Asked, Id
from services.gateway.wire.shares import (
    OpenShare,
    Share,
    SharedTrack,
    ShareEdit,
    ShareList,
    ShareNew,
)
from services.gateway.wire.subsonic.music import credit_line
from tutti.catalog.v1 import music_pb2
from tutti.catalog.v1 import shares_pb2 as pb

routes = guarded_router("shares")
page = guarded_router("pages", prefix="")

anybody = Depends(Guard(Policy.PUBLIC, Window.MEDIA))
COVER_PX = 600
NEVER_KEPT = {"Cache-Control": "no-store"}
"""The links within play for half an hour."""


class Opening(Asked):
    """How a share is opened."""

    counts: bool = True


@routes.get("/shares")
async def list_shares(owner: Listener, shares: SharesPeer) -> ShareList:
    """List what one shares, last made first."""
    answer = await shares.ListShares(pb.ListSharesRequest(user_id=owner.user_id))
    return ShareList.model_validate(answer)


@routes.post("/shares", status_code=HTTPStatus.CREATED)
async def create_share(owner: Listener, shares: SharesPeer, asked: ShareNew) -> Share:
    """Share tracks, albums or playlists with whoever has the link."""
    answer = await shares.CreateShare(asked.request(owner.user_id))
    return Share.model_validate(answer.share)


@routes.patch("/shares/{share_id}")
async def edit_share(owner: Listener, shares: SharesPeer, share_id: Id, edit: ShareEdit) -> Share:
    """Change what is said about a share, and until when it stands."""
    answer = await shares.EditShare(edit.request(owner.user_id, share_id))
    return Share.model_validate(answer.share)


@routes.delete("/shares/{share_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_share(owner: Listener, shares: SharesPeer, share_id: Id) -> None:
    """End a share."""
    await shares.RemoveShare(pb.RemoveShareRequest(user_id=owner.user_id, share_id=share_id))


@routes.get("/shared/{secret}", dependencies=[anybody])
async def open_share(
    parts: AllParts, response: Response, secret: Id, how: Annotated[Opening, Query()]
) -> OpenShare:
    """Open a share by what its link ends with. No account is needed."""
    response.headers.update(NEVER_KEPT)
    share = await _opened(parts, secret, counts=how.counts)
    return OpenShare(
        title=share.title,
        description=share.description,
        owner_name=share.owner_name,
        expires_at=share.expires_at_unix_ms,  # type: ignore[arg-type]  # read as in any answer
        downloadable=share.downloadable,
        has_cover=bool(_cover(share)),
        tracks=[_heard(parts, share, track) for track in share.tracks],
    )


@routes.get("/shared/{secret}/cover", responses=PICTURE, dependencies=[anybody])
async def get_share_cover(parts: AllParts, secret: Id) -> Response:
    """Read the cover of what is shared, as JPEG: messengers show it beside the link."""
    cover = _cover(await _opened(parts, secret))
    if not cover:
        raise NotFound("nothing of what is shared has a cover")
    picture = await parts.pictures.jpeg(cover, COVER_PX)
    headers = {
        "Cache-Control": "public, max-age=3600",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(picture, headers=headers, media_type="image/jpeg")


@page.get("/share/{secret}", dependencies=[anybody], include_in_schema=False)
async def get_share_page(parts: AllParts, request: Request, secret: Id) -> HTMLResponse:
    """Open the web app at a share, with what messengers show of it."""
    index = (parts.settings.web_dir / "index.html").read_text()
    try:
        share = await _opened(parts, secret)
    except NotFound:
        return HTMLResponse(index, HTTPStatus.NOT_FOUND, {"Cache-Control": "no-cache"})
    told = _told(share, here(request, parts.settings), secret)
    tags = "".join(
        f'<meta property="og:{name}" content="{html.escape(content)}">'
        for name, content in told.items()
    )
    shown = index.replace("</head>", f"{tags}</head>", 1)
    return HTMLResponse(shown, headers={"Cache-Control": "no-cache"})


async def _opened(parts: Parts, secret: str, *, counts: bool = False) -> pb.Share:
    asked = pb.OpenShareRequest(secret=secret, counts=counts)
    return (await parts.peers.shares.OpenShare(asked)).share


def _told(share: pb.Share, own: str, secret: str) -> dict[str, str]:
    """By the Open Graph protocol."""
    count = len(share.tracks)
    what = "1 track" if count == 1 else f"{count} tracks"
    told = {
        "type": "music.song" if count == 1 else "music.playlist",
        "site_name": "Tutti",
        "title": share.title,
        "description": share.description or f"{what}, shared by {share.owner_name}",
        "url": f"{own}/share/{secret}",
    }
    if _cover(share):
        told["image"] = f"{own}/api/v1/shared/{secret}/cover"
    return told


def _cover(share: pb.Share) -> str:
    return next((track.cover_sha256 for track in share.tracks if track.cover_sha256), "")


def _heard(parts: Parts, share: pb.Share, track: music_pb2.Track) -> SharedTrack:
    """A track, at addresses by which its owner lets others hear it."""
    return SharedTrack(
        title=track.title,
        artist=credit_line(track.artists),
        album=track.album_title,
        duration_ms=track.duration_ms,
        stream_url=_link(parts, share.owner_id, track.id, StreamQuality.HIGH),
        download_url=(
            _link(parts, share.owner_id, track.id, StreamQuality.ORIGINAL)
            if share.downloadable
            else None
        ),
    )


def _link(parts: Parts, owner_id: str, track_id: str, quality: StreamQuality) -> str:
    expires_unix_s = int((now() + LIFETIME).timestamp())
    link = MediaLink(track_id, quality, owner_id, "", expires_unix_s)
    return address(parts.links.signed(link, now()))
