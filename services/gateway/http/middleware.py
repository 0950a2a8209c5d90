"""What happens to every request and answer, whatever the route."""

import asyncio
from collections.abc import Mapping
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.domain.conditions import is_among
from services.gateway.http.problems import too_large, too_slow
from services.gateway.settings import GatewaySettings

LARGEST_BODY_BYTES = 2**20
LARGEST_BODIES_BYTES = {"/api/v1/playlists/import": 5 * 2**20}
"""Of addresses where a body may be larger."""
BODY_S = 30.0
"""How long such a body may take: the slowest of phones needs a tenth of that."""
PARTS = "/parts/"
HISTORY_FILE = "/api/v1/me/history-imports/file"
BYTES_FOR_APPS = tuple(
    f"/rest/{method}"
    for method in ("stream", "download", "hls", "getCoverArt", "getAvatar", "getTranscodeStream")
)
COMPRESS_FROM_BYTES = 1000
COMPRESS_LEVEL = 5
UNLESS_TOLD = (b"cache-control", b"private, no-cache")
"""Kept by the client, and asked about again each time."""


class Hardened:
    """Tells browsers what pages of ours may and may not do."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings) -> None:
        self._app = app
        self._headers = [
            (name.lower().encode(), value.encode())
            for name, value in security_headers(settings).items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers, except where the route set its own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                own = {name for name, _ in headers}
                headers.extend(each for each in self._headers if each[0] not in own)
                if b"cache-control" not in own and scope["path"].startswith(("/api/", "/rest/")):
                    headers.append(UNLESS_TOLD)
            await send(message)

        await self._app(scope, receive, add)


def security_headers(settings: GatewaySettings) -> Mapping[str, str]:
    """What every answer carries.

    Pages are isolated from other origins, so that they may share memory with
    their workers. Where media come from another origin by redirect, isolation
    lets them in without credentials.
    """
    store = settings.s3_public_endpoint or ""
    sockets = settings.public_url.replace("http", "ws", 1)  # older browsers' 'self' has none
    policy = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' blob: data:",
        "media-src": f"'self' blob: {store}",
        "connect-src": " ".join(filter(None, ("'self'", sockets, store))),
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(
            f"{name} {sources.strip()}" for name, sources in policy.items()
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), payment=(), usb=(), microphone=(self)",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "credentialless" if store else "require-corp",
        "Cross-Origin-Resource-Policy": "cross-origin" if settings.cors_origins else "same-origin",
    }
    if settings.https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


class Tagged:
    """Gives JSON answers to GET an entity tag, and sends none that the client has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the start of the answer back until its body is known."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        held: Message | None = None

        async def tag(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_json(message):
                held = message
            elif held is None:
                await send(message)
            else:
                start, held = held, None
                await _send_tagged(start, message, Headers(scope=scope), send)

        await self._app(scope, receive, tag)


def _is_json(start: Message) -> bool:
    content_type = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and content_type.startswith("application/json")  # noqa: PLR2004 OK


async def _send_tagged(start: Message, body: Message, asked: Headers, send: Send) -> None:
    headers = MutableHeaders(raw=list(start["headers"]))
    if body.get("more_body"):
        await send(start)
        await send(body)
        return
    etag = f'"{sha256(body["body"]).hexdigest()[:32]}"'
    headers["ETag"] = etag
    wanted = asked.get("if-none-match")
    if wanted is not None and is_among(etag, wanted):
        del headers["content-length"]
        del headers["content-type"]
        await send({"type": start["type"], "status": 304, "headers": headers.raw})
        await send({"type": body["type"], "body": b""})
        return
    await send({"type": start["type"], "status": start["status"], "headers": headers.raw})
    await send(body)


class Bounded:
    """Refuses bodies larger or slower than any JSON; parts of files have measures of their own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the body as it is read, since its length may be wrong or left out."""
        if scope["type"] != "http" or _measures_itself(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        most_bytes = LARGEST_BODIES_BYTES.get(scope["path"], LARGEST_BODY_BYTES)
        read_bytes = int(declared) if declared.isdecimal() else 0
        deadline_s: float | None = asyncio.get_running_loop().time() + BODY_S

        async def counted() -> Message:
            nonlocal read_bytes, deadline_s
            if read_bytes > most_bytes:
                raise too_large(f"a body may have {most_bytes} bytes at most", declared)
            try:
                async with asyncio.timeout_at(deadline_s):
                    message = await receive()
            except TimeoutError:
                raise too_slow(f"a body must arrive within {BODY_S:g} s") from None
            if not message.get("more_body"):
                deadline_s = None  # what follows is waiting for the client to leave
            if not declared:
                read_bytes += len(message.get("body", b""))
            return message

        await self._app(scope, counted, send)


def _measures_itself(method: str, path: str) -> bool:
    return (method == "PUT" and PARTS in path) or (method, path) == ("POST", HISTORY_FILE)


class Compressed:
    """Compresses what is worth it: JSON and the web app, never media or event streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._gzip = GZipMiddleware(
            app, minimum_size=COMPRESS_FROM_BYTES, compresslevel=COMPRESS_LEVEL
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose by the address, since ranges count bytes as they are."""
        path = scope.get("path", "")
        media = path.startswith("/media/") or path.endswith("/stream") or "/hls/" in path
        media = media or "/listen." in path or path.startswith(BYTES_FOR_APPS)
        await (self._plain if media else self._gzip)(scope, receive, send)
