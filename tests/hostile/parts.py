"""Pieces to build bad files of: real sound in every format, tags, boxes and chunks by hand."""

import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from tests.audio import RATE_HZ, Audio, run_ffmpeg, write_audio
from tests.music import Piece, play

Trials = Mapping[str, tuple[str, Callable[[], bytes]]]
"""By the file's name: the reason it has to be refused for or ``TAKEN``, and what makes it."""

TAKEN = "taken"
"""It is music all the same: it is taken in, and what is strange about it is left behind."""
SECONDS = 5.0


@cache
def sound(form: str) -> bytes:
    """A good file of five seconds, in the format of this ending."""
    return encoded(play(Piece(duration_s=SECONDS)), form)


def encoded(
    audio: Audio, form: str, arguments: Sequence[str] = (), rate_hz: int = RATE_HZ
) -> bytes:
    """Sound of shape (channels, samples) in the format of this ending."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sound.{form}"
        return write_audio(path, audio, arguments, rate_hz).read_bytes()


def made(form: str, *arguments: str) -> bytes:
    """What ffmpeg writes when it is told so."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{form}"
        run_ffmpeg(*arguments, f"file:{path}")
        return path.read_bytes()


def noise(length: int, seed: int = 0) -> bytes:
    """Random bytes, none of which could begin a frame of MPEG audio."""
    return np.random.default_rng(seed).bytes(length).replace(b"\xff", b"\xfe")


def id3(body: bytes, version: int = 3, claims: int | None = None) -> bytes:
    """An ID3v2 tag of these frames, which may claim to be of another length."""
    length = len(body) if claims is None else claims
    size = bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes((version, 0, 0)) + size + body


def frame(name: bytes, body: bytes, flags: bytes = b"\0\0") -> bytes:
    """A frame of ID3v2.3."""
    return name + len(body).to_bytes(4, "big") + flags + body


def packed_frame(name: bytes, length: int) -> bytes:
    """A frame of zeros that is small until somebody unpacks it."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(2**20)) for _ in range(length // 2**20)]
    body = b"".join([*parts, packer.flush()])
    return frame(name, length.to_bytes(4, "big") + body, flags=b"\0\x80")


def box(name: bytes, body: bytes) -> bytes:
    """A box of an MP4 file."""
    return (8 + len(body)).to_bytes(4, "big") + name + body


def chunk(name: bytes, body: bytes, claims: int | None = None) -> bytes:
    """A chunk of a WAV file, which may claim to be of another length."""
    length = len(body) if claims is None else claims
    return name + length.to_bytes(4, "little") + body + bytes(len(body) % 2)


def wav(*chunks: bytes) -> bytes:
    """A WAV file of these chunks."""
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def wav_shape(channels: int, rate_hz: int, bits: int = 16, code: int = 1) -> bytes:
    """The chunk that tells how sound is stored in a WAV file; no encoder would write some."""
    step = channels * bits // 8
    numbers = ((code, 2), (channels, 2), (rate_hz, 4), (rate_hz * step, 4), (step, 2), (bits, 2))
    return chunk(
        b"fmt ",
        b"".join((value % 256**width).to_bytes(width, "little") for value, width in numbers),
    )


def pages(content: bytes) -> list[bytes]:
    """The pages of an Ogg file."""
    return [b"OggS" + page for page in content.split(b"OggS")[1:]]


def sealed(page: bytes) -> bytes:
    """An Ogg page with the checksum that it should have, so that readers believe it."""
    bare = page[:22] + bytes(4) + page[26:]
    crc = 0
    for byte in bare:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _OGG_CRC[crc >> 24 ^ byte]
    return bare[:22] + crc.to_bytes(4, "little") + bare[26:]


def _crc_row(value: int) -> int:
    crc = value << 24
    for _ in range(8):
        crc = crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)
    return crc & 0xFFFFFFFF


_OGG_CRC = [_crc_row(value) for value in range(256)]
