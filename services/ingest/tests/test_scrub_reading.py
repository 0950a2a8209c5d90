"""A store that breaks off in the middle of one object, again and again, has lost that object."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from libs.common.objects import ObjectStore, open_objects
from services.ingest.scrubbing.reading import Found, Lost, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from libs.common.settings import ObjectStoreSettings

FAST = 2**40


@contextmanager
def broken_off(endpoint: str, key: str) -> Iterator[str]:
    """The same store, but for one object that breaks off each time it is read."""
    place = urlsplit(endpoint)

    class Worn(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked = self.request.recv(65536)
            bad = asked.startswith(b"GET ") and key.encode() in asked.split(b"\r\n")[0]
            with socket.create_connection((place.hostname, place.port)) as store:
                store.sendall(asked.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
                answer = b"".join(iter(lambda: store.recv(65536), b""))
            self.request.sendall(answer[:2000] if bad else answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Worn) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        serving.join()


async def test_what_cannot_be_read_is_lost_and_all_else_is_not(
    objects: ObjectStore, object_settings: ObjectStoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.scrubbing.reading.PAUSES_S", (0.01, 0.01))
    for key in ("audio/bad.mp3", "audio/good.mp3"):
        await objects.put_bytes(key, bytes(100_000), "audio/mpeg")
    with broken_off(object_settings.s3_endpoint, "bad.mp3") as endpoint:
        through = object_settings.model_copy(update={"s3_endpoint": endpoint})
        async with open_objects(through) as worn:
            reader = Reader(worn, FAST)
            async with reader.read("audio/bad.mp3") as found:
                assert found == Lost("it cannot be read")
            async with reader.read("audio/good.mp3") as found:
                assert isinstance(found, Found)
                assert found.size_bytes == found.copy.stat().st_size == 100_000
            async with reader.read("audio/none.mp3") as found:
                assert found == Lost("it is missing")
