"""Sound of a shape that no recording of music has."""

import numpy as np

from tests.audio import RATE_HZ
from tests.hostile.parts import (
    TAKEN,
    Trials,
    chunk,
    encoded,
    noise,
    pages,
    sealed,
    sound,
    wav,
    wav_shape,
)
from tests.music import Piece, play


def _wav(channels: int, rate_hz: int, bits: int = 16) -> bytes:
    return wav(wav_shape(channels, rate_hz, bits), chunk(b"data", noise(48_000)))


def _float_wav(value: float) -> bytes:
    audio = play(Piece(duration_s=3)).copy()
    audio[:, 5_000:5_100] = value
    return encoded(audio, "wav", ("-c:a", "pcm_f32le"))


def _double_wav() -> bytes:
    """Doubles that are too large for the floats that everything after them uses."""
    data = np.full(2 * RATE_HZ, 1e300).astype("<f8").tobytes()
    return wav(wav_shape(2, RATE_HZ, 64, code=3), chunk(b"data", data))


def _aiff_at(rate: bytes) -> bytes:
    """The rate of an AIFF is a float of 80 bits, which can be anything."""
    content = sound("aiff")
    start = content.index(b"COMM") + 16
    return content[:start] + rate + content[start + 10 :]


def _opus_of(channels: int) -> bytes:
    first, *rest = pages(sound("opus"))
    at = first.index(b"OpusHead") + 9
    return b"".join([sealed(first[:at] + bytes([channels]) + first[at + 1 :]), *rest])


def _flac_at(rate_hz: int) -> bytes:
    header = bytearray(sound("flac"))
    packed = int.from_bytes(header[18:26], "big") & (1 << 44) - 1 | rate_hz << 44
    header[18:26] = packed.to_bytes(8, "big")
    return bytes(header)


SHAPES: Trials = {
    "orchestra.wav": ("too_many_channels", lambda: _wav(24, 192_000)),
    "stadium.wav": ("too_many_channels", lambda: _wav(65_535, 44_100)),
    "crowd.opus": ("corrupt", lambda: _opus_of(255)),
    "nobody.wav": ("corrupt", lambda: _wav(0, 44_100)),
    "bat.wav": ("bad_sample_rate", lambda: _wav(2, 4_000_000_000)),
    "whale.wav": ("bad_sample_rate", lambda: _wav(2, 100)),
    "still.wav": ("bad_sample_rate", lambda: _wav(2, 0)),
    "still.flac": (TAKEN, lambda: _flac_at(0)),
    "endless-rate.aiff": ("corrupt", lambda: _aiff_at(b"\x7f\xff" + bytes(8))),
    "no-bits.wav": ("unsupported_format", lambda: _wav(2, 44_100, 0)),
    "many-bits.wav": ("unsupported_format", lambda: _wav(2, 44_100, 65_528)),
    "nan.wav": ("nonfinite_samples", lambda: _float_wav(np.nan)),
    "infinite.wav": ("nonfinite_samples", lambda: _float_wav(np.inf)),
    "too-loud.wav": ("nonfinite_samples", _double_wav),
    "silence.flac": ("silent", lambda: encoded(np.zeros((2, 3 * RATE_HZ), np.float32), "flac")),
    "silence.mp3": ("silent", lambda: encoded(np.zeros((2, 3 * RATE_HZ), np.float32), "mp3")),
}
