"""Covers and waveforms."""

from enum import StrEnum

from fastapi import Request, Response

from libs.common.faults import NotFound
from services.gateway.http.bytes import object_response
from services.gateway.http.document import PICTURE, WAVEFORM
from services.gateway.http.entrance import guarded_router
from services.gateway.http.media import Player
from services.gateway.http.parts import AllParts, CatalogPeer, Objects
from services.gateway.wire.shapes import Id, Sha256
from tutti.catalog.v1 import catalog_pb2 as pb

routes = guarded_router("media")

FOR_EVER = "private, max-age=31536000, immutable"
"""Covers are named by their content."""


class CoverSize(StrEnum):
    """The longer side of a cover, in pixels."""

    SMALL = "96"
    MEDIUM = "300"
    LARGE = "600"
    FULL = "full"


@routes.get("/covers/{sha256}", responses=PICTURE)
async def get_cover(
    viewer: Player,
    catalog: CatalogPeer,
    parts: AllParts,
    request: Request,
    sha256: Sha256,
    size: CoverSize = CoverSize.MEDIUM,
) -> Response:
    """Read a cover, as WebP."""
    await catalog.GetCover(pb.GetCoverRequest(viewer_id=viewer.user_id, cover_sha256=sha256))
    suffix = "" if size is CoverSize.FULL else f"-{size}"
    head = await parts.heads.of(f"covers/{sha256}{suffix}.webp")
    headers = {"Content-Type": "image/webp", "Cache-Control": FOR_EVER}
    return await object_response(request, parts.heads, head, headers)


@routes.get("/tracks/{track_id}/waveform", responses=WAVEFORM)
async def get_waveform(
    viewer: Player, catalog: CatalogPeer, objects: Objects, track_id: Id
) -> Response:
    """Read the peaks of a track, for drawing it."""
    asked = pb.GetTracksRequest(viewer_id=viewer.user_id, track_ids=[track_id])
    answer = await catalog.GetTracks(asked)
    if not answer.tracks or not answer.tracks[0].has_waveform:
        raise NotFound(f"there is no waveform of a track {track_id}")
    peaks = await objects.get_bytes(f"waveforms/{answer.tracks[0].content_sha256}.json")
    return Response(peaks, media_type="application/json")
