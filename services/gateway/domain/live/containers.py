"""What players need around encoded sound: Ogg pages, ADTS and FLAC headers, ID3 time stamps."""

import struct
import zlib
from collections.abc import Sequence

from services.gateway.domain.live.packets import CHANNELS, RATE_HZ

VENDOR = b"Tutti"
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
BEGINS = 0x02
"""The flag of the first page of an Ogg stream."""
LARGEST_LACING = 255
ADTS_HEADER_BYTES = 7
ADTS_RATES_HZ = (96_000, 88_200, 64_000, 48_000, 44_100)
MPEG_CLOCK_HZ = 90_000
TIME_STAMP_OWNER = b"com.apple.streaming.transportStreamTimestamp\0"


def ogg_page(
    packets: Sequence[bytes], serial: int, number: int, granule: int, flags: int = 0
) -> bytes:
    """One page of whole packets (RFC 3533, 6)."""
    lacing = b"".join(_lacing(len(packet)) for packet in packets)
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, len(lacing))
    page = b"".join((header, lacing, *packets))
    crc_at = 22
    return page[:crc_at] + struct.pack("<I", _ogg_crc(page)) + page[crc_at + 4 :]


def opus_tags(title: str) -> bytes:
    """The second packet of Opus in Ogg (RFC 7845, 5.2)."""
    comment = f"TITLE={title}".encode()
    return struct.pack(
        f"<8sI{len(VENDOR)}sII{len(comment)}s",
        b"OpusTags",
        len(VENDOR),
        VENDOR,
        1,
        len(comment),
        comment,
    )


def flac_head(stream_info: bytes) -> bytes:
    """How a FLAC stream begins: its mark, and the one block of metadata, which is the last."""
    is_last = 0x80
    return b"fLaC" + struct.pack(">I", is_last << 24 | len(stream_info)) + stream_info


def adts(sound: bytes) -> bytes:
    """A packet of AAC-LC behind its header (ISO 13818-7, 6.2)."""
    length = len(sound) + ADTS_HEADER_BYTES
    rate = ADTS_RATES_HZ.index(RATE_HZ)
    low_complexity = 1
    header = (
        0xFFF1 << 40  # sync word, MPEG-4, no CRC
        | low_complexity << 38
        | rate << 34
        | CHANNELS << 30
        | length << 13
        | 0x7FF << 2  # fullness of the buffer: varying
    )
    return header.to_bytes(ADTS_HEADER_BYTES, "big") + sound


def time_stamp(sample: int) -> bytes:
    """When a segment of HLS begins, as an ID3 tag (RFC 8216, 3.4)."""
    clock = sample * MPEG_CLOCK_HZ // RATE_HZ % 2**33
    private = TIME_STAMP_OWNER + struct.pack(">Q", clock)
    frame = struct.pack(">4sIH", b"PRIV", len(private), 0) + private
    return struct.pack(">3sBBBI", b"ID3", 4, 0, 0, len(frame)) + frame


def _lacing(length: int) -> bytes:
    return b"\xff" * (length // LARGEST_LACING) + bytes((length % LARGEST_LACING,))


def _ogg_crc(page: bytes) -> int:
    # zlib's polynomial is the same with its bits in the other order, and it inverts both ends.
    mirrored = zlib.crc32(page.translate(REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
