"""Shares as the contract has them, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libs.common.faults import InvalidInput
from services.catalog.domain.moments import moment_at
from services.catalog.domain.shares import (
    Share,
    SharedKind,
    SharedThing,
    ShareEdit,
    SharePlan,
)
from services.catalog.wire.music import encode_track, unix_ms
from tutti.catalog.v1 import shares_pb2 as pb

if TYPE_CHECKING:
    from datetime import datetime


def encode_share(share: Share) -> pb.Share:
    """Write a share."""
    opened, expires = share.last_opened_at, share.expires_at
    return pb.Share(
        id=share.id,
        secret=share.secret,
        owner_id=share.owner_id,
        owner_name=share.owner_name,
        title=share.title,
        description=share.description,
        things=map(_encode_thing, share.things),
        expires_at_unix_ms=unix_ms(expires) if expires else None,
        downloadable=share.downloadable,
        created_at_unix_ms=unix_ms(share.created_at),
        last_opened_at_unix_ms=unix_ms(opened) if opened else None,
        open_count=share.open_count,
        tracks=map(encode_track, share.tracks),
    )


def decode_share_plan(request: pb.CreateShareRequest) -> SharePlan:
    """Read what to share."""
    return SharePlan(
        things=[_decode_thing(thing) for thing in request.things],
        description=request.description,
        expires_at=_moment(request.expires_at_unix_ms),
        downloadable=request.downloadable,
    )


def decode_share_edit(request: pb.EditShareRequest) -> ShareEdit:
    """Read what to change; fields left out are None."""
    return ShareEdit(
        description=request.description if request.HasField("description") else None,
        changes_expiry=request.HasField("expires_at_unix_ms"),
        expires_at=_moment(request.expires_at_unix_ms),
        downloadable=request.downloadable if request.HasField("downloadable") else None,
    )


def _moment(unix_ms_: int) -> datetime | None:
    """A moment; 0, as what is left out, is none."""
    return moment_at(unix_ms_ * 1000) if unix_ms_ else None


def _encode_thing(thing: SharedThing) -> pb.SharedThing:
    match thing.kind:
        case SharedKind.TRACK:
            return pb.SharedThing(track_id=thing.id)
        case SharedKind.ALBUM:
            return pb.SharedThing(album_id=thing.id)
        case SharedKind.PLAYLIST:
            return pb.SharedThing(playlist_id=thing.id)


def _decode_thing(thing: pb.SharedThing) -> SharedThing:
    match thing.WhichOneof("thing"):
        case "track_id":
            return SharedThing(SharedKind.TRACK, thing.track_id)
        case "album_id":
            return SharedThing(SharedKind.ALBUM, thing.album_id)
        case "playlist_id":
            return SharedThing(SharedKind.PLAYLIST, thing.playlist_id)
        case _:
            raise InvalidInput("a thing that is shared is a track, an album or a playlist")
