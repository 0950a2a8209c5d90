"""A server of podcasts: feeds, pictures and episodes over real HTTP, as well or badly as told."""

from __future__ import annotations

import hashlib
import io
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

RSS = "application/rss+xml; charset=utf-8"
ATOM = "application/atom+xml"
SPACES = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


@dataclass(frozen=True)
class Entry:
    """One episode as its feed tells of it."""

    title: str
    path: str
    guid: str = ""
    published: str = ""
    description: str = ""
    duration: str = ""
    content_type: str = "audio/mpeg"
    length: str = "0"


@dataclass
class Answer:
    """What is sent for a path."""

    content: bytes = b""
    content_type: str = "application/octet-stream"
    status: HTTPStatus = HTTPStatus.OK
    location: str = ""
    cut_after: int | None = None
    """Bytes after which the connection breaks, once."""
    waits: threading.Event | None = None
    """Before the second half is sent."""

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:16]}"'


@dataclass
class Broadcaster:
    """What it has, and what it was asked for."""

    address: str = ""
    has: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"{self.address}{path}"

    def offer(self, path: str, content: bytes, content_type: str = "audio/mpeg") -> str:
        self.has[path] = Answer(content, content_type)
        return self.url(path)

    def feed(self, path: str, title: str, entries: Sequence[Entry], more: str = "") -> str:
        """Offer an RSS feed; its episodes are named by relative addresses."""
        items = "".join(map(_item, entries))
        text = (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {SPACES}><channel>'
            f"<title>{escape(title)}</title><link>/about</link>{more}{items}</channel></rss>"
        )
        return self.offer(path, text.encode(), RSS)

    def requests(self, path: str) -> list[dict[str, str]]:
        """The headers of every request for this path."""
        return [headers for asked, headers in self.asked if asked == path]


def _item(entry: Entry) -> str:
    told = {
        "title": escape(entry.title),
        "guid": escape(entry.guid),
        "pubDate": entry.published,
        "description": f"<![CDATA[{entry.description}]]>" if entry.description else "",
        "itunes:duration": entry.duration,
    }
    words = "".join(f"<{name}>{value}</{name}>" for name, value in told.items() if value)
    sound = (
        f"<enclosure url={quoteattr(entry.path)} length={quoteattr(entry.length)} "
        f"type={quoteattr(entry.content_type)}/>"
    )
    return f"<item>{words}{sound}</item>"


def picture(colour: str) -> bytes:
    """A PNG of one colour."""
    drawn = io.BytesIO()
    Image.new("RGB", (640, 640), colour).save(drawn, "PNG")
    return drawn.getvalue()


@contextmanager
def broadcasting() -> Generator[Broadcaster]:
    """A server on this machine, until the context is left."""
    station = Broadcaster()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            station.asked.append((self.path, headers))
            _send(self, station.has.get(self.path), headers)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    station.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield station
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, answer: Answer | None, asked: dict[str, str]) -> None:
    if answer is None:
        _head(handler, HTTPStatus.NOT_FOUND, 0)
        return
    if answer.location:
        _head(handler, HTTPStatus.FOUND, 0, Location=answer.location)
        return
    if asked.get("if-none-match") == answer.etag:
        _head(handler, HTTPStatus.NOT_MODIFIED, None)
        return
    content, status, more = answer.content, answer.status, {"ETag": answer.etag}
    more["Content-Type"] = answer.content_type
    if "range" in asked and asked.get("if-range") == answer.etag:
        start = int(asked["range"].removeprefix("bytes=").removesuffix("-"))
        more["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        content, status = content[start:], HTTPStatus.PARTIAL_CONTENT
    _head(handler, status, len(content), **more)
    cut, answer.cut_after = answer.cut_after, None
    half = len(content) // 2
    if cut is not None:
        handler.wfile.write(content[:cut])
        handler.close_connection = True
        return
    handler.wfile.write(content[:half])
    handler.wfile.flush()
    if answer.waits is not None:
        answer.waits.wait(60)
    try:
        handler.wfile.write(content[half:])
    except ConnectionError:
        handler.close_connection = True  # who asked is gone, or was killed


def _head(
    handler: BaseHTTPRequestHandler, status: HTTPStatus, length: int | None, **headers: str
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()
