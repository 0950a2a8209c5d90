"""Covers that are none. The music is taken in without them."""

import io
import struct
import zlib

from PIL import Image

from tests.hostile.parts import TAKEN, Trials, frame, id3, sound
from tests.tagging import cover


def _with_cover(content: bytes) -> bytes:
    return id3(frame(b"APIC", b"\0image/png\0\3\0" + content)) + sound("mp3")


def _png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def _wide() -> bytes:
    """900 million pixels in less than a megabyte."""
    packer = zlib.compressobj(9)
    rows = [packer.compress(bytes(30_001 * 100)) for _ in range(300)]
    return _png(30_000, 30_000, (b"IDAT", b"".join([*rows, packer.flush()])))


def _wordy() -> bytes:
    """A picture whose words are a gigabyte once they are unpacked."""
    packer = zlib.compressobj(9)
    words = b"".join([*(packer.compress(b"a" * 2**20) for _ in range(1_000)), packer.flush()])
    dot = zlib.compress(b"\0\0")
    return _png(1, 1, (b"zTXt", b"Comment\0\0" + words), (b"IDAT", dot))


def _half() -> bytes:
    whole = cover("#2f5d62", kind="JPEG")
    return whole[: len(whole) // 2]


def _film() -> bytes:
    frames = [Image.new("P", (8, 8), number % 250) for number in range(2_000)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    return written.getvalue()


PICTURES: Trials = {
    "wide.mp3": (TAKEN, lambda: _with_cover(_wide())),
    "wordy.mp3": (TAKEN, lambda: _with_cover(_wordy())),
    "film-cover.mp3": (TAKEN, lambda: _with_cover(_film())),
    "half-cover.mp3": (TAKEN, lambda: _with_cover(_half())),
    "no-pixels.mp3": (TAKEN, lambda: _with_cover(_png(0, 0))),
    "drawing.mp3": (TAKEN, lambda: _with_cover(b"<svg onload='alert(1)'/>")),
    "postscript.mp3": (
        TAKEN,
        lambda: _with_cover(b"%!PS-Adobe-3.0 EPSF-3.0\n"),
    ),
}
