"""Bytes of an object as a response: whole or in part, or none when the client has them."""

from collections.abc import AsyncGenerator, Mapping
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from services.gateway.adapters.heads import Head
from services.gateway.domain.conditions import (
    Unsatisfiable,
    http_date,
    range_applies,
    unchanged,
    wanted_range,
)
from services.gateway.http.problems import problem


class Reads(Protocol):
    """What reads parts of objects: from the store, or from the disk."""

    def read(self, head: Head, start: int, length: int) -> AsyncGenerator[bytes]:
        """Read a part, as it is asked for."""
        ...


async def object_response(
    request: Request, heads: Reads, head: Head, headers: Mapping[str, str]
) -> Response:
    """Answer GET and HEAD for an object, reading no more of it than is asked for."""
    stat = head.stat
    etag = f'"{stat.etag}"'
    asked = request.headers
    known = {
        "ETag": etag,
        "Last-Modified": http_date(stat.last_modified),
        "Accept-Ranges": "bytes",
        **headers,
    }
    if unchanged(
        etag, stat.last_modified, asked.get("if-none-match"), asked.get("if-modified-since")
    ):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=known)
    applies = range_applies(etag, stat.last_modified, asked.get("if-range"))
    try:
        wanted = wanted_range(asked.get("range") if applies else None, stat.size_bytes)
    except Unsatisfiable:
        size = f"bytes */{stat.size_bytes}"
        detail = f"the range lies beyond the {stat.size_bytes} bytes there are"
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        return problem(status, detail, "range_not_satisfiable", {"Content-Range": size})
    status, start, length = HTTPStatus.OK, 0, stat.size_bytes
    if wanted is not None:
        status, start, length = HTTPStatus.PARTIAL_CONTENT, wanted.start, wanted.length
        known["Content-Range"] = wanted.content_range(stat.size_bytes)
    known["Content-Length"] = str(length)
    if request.method == "HEAD" or not length:
        return Response(status_code=status, headers=known)
    if start + length <= len(head.content):
        return Response(memoryview(head.content)[start : start + length], status, known)
    return StreamingResponse(await begun(heads.read(head, start, length)), status, known)


async def begun(chunks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Read the first chunk before the status is sent, so that an outage is still told as one."""
    first = await anext(chunks, b"")

    async def all_of_them() -> AsyncGenerator[bytes]:
        try:
            yield first
            async for chunk in chunks:
                yield chunk
        finally:
            await chunks.aclose()

    return all_of_them()


def inline(name: str) -> str:
    """Show, do not save; under this name if it is saved after all (RFC 6266)."""
    return f"inline; {_named(name)}"


def attachment(name: str) -> str:
    """Save, under this name."""
    return f"attachment; {_named(name)}"


def _named(name: str) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in name)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
