"""Music for tests: small pieces that no two recordings share, in every format, with tags.

A piece is a row of random chords, so that fingerprints of different pieces
differ, over a steady tone, by which it is known again after any encoding.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import av
import numpy as np

from tests.audio import FORMATS, RATE_HZ, write_audio
from tests.tagging import Tags, write

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.audio import Audio

NOTE_S = 0.5
VOICES = 3

LARGE = ("-c:a", "pcm_s32le", "-ar", "96000")
"""For a WAV of 12 s that does not fit into one part of an upload, which has 8 MiB."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of music before it is encoded."""

    seed: int
    tone_hz: float = 440.0
    duration_s: float = 8.0
    tags: Tags = field(default_factory=Tags)

    def samples(self) -> Audio:
        """Stereo sound, peaking below full scale."""
        chance = np.random.default_rng(self.seed)
        melody = 0.4 * np.concatenate(
            [_chord(chance) for _ in range(round(self.duration_s / NOTE_S))]
        )
        steady = 0.12 * np.sin(2 * np.pi * self.tone_hz * np.arange(len(melody)) / RATE_HZ)
        return np.stack([melody + steady, 0.8 * melody + steady]).astype(np.float32)

    def encoded(self, path: Path, form: str = "flac", *more: str) -> Path:
        """Write it as a file in a format, with its tags; the ending of the name is added."""
        ending, how = FORMATS[form]
        path = path.with_name(f"{path.name}.{ending}")
        # Else Ogg gets random numbers, and everything the name of the encoder.
        write_audio(path, self.samples(), ["-fflags", "+bitexact", *how, *more])
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
