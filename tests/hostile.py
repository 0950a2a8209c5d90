"""Files nobody should be able to hurt us with, each with the reason we must give for it."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from tests.audio import write_audio
from tests.music import RATE_HZ, Piece, play


def _mp3(path: Path) -> bytes:
    write_audio(path)
    return path.read_bytes()


def _cut(path: Path, share: float = 0.6) -> None:
    whole = write_audio(path).read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])


def _wav(path: Path, channels: int, rate_hz: int, frames: int = 1_000) -> None:
    """A 16-bit WAV by hand, because no encoder would write such a header."""
    sound = np.random.default_rng(1).integers(-9999, 9999, frames * channels, dtype=np.int16)
    data = sound.tobytes()
    shape = struct.pack(
        "<HHIIHH",
        1,
        channels,
        rate_hz,
        rate_hz * channels * 2 & 0xFFFFFFFF,
        channels * 2 & 0xFFFF,
        16,
    )
    chunks = b"fmt " + struct.pack("<I", len(shape)) + shape
    chunks += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)


def _many_frames(path: Path) -> None:
    frame = b"TXXX" + struct.pack(">I", 10) + b"\0\0" + b"\0a\0bbbbbbb"
    body = frame * 100_000
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    sound = _mp3(path)
    path.write_bytes(b"ID3\x03\0\0" + size + body + sound)


def _huge_tag(path: Path) -> None:
    body = b"APIC" + struct.pack(">I", 20 * 2**20) + b"\0\0" + bytes(20 * 2**20)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    sound = _mp3(path)
    path.write_bytes(b"ID3\x03\0\0" + size + body + sound)


def _damaged(path: Path) -> None:
    whole = bytearray(write_audio(path).read_bytes())
    for at in range(len(whole) // 2, len(whole) // 2 + 20_000, 97):
        whole[at] ^= 0x5A
    path.write_bytes(whole)


def _zip_behind_mp3(path: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("evil.html", "<script>alert(1)</script>")
    path.write_bytes(_mp3(path) + archive.getvalue())


def _not_numbers(path: Path) -> None:
    audio = play(Piece(duration_s=3)).copy()
    audio[:, 5_000:5_100] = np.nan
    write_audio(path, audio, ("-c:a", "pcm_f32le"))


def _hours_of_silence(path: Path) -> None:
    """Ten hours in a few megabytes."""
    minute = write_audio(path, np.zeros((1, 60 * 8_000), np.float32), ("-b:a", "8k"), 8_000)
    path.write_bytes(minute.read_bytes() * 600)


def _silence(path: Path) -> None:
    write_audio(path, np.zeros((2, 3 * RATE_HZ), np.float32))


HOSTILE: Mapping[str, tuple[str, Callable[[Path], object]]] = {
    "nothing.mp3": ("empty", Path.touch),
    "text.mp3": (
        "unsupported_format",
        lambda path: path.write_text("#!/bin/sh\necho hello\n" * 99),
    ),
    "page.flac": ("unsupported_format", lambda path: path.write_text("<html>" + "hello " * 999)),
    "archive.mp3": ("unsupported_format", lambda path: path.write_bytes(b"PK\3\4" + bytes(9_999))),
    "playlist.m3u8": (
        "unsupported_format",
        lambda path: path.write_text("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/secret\n"),
    ),
    "playlist.mp3": (
        "unsupported_format",
        lambda path: path.write_text("ffconcat version 1.0\nfile /etc/passwd\n"),
    ),
    "noise.mp3": (
        "unsupported_format",
        lambda path: path.write_bytes(np.random.default_rng(0).bytes(99_999).replace(b"\xff", b"")),
    ),
    "cut.mp3": ("truncated", _cut),
    "cut.flac": ("truncated", _cut),
    "cut.m4a": ("truncated", _cut),
    "cut.ogg": ("truncated", _cut),
    "cut.wav": ("truncated", _cut),
    "cut.aiff": ("truncated", _cut),
    "damaged.flac": ("corrupt", _damaged),
    "frames.mp3": ("tag_too_large", _many_frames),
    "cover.mp3": ("tag_too_large", _huge_tag),
    "orchestra.wav": ("too_many_channels", lambda path: _wav(path, 24, 44_100)),
    "stadium.wav": ("too_many_channels", lambda path: _wav(path, 65_535, 44_100, 10)),
    "bat.wav": ("bad_sample_rate", lambda path: _wav(path, 2, 4_000_000_000)),
    "whale.wav": ("bad_sample_rate", lambda path: _wav(path, 2, 100)),
    "nan.wav": ("nonfinite_samples", _not_numbers),
    "endless.mp3": ("too_long", _hours_of_silence),
    "silence.flac": ("silent", _silence),
    "silence.mp3": ("silent", _silence),
    "both.mp3": ("polyglot", _zip_behind_mp3),
}
"""File names, the reason code each must get, and how to make it."""


def write_hostile(folder: Path, name: str) -> Path:
    """Write one of them."""
    path = folder / name
    HOSTILE[name][1](path)
    return path
