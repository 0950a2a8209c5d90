"""Sound that is made for who asks, as a response: while it is made, or whole from the disk."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from services.gateway.adapters.transcoding.files import FileReads
from services.gateway.domain.sounds.choosing import Source, Target
from services.gateway.domain.sounds.sizes import estimated_bytes
from services.gateway.http.bytes import begun, inline, object_response
from services.gateway.http.parts import Parts

KEPT = "private, max-age=86400"
"""What a track sounds like does not change; that one may hear it is asked again each day."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked to have made, and how they want to be answered."""

    user_id: str
    source: Source
    target: Target
    offset_ms: int = 0
    estimate: bool = False
    """Say about how long it will be, and make it so long."""
    headers: Mapping[str, str] = field(default_factory=dict)


async def made_response(request: Request, parts: Parts, asked: Asked) -> Response:
    """Answer with sound in another form than it is stored in.

    What was made before has parts that can be asked for. What is being made
    is sent from its beginning, whatever part is asked for, and without its
    length, for nobody knows it yet.
    """
    source, target = asked.source, asked.target
    headers = {
        "Content-Type": target.format.content_type,
        "Content-Disposition": inline(f"{source.title}.{target.format.suffix}"),
        **asked.headers,
    }
    path = None if asked.offset_ms else parts.transcoder.kept(source, target)
    if path is not None:
        file = FileReads(path)
        headers["Cache-Control"] = KEPT
        return await object_response(request, file, file.head(target.format.content_type), headers)
    headers |= {"Accept-Ranges": "none", "Cache-Control": "no-store"}
    size_bytes = estimated_bytes(source, target, asked.offset_ms) if asked.estimate else None
    if size_bytes is not None:
        headers["Content-Length"] = str(size_bytes)
    if request.method == "HEAD":
        return Response(headers=headers)
    sound = parts.transcoder.read(asked.user_id, source, target, asked.offset_ms)
    if size_bytes is not None:
        sound = _of_length(sound, size_bytes)
    return StreamingResponse(await begun(sound), headers=headers)


async def _of_length(sound: AsyncGenerator[bytes], size_bytes: int) -> AsyncGenerator[bytes]:
    """So many bytes of it: more are left out, and what is missing is zeros, which nobody hears."""
    left = size_bytes
    try:
        async for chunk in sound:
            yield chunk[:left]
            left -= min(left, len(chunk))
            if not left:
                return
    finally:
        await sound.aclose()
    while left:
        zeros = bytes(min(left, 65_536))
        left -= len(zeros)
        yield zeros
