"""Sound for music apps, in the form that each of them asks for."""

from pathlib import PurePosixPath

from fastapi import Response

from libs.common.faults import InvalidInput, NotFound
from services.gateway.adapters.windows import Window
from services.gateway.domain.apps.ids import Kind, Nothing, named
from services.gateway.domain.sounds.choosing import Source, Stored, Target, Wish, chosen, made_anew
from services.gateway.domain.sounds.formats import Format
from services.gateway.http.bytes import inline, object_response
from services.gateway.http.sounding import KEPT, Asked, made_response
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.subsonic.envelope import OPEN_TO_PAGES

RAW = "raw"
LONGEST_OFFSET_S = 360_000


async def stream(call: Call) -> Response:
    """Send sound as it came, as it was made before, or made now as the app wishes."""
    source, wish = await source_of(call, call.given.text("id")), _wish(call)
    estimate = call.given.flag("estimateContentLength", default=False)
    return await send(call, source, chosen(source, wish), wish.offset_ms, estimate=estimate)


async def send(
    call: Call, source: Source, form: Stored | Target, offset_ms: int, *, estimate: bool = False
) -> Response:
    """Send one form of a sound."""
    if isinstance(form, Stored):
        try:
            return await _stored_response(call, source, form)
        except NotFound:
            if form is source.original:
                raise
        form = made_anew(form)
    asked = Asked(call.viewer_id, source, form, offset_ms, estimate, OPEN_TO_PAGES)
    return await made_response(call.request, call.parts, asked)


async def source_of(call: Call, name: str) -> Source:
    """What a track or an episode is sent from."""
    thing = named(name)
    if thing.kind is Kind.TRACK:
        return await call.parts.sources.of_track(call.viewer_id, thing.id)
    if thing.kind is Kind.EPISODE:
        return await call.parts.sources.of_episode(thing.id)
    raise Nothing(f"{name!r} is nothing that sounds")


async def _stored_response(call: Call, source: Source, form: Stored) -> Response:
    """Answer with an object, whole or in part."""
    parts = call.parts
    head = await parts.heads.of(form.object_key)
    headers = {
        "Content-Type": form.content_type,
        "Content-Disposition": inline(f"{source.title}{PurePosixPath(form.object_key).suffix}"),
        "Cache-Control": KEPT,
        **OPEN_TO_PAGES,
    }
    return await object_response(call.request, parts.heads, head, headers)


def _wish(call: Call) -> Wish:
    given = call.given
    asked = given.text_or("format", "").lower()
    limit_kbps = given.number("maxBitRate", 0)
    offset_s = given.decimal("timeOffset", 0, 0, LONGEST_OFFSET_S)
    if asked == RAW:
        return Wish(raw=True)
    if asked and asked not in list(Format):
        raise InvalidInput(f"format must be one of {RAW}, {', '.join(Format)}")
    return Wish(Format(asked) if asked else None, limit_kbps, round(offset_s * 1000))


METHODS = {"stream": Method(stream, window=Window.MEDIA)}
