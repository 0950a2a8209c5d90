"""How listeners of three servers hear: what they say first, and the frames in what they are sent.

Every frame tells when it was made, by a clock of this machine, so that its delay is known.
"""

from __future__ import annotations

import base64
import json
import os
import re
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol as Shape

RATE_HZ = 44_100
BYTES_A_SECOND = RATE_HZ * 4
TEXT, BINARY, PING, PONG = 1, 2, 9, 10
MARK = b"\x00tutti\x00\xff"
"""In what Icecast passes on: before the time at which a piece was made."""
PIECE_BYTES = BYTES_A_SECOND // 10


@dataclass(frozen=True, slots=True)
class Frame:
    """One, or an acknowledgement."""

    duration_s: float = 0.0
    delay_s: float = 0.0
    sequence: int | None = None
    revision: int | None = None
    ack: str | None = None


class Protocol(Shape):
    """One side of a conversation."""

    greeting: bytes

    def take(self, data: memoryview) -> list[Frame]:
        """The frames that came to their end with this."""

    def steer(self, number: int) -> bytes:
        """Ask for a change."""


class Tutti:
    """Binary frames, or JSON, over a WebSocket."""

    HEADER = struct.Struct("<2sBBBBHIIQQ")
    AUDIO = re.compile(
        rb'{"type":"audio","sequence":(\d+),"revision":(\d+),"position":\d+,"time_us":(\d+)'
    )

    def __init__(self, host: str, path: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        self.greeting = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        ).encode()
        self.owed = b""
        """Answers to signs of life, to be sent by who listens for longer than half a minute."""
        self._waiting = b""
        self._is_open = False

    def take(self, data: memoryview) -> list[Frame]:
        """Take the head of the answer, then whole frames. Sound is looked at, not copied."""
        if self._waiting:
            data = memoryview(self._waiting + data)
        at = 0
        if not self._is_open:
            head, closed, _ = bytes(data).partition(b"\r\n\r\n")
            if not closed:
                self._waiting = head
                return []
            if b" 101 " not in head:
                raise RuntimeError(f"no socket: {head.decode()}")
            self._is_open, at = True, len(head) + len(closed)
        frames = []
        while (opened := _opening(data, at)) is not None:
            start, end = opened
            frame = self._read(data[at] & 15, data, start, end)
            at = end
            if frame is not None:
                frames.append(frame)
        self._waiting = bytes(data[at:])
        return frames

    def steer(self, number: int) -> bytes:
        """Move the intensity to and fro."""
        change = {"intensity": 0.4 + 0.2 * (number % 2)}
        message = json.dumps({"type": "steer", "id": str(number), "change": change}).encode()
        mask = bytes(4)
        return struct.pack("!BB", 0x80 | TEXT, 0x80 | len(message)) + mask + message

    def _read(self, opcode: int, data: memoryview, start: int, end: int) -> Frame | None:
        if opcode == BINARY:
            fields = self.HEADER.unpack_from(data, start)
            sequence, revision, made_us = fields[6], fields[7], fields[9]
            return Frame(0.1, time.time() - made_us / 1e6, sequence, revision)
        if opcode == PING:
            mask = bytes(4)
            self.owed += (
                struct.pack("!BB", 0x80 | PONG, 0x80 | end - start) + mask + data[start:end]
            )
        if opcode == TEXT:
            if audio := self.AUDIO.match(data, start, end):
                sequence, revision, made_us = map(int, audio.groups())
                return Frame(0.1, time.time() - made_us / 1e6, sequence, revision)
            message = json.loads(bytes(data[start:end]))
            if message["type"] == "audio":
                raise RuntimeError("sound in JSON begins as no listener expects it")
            if message["type"] == "ack":
                return Frame(ack=message["id"], revision=message["revision"])
        return None


def _opening(data: memoryview, at: int) -> tuple[int, int] | None:
    """Where the payload of the next whole frame begins and ends."""
    if len(data) < at + 2:
        return None
    short = data[at + 1] & 127
    start = at + {126: 4, 127: 10}.get(short, 2)
    if len(data) < start:
        return None
    length = short if start == at + 2 else int.from_bytes(data[at + 2 : start], "big")
    return (start, start + length) if len(data) >= start + length else None


class Icecast:
    """An endless answer, in which our source put marks."""

    def __init__(self, host: str, path: str) -> None:
        self.greeting = f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode()
        self._waiting = bytearray()

    def take(self, data: memoryview) -> list[Frame]:
        """Find the marks: a piece lies between two."""
        self._waiting += data
        frames = []
        while (at := self._waiting.find(MARK)) >= 0 and len(self._waiting) >= at + len(MARK) + 8:
            (made_us,) = struct.unpack_from("<Q", self._waiting, at + len(MARK))
            del self._waiting[: at + len(MARK) + 8]
            frames.append(Frame(0.1, time.time() - made_us / 1e6))
        if len(self._waiting) > len(MARK):
            del self._waiting[: -len(MARK)]
        return frames

    def steer(self, number: int) -> bytes:
        """Icecast takes no wishes."""
        raise NotImplementedError(number)


class Snapcast:
    """Its binary protocol, version 2."""

    HEADER = struct.Struct("<HHHiiiiI")
    HELLO, CHUNK = 5, 2

    def __init__(self, host: str, path: str) -> None:
        own = f"02:{':'.join(f'{byte:02x}' for byte in os.urandom(5))}"
        about = {
            "Arch": "x86_64", "ClientName": path, "HostName": host, "ID": own, "Instance": 1,
            "MAC": own, "OS": "Linux", "SnapStreamProtocolVersion": 2, "Version": "0.26.0",
        }  # fmt: skip
        told = json.dumps(about).encode()
        size = len(told) + 4
        header = self.HEADER.pack(self.HELLO, 1, 0, 0, 0, 0, 0, size)
        self.greeting = header + struct.pack("<I", len(told)) + told
        self._waiting = bytearray()

    def take(self, data: memoryview) -> list[Frame]:
        """Take whole messages; chunks of sound tell when they were recorded."""
        self._waiting += data
        frames = []
        while len(self._waiting) >= self.HEADER.size:
            kind, *_, size = self.HEADER.unpack_from(self._waiting)
            end = self.HEADER.size + size
            if len(self._waiting) < end:
                break
            if kind == self.CHUNK:
                seconds, micros, sound = struct.unpack_from("<iiI", self._waiting, self.HEADER.size)
                delay_s = time.monotonic() - seconds - micros / 1e6
                frames.append(Frame(sound / BYTES_A_SECOND, delay_s))
            del self._waiting[:end]
        return frames

    def steer(self, number: int) -> bytes:
        """Snapcast takes no wishes."""
        raise NotImplementedError(number)


PROTOCOLS: dict[str, Callable[[str, str], Protocol]] = {
    "tutti": Tutti,
    "icecast": Icecast,
    "snapcast": Snapcast,
}
