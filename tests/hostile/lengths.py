"""Too short, too long, or not as long as it says."""

import numpy as np

from tests.hostile.parts import (
    TAKEN,
    Trials,
    chunk,
    encoded,
    made,
    noise,
    pages,
    sealed,
    sound,
    wav,
    wav_shape,
)


def _cut(form: str) -> bytes:
    whole = sound(form)
    return whole[: int(len(whole) * 0.6)]


def _damaged(form: str) -> bytes:
    whole = bytearray(sound(form))
    for at in range(len(whole) // 2, len(whole) // 2 + 20_000, 97):
        whole[at] ^= 0x5A
    return bytes(whole)


def _ten_hours() -> bytes:
    """In a few megabytes."""
    minute = encoded(np.zeros((1, 60 * 8_000), np.float32), "mp3", ("-b:a", "8k"), 8_000)
    return minute * 600


def _says_years(content: bytes, name: bytes, at: int) -> bytes:
    """An MP4 whose header tells of another length."""
    start = content.index(name) + at
    return content[:start] + b"\x7f\xff\xff\xff" + content[start + 4 :]


def _flac_of(samples: int, content: bytes) -> bytes:
    """A FLAC that says it has so many samples: the last 36 bits before the checksum."""
    header = bytearray(content)
    packed = int.from_bytes(header[18:26], "big") >> 36 << 36 | samples
    header[18:26] = packed.to_bytes(8, "big")
    return bytes(header)


def _years_of_opus() -> bytes:
    *rest, last = pages(sound("opus"))
    far = (2**62).to_bytes(8, "little")
    return b"".join([*rest, sealed(last[:6] + far + last[14:])])


def _xing_of(frames: int) -> bytes:
    content = sound("mp3")
    start = next(content.index(mark) for mark in (b"Xing", b"Info") if mark in content) + 8
    return content[:start] + frames.to_bytes(4, "big") + content[start + 4 :]


_EVENING = ("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "18000", "-c:a", "flac")
_SHAPE = wav_shape(2, 44_100)

LENGTHS: Trials = {
    "cut.mp3": ("truncated", lambda: _cut("mp3")),
    "cut.flac": ("truncated", lambda: _cut("flac")),
    "cut.m4a": ("truncated", lambda: _cut("m4a")),
    "cut.ogg": ("truncated", lambda: _cut("ogg")),
    "cut.opus": ("truncated", lambda: _cut("opus")),
    "cut.wav": ("truncated", lambda: _cut("wav")),
    "cut.aiff": ("truncated", lambda: _cut("aiff")),
    "cut.webm": ("truncated", lambda: _cut("webm")),
    "header.flac": ("corrupt", lambda: sound("flac")[:42]),
    "header.wav": ("corrupt", lambda: wav(_SHAPE, chunk(b"data", b""))),
    "promise.wav": ("truncated", lambda: wav(_SHAPE, chunk(b"data", noise(9_999), 2**32 - 9))),
    "promise.flac": ("too_long", lambda: _flac_of(2**36 - 1, sound("flac"))),
    "promise.m4a": (TAKEN, lambda: _says_years(sound("m4a"), b"mdhd", 20)),
    "promise.opus": (TAKEN, _years_of_opus),
    "promise.mp3": ("too_long", lambda: _xing_of(2**31 - 1)),
    "endless.mp3": ("too_long", _ten_hours),
    "evening.flac": ("too_long", lambda: made("flac", *_EVENING)),
    "damaged.flac": ("corrupt", lambda: _damaged("flac")),
    "damaged.mp3": ("corrupt", lambda: _damaged("mp3")),
    "damaged.opus": ("truncated", lambda: _damaged("opus")),
}
