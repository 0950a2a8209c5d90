"""What slow and hostile clients do, each as one function; it tells what became of them."""

from __future__ import annotations

import asyncio
import re
import socket
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

ADDRESSES = 50
"""Of this machine, from which they come: 127.0.1.1 and so on."""
AT_ONCE = 200
"""How many connect at the same time: more would wait for the system, not for the server."""
NARROW_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Target:
    """Whom they attack, and the accounts they made for it."""

    host: str
    port: int
    keys: Sequence[str]
    track_id: str
    upload_id: str
    part_bytes: int

    def head(self, start: str, number: int = -1, *fields: str) -> bytes:
        """The beginning of a request; of one of the accounts where a number is given."""
        proof = [f"X-Api-Key: {self.keys[number % len(self.keys)]}"] if number >= 0 else []
        lines = [f"{start} HTTP/1.1", "Host: tutti", *proof, *fields]
        return "".join(f"{line}\r\n" for line in lines).encode()


Fate = str
Attack = Callable[[Target, int, float], Awaitable[Counter[Fate]]]


async def connected(target: Target, number: int, narrow: bool = False) -> socket.socket:
    """Connect from one of many addresses, with little room for what comes if ``narrow``."""
    line = socket.socket()
    try:
        if narrow:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
        line.bind((f"127.0.1.{number % ADDRESSES + 1}", 0))
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, (target.host, target.port))
    except BaseException:
        line.close()
        raise
    return line


