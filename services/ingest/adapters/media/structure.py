"""Whether the boxes a container is made of are all there, and promise nothing absurd."""

import struct
from typing import BinaryIO

from services.ingest.domain.formats import Container
from services.ingest.domain.reasons import Reason, Refused

MOST_CHANNELS = 8
SAMPLE_RATES_HZ = range(8_000, 384_001)
_MOST_BOXES = 10_000
_STREAMED = (0, 0xFFFFFFFF)
"""Sizes that writers who could not seek back leave in a RIFF header."""


def check_structure(file: BinaryIO, container: Container) -> None:
    """Refuse a file that ends before its container says, or whose header is beyond reason."""
    size = file.seek(0, 2)
    match container:
        case Container.WAV:
            _check_chunks(file, size, "<", b"data")
        case Container.AIFF:
            _check_chunks(file, size, ">", b"SSND")
        case Container.MP4:
            _check_boxes(file, size)
        case Container.OGG:
            _check_last_page(file, size)
        case _:
            pass


def check_sound(channels: int, sample_rate_hz: int) -> None:
    """Refuse more channels or stranger sample rates than any recording of music has."""
    if channels > MOST_CHANNELS:
        raise Refused(Reason.TOO_MANY_CHANNELS, f"{channels:,} channels")
    if channels < 1:
        raise Refused(Reason.CORRUPT, "no channels")
    if sample_rate_hz not in SAMPLE_RATES_HZ:
        raise Refused(Reason.BAD_SAMPLE_RATE, f"{sample_rate_hz:,} Hz")


def _check_chunks(file: BinaryIO, size: int, order: str, sound: bytes) -> None:
    position = 12
    for _ in range(_MOST_BOXES):
        file.seek(position)
        header = file.read(8)
        if len(header) < 8:  # noqa: PLR2004  a name and a size
            return
        name, length = header[:4], struct.unpack(f"{order}I", header[4:])[0]
        if name == b"fmt ":
            _, channels, rate_hz = struct.unpack("<HHI", file.read(8).ljust(8, b"\0"))
            check_sound(channels, rate_hz)
        if name == sound:
            if length not in _STREAMED and position + 8 + length > size:
                missing = position + 8 + length - size
                raise Refused(Reason.TRUNCATED, f"{missing:,} bytes of sound are missing")
            if length in _STREAMED:
                return
        position += 8 + length + length % 2
    raise Refused(Reason.CORRUPT, "more chunks than any recording has")


def _check_boxes(file: BinaryIO, size: int) -> None:
    position, names = 0, set()
    for _ in range(_MOST_BOXES):
        if position >= size:
            break
        file.seek(position)
        header = file.read(16)
        if len(header) < 8:  # noqa: PLR2004  a size and a name
            raise Refused(Reason.TRUNCATED, "it ends inside a box header")
        length, name = struct.unpack(">I4s", header[:8])
        if length == 1 and len(header) == 16:  # noqa: PLR2004  a 64-bit size follows
            length = struct.unpack(">Q", header[8:])[0]
        if length == 0:
            length = size - position
        if length < 8 or position + length > size:  # noqa: PLR2004
            raise Refused(Reason.TRUNCATED, "it ends inside a box")
        names.add(name)
        position += length
    else:
        raise Refused(Reason.CORRUPT, "more boxes than any recording has")
    if b"moov" not in names:
        raise Refused(Reason.TRUNCATED, "its index (moov) is missing")


def _check_last_page(file: BinaryIO, size: int) -> None:
    file.seek(max(0, size - 2 * 65_307))  # the longest Ogg page, twice
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        raise Refused(Reason.TRUNCATED, "it does not end with a whole page")
    segments = tail[at + 26]
    lengths = tail[at + 27 : at + 27 + segments]
    if len(lengths) < segments or at + 27 + segments + sum(lengths) > len(tail):
        raise Refused(Reason.TRUNCATED, "it ends inside a page")
