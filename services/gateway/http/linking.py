"""Signed media links: how they are written into addresses, and how they are had."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import Path, Request
from pydantic import Field

from libs.common.faults import Unavailable
from services.gateway.domain.links import LIFETIME, ForgedLink, MediaLink, MediaLinks
from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import AllParts, now
from services.gateway.settings import GatewaySettings
from services.gateway.wire.listening import MediaUrl, MediaUrlRequest
from services.gateway.wire.music import Quality
from services.gateway.wire.shapes import Asked, Id

routes = guarded_router("media")

FRESH_S = 25 * 60
"""How long a link is handed out again: what is left of it then outlasts most tracks' start."""
LEFT = LIFETIME - timedelta(seconds=FRESH_S)
"""What a link must still be good for by this replica's clock: its signer may have another."""
LIVE = "live"
"""In place of a quality, where a link is to a station."""
LIVE_LIFETIME = timedelta(days=7)
"""Radio apps keep a list of stations, and read it anew when they are opened."""
LATEST_UNIX_S = 2**40
GRANT_FIELDS = 5

Grant = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,400}$")]


class Signature(Asked):
    """What a link says besides track and quality."""

    u: str = Field(max_length=64, description="User.")
    s: str = Field("", max_length=64, description="Session.")
    e: int = Field(ge=0, le=LATEST_UNIX_S, description="Until when, in seconds since 1970.")
    k: str = Field(max_length=20, description="Key.")
    sig: str = Field(max_length=128, description="HMAC-SHA256 over all of it.")

    def link(self, track_id: str, quality: str) -> MediaLink:
        """The link as it was signed, if it was."""
        return MediaLink(track_id, quality, self.u, self.s, self.e, self.k, self.sig)


def address(link: MediaLink, master: str = "") -> str:
    """Write a link; one to HLS has its signature before the name of the master playlist."""
    fields = (link.user_id, link.session_id, str(link.expires_unix_s), link.key_id, link.signature)
    if link.quality == Quality.HLS:
        return f"/media/{link.track_id}/hls/{'.'.join(fields)}/{master}"
    user, session, expires, key, signature = fields
    query = f"u={user}&s={session}&e={expires}&k={key}&sig={signature}"
    return f"/media/{link.track_id}/{link.quality}?{query}"


def here(request: Request, settings: GatewaySettings) -> str:
    """How the caller reaches this server, for addresses to be opened elsewhere."""
    own = f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"
    return settings.public_url or own


def live_address(links: MediaLinks, station_id: str, user_id: str, now: datetime) -> str:
    """A link by which a radio app hears a station for a week, as whom it was made for."""
    expires_unix_s = int((now + LIVE_LIFETIME).timestamp())
    link = links.signed(MediaLink(station_id, LIVE, user_id, "", expires_unix_s), now)
    grant = ".".join((user_id, "", str(expires_unix_s), link.key_id, link.signature))
    return f"/media/live/{station_id}/{grant}/listen.mp3"


def parse_grant(track_id: str, grant: str, quality: str = Quality.HLS) -> MediaLink:
    """Read the part of an address that carries the signature, or raise ForgedLink."""
    fields = grant.split(".")
    if len(fields) != GRANT_FIELDS or not fields[2].isdecimal() or int(fields[2]) > LATEST_UNIX_S:
        raise ForgedLink("the link is not as this server signed it: ask for a new one")
    user, session, expires, key, signature = fields
    return MediaLink(track_id, quality, user, session, int(expires), key, signature)


@routes.post("/tracks/{track_id}/media-url")
async def create_media_url(
    viewer: Listener, parts: AllParts, track_id: Id, asked: MediaUrlRequest
) -> MediaUrl:
    """Make a link that plays for half an hour without any other proof: for audio elements."""
    rendition = await parts.renditions.of(viewer.user_id, track_id, asked.quality)
    kept_as = f"media-url:{viewer.user_id}:{viewer.session_id}:{track_id}:{asked.quality}"
    kept = await _kept(parts, kept_as)
    if kept is not None and kept.expires_at > now() + LEFT:
        return kept
    expires = now() + LIFETIME
    wanted = MediaLink(
        track_id, asked.quality, viewer.user_id, viewer.session_id, int(expires.timestamp())
    )
    link = parts.links.signed(wanted, now())
    made = MediaUrl(
        url=address(link, PurePosixPath(rendition.object_key).name),
        expires_at=datetime.fromtimestamp(link.expires_unix_s, UTC),
    )
    with suppress(Unavailable):  # then the next request makes another
        await parts.cache.set(kept_as, made.model_dump_json().encode(), FRESH_S)
    return made


async def _kept(parts: AllParts, name: str) -> MediaUrl | None:
    try:
        kept = await parts.cache.get(name)
    except Unavailable:
        return None
    return None if kept is None else MediaUrl.model_validate_json(kept)
