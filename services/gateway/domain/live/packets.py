"""What is written to listeners: built once for all who hear a stream in the same form."""

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag

RATE_HZ = 44_100
CHANNELS = 2
FRAME_SAMPLES = 4_410
"""A tenth of a second goes out at once."""
HEADER = struct.Struct("<2sBBBBHIIQQ")
MAGIC, VERSION = b"TM", 1
FLAGS_AT = 3
"""Where in the header the flags are."""

TEXT, BINARY = 0x1, 0x2
FINAL = 0x80
LARGEST_SHORT, LARGEST_MEDIUM = 125, 0xFFFF
"""Lengths that a WebSocket frame tells in one byte, and in two more (RFC 6455, 5.2)."""


class Flag(IntFlag):
    """What a player has to know before it plays a frame."""

    NONE = 0
    GAP = 1
    JOIN = 2


class Codec(IntEnum):
    """What the sound of a binary frame is encoded in."""

    PCM = 0
    OPUS = 1
    FLAC = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """Where in a stream a frame stands."""

    sequence: int
    revision: int
    position: int
    rendered_at_us: int
    after_gap: bool = False
    """Whether something before it is missing for everybody."""


class Packet:
    """A frame in one form, as bytes that nobody changes any more."""

    __slots__ = ("_flagged", "_flags_at", "plain", "position")

    def __init__(self, position: int, plain: bytes, flags_at: int | None = None) -> None:
        self.position = position
        self.plain = plain
        self._flags_at = flags_at
        self._flagged: dict[int, bytes] = {}

    def flagged(self, flags: int) -> bytes:
        """The same with these flags, in forms that have some."""
        if self._flags_at is None:
            return self.plain
        if flags not in self._flagged:
            at = self._flags_at
            raised = bytes((self.plain[at] | flags,))
            self._flagged[flags] = self.plain[:at] + raised + self.plain[at + 1 :]
        return self._flagged[flags]


def binary(mark: Mark, codec: Codec, sound: bytes) -> Packet:
    """A frame for a WebSocket: its own header, ours, and the sound."""
    header = HEADER.pack(
        MAGIC,
        VERSION,
        Flag.GAP if mark.after_gap else Flag.NONE,
        codec,
        CHANNELS,
        HEADER.size,
        mark.sequence & 0xFFFFFFFF,
        mark.revision & 0xFFFFFFFF,
        mark.position,
        mark.rendered_at_us,
    )
    opening = _opening(BINARY, len(header) + len(sound))
    return Packet(mark.position, b"".join((opening, header, sound)), len(opening) + FLAGS_AT)


def text(message: bytes) -> bytes:
    """A message in JSON for a WebSocket."""
    return _opening(TEXT, len(message)) + message


def _opening(opcode: int, length: int) -> bytes:
    first = FINAL | opcode
    if length <= LARGEST_SHORT:
        return struct.pack("!BB", first, length)
    if length <= LARGEST_MEDIUM:
        return struct.pack("!BBH", first, LARGEST_SHORT + 1, length)
    return struct.pack("!BBQ", first, LARGEST_SHORT + 2, length)
