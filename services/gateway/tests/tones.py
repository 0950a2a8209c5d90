"""Recordings that say where in them one is: a low tone, and after it a high one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from services.gateway.tests.recordings import publish
from tests.audio import RATE_HZ, run_ffmpeg, write_audio
from tutti.catalog.v1 import music_pb2

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

LOW_HZ, HIGH_HZ = 440.0, 1320.0
CHANGES_S, ENDS_S = 4.0, 10.0


class Heard(NamedTuple):
    """What came out of a decoder."""

    container: str
    codec: str
    rate_hz: int
    samples: NDArray[np.float32]
    """Of shape (channels, samples)."""
    size_bytes: int

    @property
    def duration_s(self) -> float:
        return int(self.samples.shape[1]) / self.rate_hz

    @property
    def kbps(self) -> float:
        return self.size_bytes * 8 / self.duration_s / 1000

    @property
    def changes_s(self) -> float:
        """When the low tone ends: the part of windows of 20 ms in which it is the louder."""
        width = self.rate_hz // 50
        whole = self.samples[0, : self.samples.shape[1] // width * width].reshape(-1, width)
        spectrum = np.abs(np.fft.rfft(whole * np.hanning(width)))
        low, high = (spectrum[:, round(hz * width / self.rate_hz)] for hz in (LOW_HZ, HIGH_HZ))
        return float((low > high).sum() * width / self.rate_hz)


def tones(changes_s: float = CHANGES_S, ends_s: float = ENDS_S) -> NDArray[np.float32]:
    """Both tones in two channels, at -12 dBFS."""
    times_s = np.arange(round(ends_s * RATE_HZ)) / RATE_HZ
    frequency_hz = np.where(times_s < changes_s, LOW_HZ, HIGH_HZ)
    tone = 0.25 * np.sin(2 * np.pi * frequency_hz * times_s)
    return np.stack([tone, tone]).astype(np.float32)


def heard(content: bytes) -> Heard:
    """Decode all of it."""
    with av.open(io.BytesIO(content), "r") as file:
        stream = file.streams.audio[0]
        planar = av.AudioResampler("fltp", "stereo", stream.rate)
        decoded = [each for frame in file.decode(stream) for each in planar.resample(frame)]
        samples = np.concatenate([frame.to_ndarray() for frame in decoded], axis=1)
        codec = stream.codec_context.codec.canonical_name
        return Heard(file.format.name, codec, stream.rate, samples, len(content))


async def record(
    site: Site,
    person: Person,
    folder: Path,
    suffix: str = "flac",
    sound: NDArray[np.float32] | None = None,
) -> dict[str, Any]:
    """Put a real recording into somebody's library, without renditions."""
    audio = tones() if sound is None else sound
    content = write_audio(folder / f"tones.{suffix}", audio).read_bytes()
    return await release(site, person, content, suffix, audio.shape[1] / RATE_HZ)


async def record_long(
    site: Site, person: Person, folder: Path, duration_s: float
) -> dict[str, Any]:
    """Put a recording into somebody's library that takes a while to encode."""
    path = folder / "long.flac"
    tone = f"sine=frequency=440:duration={duration_s}"
    run_ffmpeg("-f", "lavfi", "-i", tone, "-ac", "2", f"file:{path}")
    return await release(site, person, path.read_bytes(), "flac", duration_s)


async def release(
    site: Site, person: Person, content: bytes, suffix: str, duration_s: float
) -> dict[str, Any]:
    """Put a file into somebody's library, whatever it is."""
    container, codec, content_type = KINDS[suffix]
    key = f"audio/tones-of-{person.id}-{len(content)}.{suffix}"
    await site.objects.put_bytes(key, content, content_type)
    original = music_pb2.Rendition(
        quality=music_pb2.QUALITY_ORIGINAL,
        object_key=key,
        content_type=content_type,
        size_bytes=len(content),
    )
    form = music_pb2.SourceFormat(
        container=container,
        codec=codec,
        sample_rate_hz=RATE_HZ,
        channels=2,
        bit_depth=16 if codec in LOSSLESS else 0,
        bitrate_kbps=round(len(content) * 8 / duration_s / 1000),
        size_bytes=len(content),
        file_name=f"tones.{suffix}",
        lossless=codec in LOSSLESS,
    )
    duration_ms = round(duration_s * 1000)
    return await publish(
        site, person, "Tones", renditions=[original], format=form, duration_ms=duration_ms
    )


KINDS = {
    "flac": ("flac", "flac", "audio/flac"),
    "wav": ("wav", "pcm", "audio/wav"),
    "mp3": ("mp3", "mp3", "audio/mpeg"),
    "m4a": ("mp4", "aac", "audio/mp4"),
    "ogg": ("ogg", "vorbis", "audio/ogg"),
}
LOSSLESS = ("flac", "pcm")
