"""What a player should be sent, by what it says it can play: the extension ``transcoding``."""

from fastapi import Response

from libs.common.faults import InvalidInput
from services.gateway.adapters.windows import Window
from services.gateway.domain.apps.ids import Kind, named
from services.gateway.domain.sounds.choosing import Source, at_hand
from services.gateway.domain.sounds.deciding import decided
from services.gateway.domain.sounds.targets import target_named
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.http.subsonic.streaming import LONGEST_OFFSET_S, send, source_of
from services.gateway.wire.subsonic import players
from services.gateway.wire.subsonic.tree import Tree

KINDS = {"song": Kind.TRACK, "podcast": Kind.EPISODE}


async def get_transcode_decision(call: Call) -> Tree:
    """Say whether a player can play a file, and what it would be sent instead."""
    if call.request.method != "POST":
        raise InvalidInput("send what the player can play as JSON, by POST")
    source = await _source(call)
    player = players.player_in(await call.request.body())
    return {"transcodeDecision": players.decision(source, decided(source, player))}


async def get_transcode_stream(call: Call) -> Response:
    """Send sound as was decided."""
    source = await _source(call)
    target = target_named(call.given.text("transcodeParams"))
    offset_ms = round(call.given.decimal("offset", 0, 0, LONGEST_OFFSET_S) * 1000)
    return await send(call, source, at_hand(source, target, offset_ms), offset_ms)


async def _source(call: Call) -> Source:
    kind = KINDS.get(call.given.text("mediaType"))
    name = call.given.text("mediaId")
    if kind is None or named(name).kind is not kind:
        raise InvalidInput("mediaType must be song or podcast, as what mediaId names")
    return await source_of(call, name)


METHODS = {
    "getTranscodeDecision": Method(get_transcode_decision),
    "getTranscodeStream": Method(get_transcode_stream, window=Window.MEDIA, refused_by_status=True),
}
