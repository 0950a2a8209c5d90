"""How many entries a tag promises, read before FFmpeg compares each of them with all others."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from services.ingest.adapters.media.sniff import MOST_TAG_FRAMES
from services.ingest.domain.formats import Container
from services.ingest.domain.reasons import Reason, Refused

_COMMENT_BLOCK = 4
_MOST_BLOCKS = 1_000_000
_LONGEST_VENDOR = 64 * 1024
_OGG_HEADER = 27
_OGG_MAGICS = (b"\x03vorbis", b"OpusTags", b"")
_APE_FOOTER = 32
_ID3V1 = 128


def check_comments(file: BinaryIO, container: Container) -> None:
    """Refuse tags with more entries than any tagger writes."""
    match container:
        case Container.FLAC:
            for start in _flac_comments(file):
                file.seek(start)
                _check_vorbis(file.read(_LONGEST_VENDOR + 8))
        case Container.OGG:
            _check_vorbis(_second_packet(file))
        case Container.MP3 | Container.ADTS:
            _check_ape(file)
        case _:
            pass


def _flac_comments(file: BinaryIO) -> Iterator[int]:
    """Where the blocks of comments begin; the last block before the sound is marked as such."""
    file.seek(0)
    position = file.read(64 * 1024).find(b"fLaC") + 4
    for _ in range(_MOST_BLOCKS):
        file.seek(position)
        header = file.read(4)
        if len(header) < 4:  # noqa: PLR2004  a kind and a length
            return
        if header[0] & 0x7F == _COMMENT_BLOCK:
            yield position + 4
        if header[0] & 0x80:
            return
        position += 4 + int.from_bytes(header[1:], "big")


def _second_packet(file: BinaryIO) -> bytes:
    """The beginning of the packet that holds the comments of an Ogg stream, without its magic."""
    file.seek(0)
    packet, packets_before = b"", 0
    while len(packet) < _LONGEST_VENDOR + 16:
        header = file.read(_OGG_HEADER)
        if len(header) < _OGG_HEADER:
            break
        lengths = file.read(header[26])
        for length in lengths:
            content = file.read(length)
            if packets_before == 1:
                packet += content
            if length < 255:  # noqa: PLR2004  a shorter segment ends its packet
                packets_before += 1
        if packets_before > 1:
            break
    if packet[:1] == b"\x84" or packet[:1] == b"\x04":  # FLAC in Ogg: the block as it is
        return packet[4:]
    return next(packet.removeprefix(magic) for magic in _OGG_MAGICS if packet.startswith(magic))


def _check_vorbis(block: bytes) -> None:
    """A vendor's name with its length, the number of comments, and the comments."""
    if len(block) < 8:  # noqa: PLR2004  two lengths
        return
    (vendor_length,) = struct.unpack_from("<I", block)
    if len(block) < 8 + vendor_length:
        return
    (count,) = struct.unpack_from("<I", block, 4 + vendor_length)
    _check(count)


def _check_ape(file: BinaryIO) -> None:
    size = file.seek(0, 2)
    for before_end in (_APE_FOOTER, _APE_FOOTER + _ID3V1):
        file.seek(max(0, size - before_end))
        footer = file.read(_APE_FOOTER)
        if footer.startswith(b"APETAGEX"):
            _check(struct.unpack_from("<I", footer, 16)[0])


def _check(count: int) -> None:
    if count > MOST_TAG_FRAMES:
        raise Refused(Reason.TAG_TOO_LARGE, f"{count:,} comments")
