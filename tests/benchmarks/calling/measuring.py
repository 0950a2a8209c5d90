"""Asking one server for kinds of things, for so many seconds each."""

from __future__ import annotations

import hashlib
import secrets
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import numpy as np

from tests.benchmarks.asking import Round, Server, asked, request
from tests.benchmarks.calling.kinds import Kind, count_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import psutil

FEWEST = 5
REQUESTS = 1000
"""So many are prepared, each with a proof of its own: they come again when all were sent."""
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server, and how an app proves itself to it."""

    name: str
    port: int
    above: psutil.Process
    proof: Callable[[], Mapping[str, str]]

    def path(self, method: str, about: Mapping[str, str]) -> str:
        """The address of a call. Each call proves the caller anew, as apps do."""
        query = {"f": "json", "v": "1.16.1", "c": "benchmark", **self.proof(), **about}
        return str(httpx.URL(f"/rest/{method}.view", params=query))

    # The answer is whatever JSON the API gives.
    def ask(self, method: str, **about: str) -> dict[str, object]:
        """Call once, and insist that it succeeds."""
        answer = httpx.get(f"http://127.0.0.1:{self.port}{self.path(method, about)}", timeout=60)
        said: dict[str, object] = answer.raise_for_status().json()["subsonic-response"]
        if said["status"] != "ok":
            raise RuntimeError(f"{self.name}: {method} {about}: {said}")
        return said

    def asking(self, kind: Kind, headers: Mapping[str, str] | None = None) -> Server:
        """Many different calls of a kind."""
        about = [kind.about[n % len(kind.about)] for n in range(max(REQUESTS, len(kind.about)))]
        requests = [request(self.path(kind.method, each), headers) for each in about]
        return Server(self.name, self.port, requests, self.above)


def token(user_name: str, secret: str) -> Callable[[], Mapping[str, str]]:
    """Prove by a digest with a salt that was never used before."""

    def proof() -> Mapping[str, str]:
        salt = secrets.token_hex(4)
        digest = hashlib.md5(f"{secret}{salt}".encode(), usedforsecurity=False).hexdigest()
        return {"u": user_name, "t": digest, "s": salt}

    return proof


def listed(served: Served, kind: Kind) -> int:
    """How long the list is that the first call of a kind is answered with."""
    return count_in(served.ask(kind.method, **kind.about[0]), kind)


def measured(server: Server, clients: int, seconds: float) -> Round:
    """Ask for about so long, after two calls that show how long one takes."""
    each_s = asked(server, 1, 2).elapsed_s / 2
    return asked(server, clients, max(FEWEST, clients, round(seconds / each_s)))


def figures(result: Round) -> str:
    """Times to the last byte, and what it cost."""
    p50, p95, p99 = np.percentile(result.whole_s, [50, 95, 99]) * 1000
    count = len(result.whole_s)
    cpu_ms = 1000 * result.server_cpu_s / count
    failed = f" FAILED {result.failures}" if result.failures else ""
    return f"{p50:8.1f}{p95:8.1f}{p99:8.1f}{cpu_ms:8.2f}{count:6}{failed}"


def first_bytes_s(served: Served, about: Sequence[Mapping[str, str]]) -> list[float]:
    """Ask once for each of these sounds on a connection of its own, and leave as it begins."""
    times_s = []
    for each in about:
        asking = request(served.path("stream", each))
        with socket.create_connection(("127.0.0.1", served.port), PATIENCE_S) as connection:
            started_s = time.perf_counter()
            connection.sendall(asking)
            got = b""
            while not _sounds(got):
                more = connection.recv(65536)
                if not more:
                    raise ConnectionError(f"{served.name} hung up: {got[:400]!r}")
                got += more
            times_s.append(time.perf_counter() - started_s)
    return times_s


def _sounds(got: bytes) -> bool:
    """Whether sound has come behind the head of an answer."""
    head, _, body = got.partition(b"\r\n\r\n")
    if body and (b" 200 " not in head[:20] or b"audio/" not in head):
        raise ValueError(f"this is no sound: {got[:400]!r}")
    if b"chunked" in head.lower():
        body = body.partition(b"\r\n")[2]
    return bool(body)
