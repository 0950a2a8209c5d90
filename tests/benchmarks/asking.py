"""Many listeners who ask for the beginnings of tracks, at as little cost to the machine as can be.

One thread waits for all connections at once and reads into one buffer, so that
what is measured is the server. What it costs all the same is told.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.benchmarks.metering import family, spent_s

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import psutil

BUFFER_BYTES = 512 * 1024
PATIENCE_S = 60.0
GOOD = (200, 206)
HEAD = re.compile(rb"HTTP/1\.[01] (\d{3}) .*?\r\n\r\n", re.DOTALL)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Server:
    """Somebody to ask, and the process above all that it is made of."""

    name: str
    port: int
    requests: Sequence[bytes]
    """One for each track."""
    above: psutil.Process


@dataclass(slots=True)
class Round:
    """What came of asking: times to the first byte and to the last, and what it cost."""

    first_byte_s: list[float] = field(default_factory=list)
    whole_s: list[float] = field(default_factory=list)
    failures: int = 0
    server_cpu_s: float = 0.0
    client_cpu_s: float = 0.0
    elapsed_s: float = 0.0

    def add(self, other: Round) -> None:
        """Count another round in."""
        self.first_byte_s += other.first_byte_s
        self.whole_s += other.whole_s
        self.failures += other.failures
        self.server_cpu_s += other.server_cpu_s
        self.client_cpu_s += other.client_cpu_s
        self.elapsed_s += other.elapsed_s


def request(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A request as it is sent."""
    lines = [f"GET {path} HTTP/1.1", "Host: tutti"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def asked(server: Server, clients: int, requests: int) -> Round:
    """Let so many clients ask, each again as soon as it was answered, until all is asked."""
    if requests < clients:
        raise ValueError(f"{requests} requests must be at least one for each of {clients} clients")
    result = Round()
    askers = [Asker(server.port, _share(server, n, clients, requests)) for n in range(clients)]
    server_s = spent_s(family(server.above))
    client_s, started_s = time.process_time(), time.perf_counter()
    with selectors.DefaultSelector() as selector:
        going = sum(asker.ask_next(selector) for asker in askers)
        buffer = bytearray(BUFFER_BYTES)
        while going:
            ready = selector.select(PATIENCE_S)
            if not ready:
                raise TimeoutError(f"{server.name} sent nothing for {PATIENCE_S:g} s")
            for key, _ in ready:
                asker: Asker = key.data
                if asker.read(buffer, selector, result) and not asker.ask_next(selector):
                    going -= 1
    result.elapsed_s = time.perf_counter() - started_s
    result.client_cpu_s = time.process_time() - client_s
    result.server_cpu_s = spent_s(family(server.above)) - server_s
    return result


def _share(server: Server, number: int, clients: int, requests: int) -> Iterator[bytes]:
    for n in range(number, requests, clients):
        yield server.requests[(number + n // clients) % len(server.requests)]


class Asker:
    """One listener on one connection, which is made again when the server hangs up."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self._port = port
        self._requests = requests
        self._request = b""
        self._sent_s = 0.0
        self._head = b""
        self._left_bytes: int | None = None
        """Of the sound that is to come, once its length is known."""
        self._connection = self._connect()

    def ask_next(self, selector: selectors.BaseSelector) -> bool:
        """Send the next request; False when there was none left."""
        was_first = not self._request
        self._request = next(self._requests, b"")
        if not self._request:
            selector.unregister(self._connection)
            self._connection.close()
            return False
        if was_first:
            selector.register(self._connection, selectors.EVENT_READ, self)
        self._sent_s = time.perf_counter()
        self._send()
        return True

    def read(self, buffer: bytearray, selector: selectors.BaseSelector, into: Round) -> bool:
        """Take what has come; True when the answer is whole."""
        try:
            size = self._connection.recv_into(buffer)
        except ConnectionResetError:
            size = 0
        if not size:
            self._ask_again(selector)
            return False
        if self._left_bytes is None:
            self._head += memoryview(buffer)[:size]
            size = self._begin(into)
        if self._left_bytes is None:
            return False
        self._left_bytes -= size
        if self._left_bytes:
            return False
        into.whole_s.append(time.perf_counter() - self._sent_s)
        return True

    def _begin(self, into: Round) -> int:
        """Read the head, if it is whole and some sound came with it; returns how much did."""
        head = HEAD.match(self._head)
        if head is None or head.end() == len(self._head):
            return 0
        into.first_byte_s.append(time.perf_counter() - self._sent_s)
        into.failures += int(head[1]) not in GOOD
        length = LENGTH.search(head[0])
        if length is None:
            raise ValueError(f"an answer without a length: {head[0]!r}")
        self._left_bytes = int(length[1])
        return len(self._head) - head.end()

    def _ask_again(self, selector: selectors.BaseSelector) -> None:
        """A server may hang up between two requests, though not within an answer."""
        if self._head:
            raise ConnectionError(f"the server hung up within an answer: {self._head!r}")
        selector.unregister(self._connection)
        self._connection.close()
        self._connection = self._connect()
        selector.register(self._connection, selectors.EVENT_READ, self)
        self._send()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), PATIENCE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _send(self) -> None:
        self._head, self._left_bytes = b"", None
        with suppress(BrokenPipeError):  # reading will show it
            self._connection.sendall(self._request)
