"""What a file is by its bytes alone, before any library is allowed to open it.

Everything here reads a bounded number of bytes and takes linear time, because the
libraries behind it do not: a 2 MB tag of 100,000 frames keeps FFmpeg busy for minutes.
"""

import re
import struct
from typing import BinaryIO

from services.ingest.domain.formats import Container
from services.ingest.domain.reasons import Reason, Refused

HEAD_BYTES = 64 * 1024
MOST_TAG_FRAMES = 4_096
MOST_TAG_BYTES = 17 * 2**20
"""A cover of 16 MiB and room for the words."""

_MOST_STACKED_TAGS = 8
_ID3_HEADER = 10
_PACKED = {3: 0x80, 4: 0x08}
"""The flag of a compressed frame, by version."""
_LARGEST_PACKED = 64 * 1024
"""Which can be 64 MiB once it is unpacked; players write none, and large pictures do not shrink."""
_ZIP_END = 22
_MP3_BITRATES = frozenset(range(1, 15))


def container_of(file: BinaryIO) -> Container:
    """The container by its magic numbers; refuses what is empty, foreign or two things at once."""
    size = file.seek(0, 2)
    if size == 0:
        raise Refused(Reason.EMPTY, "0 bytes")
    start = _end_of_id3(file)
    file.seek(start)
    head = file.read(HEAD_BYTES)
    container = _by_magic(head) or _mpeg_audio(head)
    if container is None:
        raise Refused(Reason.UNSUPPORTED_FORMAT, f"it begins with {head[:8].hex(' ') or 'a tag'}")
    _refuse_second_format(file, size)
    return container


def has_frame_count(file: BinaryIO) -> bool:
    """Whether an MP3 says how many frames it has, so that its declared length can be believed."""
    file.seek(_end_of_id3(file))
    head = file.read(4_096)
    return any(mark in head for mark in (b"Xing", b"Info", b"VBRI"))


def _end_of_id3(file: BinaryIO) -> int:
    """Where the ID3v2 tags at the start end, having counted their frames and bytes."""
    position = frames = 0
    for _ in range(_MOST_STACKED_TAGS):
        file.seek(position)
        header = file.read(_ID3_HEADER)
        if len(header) < _ID3_HEADER or header[:3] != b"ID3":
            break
        length = _synchsafe(header[6:])
        frames += _id3_frames(file, header[3], position + _ID3_HEADER, length)
        position += _ID3_HEADER + length
        if position > MOST_TAG_BYTES:
            raise Refused(Reason.TAG_TOO_LARGE, f"an ID3 tag of {length:,} bytes")
        if frames > MOST_TAG_FRAMES:
            raise Refused(Reason.TAG_TOO_LARGE, f"more than {MOST_TAG_FRAMES:,} ID3 frames")
    return position


def _id3_frames(file: BinaryIO, version: int, start: int, length: int) -> int:
    short = version <= 2  # noqa: PLR2004  names and sizes had three bytes then
    header, count, position = (6 if short else 10), 0, start
    while position + header <= start + length and count <= MOST_TAG_FRAMES:
        file.seek(position)
        frame = file.read(header)
        if len(frame) < header or not frame[:3].isalnum():
            break  # padding, or not a tag any more
        size = frame[3:6] if short else frame[4:8]
        plain = int.from_bytes(size, "big")
        length_of = _synchsafe(size) if version == 4 else plain  # noqa: PLR2004
        if frame[9:] and frame[9] & _PACKED.get(version, 0) and length_of > _LARGEST_PACKED:
            raise Refused(Reason.TAG_TOO_LARGE, f"a compressed frame of {length_of:,} bytes")
        position += header + length_of
        count += 1
    return count


def _synchsafe(four: bytes) -> int:
    return int.from_bytes(bytes(4), "big") + sum(
        (byte & 0x7F) << shift for byte, shift in zip(four, (21, 14, 7, 0), strict=True)
    )


def _by_magic(head: bytes) -> Container | None:
    if head[:4] == b"RIFF" or head[:4] == b"RF64":
        return Container.WAV if head[8:12] == b"WAVE" else None
    if head[:4] == b"FORM":
        return Container.AIFF if head[8:12] in (b"AIFF", b"AIFC") else None
    if head[4:8] == b"ftyp":
        return Container.MP4
    for magic, container in (
        (b"fLaC", Container.FLAC),
        (b"OggS", Container.OGG),
        (b"\x1a\x45\xdf\xa3", Container.MATROSKA),
    ):
        if head.startswith(magic):
            return container
    return None


def _mpeg_audio(head: bytes) -> Container | None:
    """MP3 or ADTS AAC by two frames in a row, after zeros or other junk some writers leave."""
    for found in re.finditer(rb"\xff[\xe0-\xff]", head):
        start = found.start()
        for container, length_at in ((Container.ADTS, _adts_length), (Container.MP3, _mp3_length)):
            length = length_at(head, start)
            if length and length_at(head, start + length):
                return container
    return None


def _mp3_length(head: bytes, at: int) -> int:
    """Bytes of the layer III frame whose header stands there, or 0."""
    if len(head) < at + 4:
        return 0
    header = int.from_bytes(head[at : at + 4], "big")
    version, layer = header >> 19 & 3, header >> 17 & 3
    bitrate, rate, padding = header >> 12 & 15, header >> 10 & 3, header >> 9 & 1
    if header >> 21 != 0x7FF or version == 1 or layer != 1 or rate == 3:  # noqa: PLR2004
        return 0
    if bitrate not in _MP3_BITRATES:
        return 0
    mpeg1 = version == 3  # noqa: PLR2004
    table = _MPEG1_KBPS if mpeg1 else _MPEG2_KBPS
    rate_hz = (44_100, 48_000, 32_000)[rate] >> (0 if mpeg1 else 1 if version else 2)
    return (144_000 if mpeg1 else 72_000) * table[bitrate - 1] // rate_hz + padding


_MPEG1_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBPS = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _adts_length(head: bytes, at: int) -> int:
    if len(head) < at + 7 or head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0:  # noqa: PLR2004
        return 0
    return (head[at + 3] & 3) << 11 | head[at + 4] << 3 | head[at + 5] >> 5


def _refuse_second_format(file: BinaryIO, size: int) -> None:
    """A zip archive is found from its end, a PDF in its first kilobyte: both open as such."""
    file.seek(0)
    if b"%PDF-" in file.read(1_024):
        raise Refused(Reason.POLYGLOT, "it opens as a PDF document, too")
    file.seek(max(0, size - 0xFFFF - _ZIP_END))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _ZIP_END:
        return
    (comment_length,) = struct.unpack_from("<H", tail, at + 20)
    if at + _ZIP_END + comment_length == len(tail):
        raise Refused(Reason.POLYGLOT, "it opens as a zip archive, too")
