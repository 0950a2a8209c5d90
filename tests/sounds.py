"""Music for tests: small pieces that no two recordings share, in every format, with tags.

A piece is a row of random chords, so that fingerprints of different pieces
differ, over a steady tone, by which it is known again after any encoding.
"""

from __future__ import annotations

import io
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import av
import imageio_ffmpeg
import numpy as np

from tests.tagging import Tags, write

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATE_HZ = 44_100
NOTE_S = 0.5
VOICES = 3
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()

ENCODERS = {
    "flac": ("flac", ["-c:a", "flac"]),
    "mp3": ("mp3", ["-c:a", "libmp3lame", "-b:a", "192k"]),
    "aac": ("m4a", ["-c:a", "aac", "-b:a", "128k"]),
    "alac": ("m4a", ["-c:a", "alac"]),
    "ogg": ("ogg", ["-c:a", "libvorbis", "-q:a", "5"]),
    "opus": ("opus", ["-c:a", "libopus", "-b:a", "96k"]),
    "wav": ("wav", ["-c:a", "pcm_s16le"]),
    "aiff": ("aiff", ["-c:a", "pcm_s16be", "-write_id3v2", "1"]),
}
"""By the name of the format: the ending of the file, and what ffmpeg is told."""

LARGE = ("-c:a", "pcm_s32le", "-ar", "96000")
"""For a WAV of 12 s that does not fit into one part of an upload, which has 8 MiB."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of music before it is encoded."""

    seed: int
    tone_hz: float = 440.0
    duration_s: float = 8.0
    tags: Tags = field(default_factory=Tags)

    def samples(self) -> NDArray[np.float32]:
        """Stereo sound of shape (samples, 2), peaking below full scale."""
        chance = np.random.default_rng(self.seed)
        melody = 0.4 * np.concatenate(
            [_chord(chance) for _ in range(round(self.duration_s / NOTE_S))]
        )
        steady = 0.12 * np.sin(2 * np.pi * self.tone_hz * np.arange(len(melody)) / RATE_HZ)
        return np.stack([melody + steady, 0.8 * melody + steady], axis=1).astype(np.float32)

    def encoded(self, path: Path, form: str = "flac", *more: str) -> Path:
        """Write it as a file in ``form``, with its tags; the ending of the name is added."""
        suffix, encoder = ENCODERS[form]
        path = path.with_name(f"{path.name}.{suffix}")
        raw = ["-f", "f32le", "-ar", str(RATE_HZ), "-ac", "2", "-i", "pipe:"]
        plain = ["-map_metadata", "-1", "-fflags", "+bitexact"]
        subprocess.run(
            [FFMPEG, "-v", "error", "-y", *raw, *plain, *encoder, *more, str(path)],
            input=self.samples().tobytes(),
            check=True,
        )
        write(path, self.tags)
        return path


def _chord(chance: np.random.Generator) -> NDArray[np.float64]:
    times_s = np.arange(round(NOTE_S * RATE_HZ)) / RATE_HZ
    swell = np.sin(np.pi * times_s / NOTE_S)
    voices = np.zeros_like(times_s)
    for pitch_hz in 220.0 * 2 ** chance.uniform(0, 3, VOICES):
        for overtone in (1, 2, 3):
            voices += np.sin(2 * np.pi * pitch_hz * overtone * times_s) / overtone
    return swell * voices / VOICES


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener gets from bytes: for how long they sound, and the strongest tone."""

    duration_s: float
    tone_hz: float


def heard(sound: bytes) -> Heard:
    """Decode any format and listen."""
    mono, rate_hz = _decoded(sound)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono))))
    strongest = float(np.argmax(spectrum)) * rate_hz / len(mono)
    return Heard(len(mono) / rate_hz, strongest)


def _decoded(sound: bytes) -> tuple[NDArray[np.float64], int]:
    with av.open(io.BytesIO(sound), "r") as container:
        stream = container.streams.audio[0]
        rate_hz = stream.codec_context.sample_rate
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate_hz)
        frames = [
            converted.to_ndarray()[0]
            for frame in container.decode(stream)
            for converted in resampler.resample(frame)
        ]
    return np.concatenate(frames).astype(np.float64), rate_hz