async def fate(line: socket.socket, patience_s: float) -> Fate:
    """What the server said first, or that it hung up, or that it waits."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience_s):
            heard = await loop.sock_recv(line, 65_536)
    except TimeoutError:
        return "still there"
    except OSError:
        return "hung up"
    status = re.match(rb"HTTP/1\.1 (\d{3})", heard)
    return status[1].decode() if status else "hung up"


async def each(
    target: Target, count: int, act: Callable[[socket.socket, int], Awaitable[Fate]], narrow: bool
) -> Counter[Fate]:
    """Have so many connect and act, and count what became of them."""
    door = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Fate:
        try:
            async with door:
                line = await connected(target, number, narrow)
        except OSError:
            return "not let in"
        try:
            return await act(line, number)
        except OSError:
            return "hung up"
        finally:
            line.close()

    return Counter(await asyncio.gather(*(one(number) for number in range(count))))


async def drip(
    line: socket.socket, pieces: Iterable[bytes], until_s: float, pause_s: float
) -> Fate:
    """Send a little now and then; hear what the server says to that."""
    loop = asyncio.get_running_loop()
    for piece in pieces:
        await loop.sock_sendall(line, piece)
        told = await fate(line, pause_s)
        if told != "still there" or time.monotonic() > until_s:
            return told
    return await fate(line, max(0.1, until_s - time.monotonic()))


async def nobody(_: Target, count: int, for_s: float) -> Counter[Fate]:
    """Stay away, for comparison."""
    await asyncio.sleep(for_s)
    return Counter({"nobody": count})


async def idle(target: Target, count: int, for_s: float) -> Counter[Fate]:
    """Connect and say nothing."""
    return await each(target, count, lambda line, _: fate(line, for_s), narrow=False)


async def slow_heads(target: Target, count: int, for_s: float) -> Counter[Fate]:
    """Begin a head, and never end it."""
    until_s = time.monotonic() + for_s

    async def act(line: socket.socket, _: int) -> Fate:
        pieces = [target.head("GET /livez"), *[b"X-More: x\r\n"] * 1000]
        return await drip(line, pieces, until_s, 1.0)

    return await each(target, count, act, narrow=False)


async def slow_bodies(target: Target, count: int, for_s: float) -> Counter[Fate]:
    """Announce a small body, and send a byte of it now and then."""
    until_s = time.monotonic() + for_s
    fields = ("Content-Type: application/json", "Content-Length: 10000")

    async def act(line: socket.socket, _: int) -> Fate:
        head = target.head("POST /api/v1/auth/refresh", -1, *fields) + b"\r\n"
        return await drip(line, [head, *[b" "] * 1000], until_s, 1.0)

    return await each(target, count, act, narrow=False)


async def slow_parts(target: Target, count: int, for_s: float) -> Counter[Fate]:
    """Send nearly all of a part of a file at once, and the rest never."""
    until_s = time.monotonic() + for_s
    most = bytes(target.part_bytes - 1000)

    async def act(line: socket.socket, _: int) -> Fate:
        path = f"PUT /api/v1/uploads/{target.upload_id}/parts/1"
        head = target.head(path, 0, f"Content-Length: {target.part_bytes}") + b"\r\n"
        return await drip(line, [head, most, *[b"x"] * 900], until_s, 1.0)

    return await each(target, count, act, narrow=False)


async def slow_readers(target: Target, count: int, for_s: float) -> Counter[Fate]:
    """Ask for a whole track, and read a hundred bytes of it a second."""
    until_s, loop = time.monotonic() + for_s, asyncio.get_running_loop()

    async def act(line: socket.socket, number: int) -> Fate:
        path = f"GET /api/v1/tracks/{target.track_id}/stream?quality=original"
        await loop.sock_sendall(line, target.head(path, number) + b"\r\n")
        told = await fate(line, for_s)
        while told == "200" and time.monotonic() < until_s:
            await asyncio.sleep(1)
            if not await loop.sock_recv(line, 100):
                return "cut off"
        return told

    return await each(target, count, act, narrow=True)


async def flood(target: Target, count: int, for_s: float) -> Counter[Fate]:
    """Ask as fast as the answers come, over so many connections, as one account and as nobody."""
    fates: Counter[Fate] = Counter()
    until_s, loop = time.monotonic() + for_s, asyncio.get_running_loop()

    async def act(line: socket.socket, number: int) -> Fate:
        who = 0 if number % 2 else -1
        request = target.head("GET /api/v1/me", who) + b"\r\n"
        while time.monotonic() < until_s:
            await loop.sock_sendall(line, request)
            fates[await fate(line, for_s)] += 1
        return "done"

    await each(target, count, act, narrow=False)
    return fates


async def large(target: Target, count: int, _: float) -> Counter[Fate]:
    """Send what is too large, too deep or without end, of each kind so many."""
    loop = asyncio.get_running_loop()
    shapes = [*oversized(target)]

    async def act(line: socket.socket, number: int) -> Fate:
        name, pieces = shapes[number % len(shapes)]
        with suppress(OSError):  # the server may hang up before it has all
            async with asyncio.timeout(20):
                for piece in pieces():
                    await loop.sock_sendall(line, piece)
        return f"{name}: {await fate(line, 20)}"

    return await each(target, count * len(shapes), act, narrow=False)


def oversized(target: Target) -> Iterable[tuple[str, Callable[[], Iterable[bytes]]]]:
    """What is too much, by name."""

    def posted(body: bytes, *more: str) -> Callable[[], Iterable[bytes]]:
        fields = ("Content-Type: application/json", f"Content-Length: {len(body)}", *more)
        start = "POST /api/v1/auth/sign-in"
        return lambda: [target.head(start, -1, *fields) + b"\r\n", body]

    def endless() -> Iterable[bytes]:
        fields = ("Content-Type: application/json", "Transfer-Encoding: chunked")
        yield target.head("POST /api/v1/auth/sign-in", -1, *fields) + b"\r\n"
        for _ in range(1000):
            yield b"10000\r\n" + b" " * 65_536 + b"\r\n"

    ranges = ",".join(f"{n}-{n}" for n in range(2000))
    sound = f"GET /api/v1/tracks/{target.track_id}/stream"
    yield "a head of 1 MB", lambda: [target.head("GET /livez", -1, "X: " + "x" * 2**20) + b"\r\n"]
    yield "an endless head", lambda: (target.head("GET /livez"), *[b"X: x\r\n" * 1000] * 1000)
    yield "a body of 2 MB", posted(b" " * 2**21)
    yield "an endless body", endless
    yield "JSON 10,000 deep", posted(b'{"name":' + b"[" * 10_000 + b"]" * 10_000 + b"}")
    yield "100,000 open brackets", posted(b"[" * 100_000)
    yield "a number of 1,000,000 digits", posted(b'{"name":' + b"9" * 1_000_000 + b"}")
    yield (
        "a bomb of zeros",
        posted(zlib.compress(bytes(2**29 // 8), 9), "Content-Encoding: deflate"),
    )
    yield "2,000 ranges", lambda: [target.head(sound, 1, f"Range: bytes={ranges}") + b"\r\n"]
    yield "10,000 requests at once", lambda: [(target.head("GET /livez") + b"\r\n") * 10_000]
