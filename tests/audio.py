"""Audio files as people have them, in every format we take."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, TypeAlias

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Audio: TypeAlias = NDArray[np.float32]
"""Of shape (channels, samples), full scale 1.0."""

RATE_HZ = 44_100
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()

FORMATS: Mapping[str, tuple[str, Sequence[str]]] = {
    "flac": ("flac", ("-c:a", "flac", "-sample_fmt", "s16")),
    "flac-24": ("flac", ("-c:a", "flac", "-sample_fmt", "s32")),
    "flac-96k": ("flac", ("-c:a", "flac", "-sample_fmt", "s32", "-ar", "96000")),
    "mp3": ("mp3", ("-c:a", "libmp3lame", "-b:a", "192k")),
    "mp3-vbr": ("mp3", ("-c:a", "libmp3lame", "-q:a", "4")),
    "aac": ("m4a", ("-c:a", "aac", "-b:a", "128k")),
    "alac": ("m4a", ("-c:a", "alac", "-sample_fmt", "s16p")),
    "ogg": ("ogg", ("-c:a", "libvorbis", "-q:a", "5")),
    "opus": ("opus", ("-c:a", "libopus", "-b:a", "96k")),
    "wav": ("wav", ("-c:a", "pcm_s16le")),
    "aiff": ("aiff", ("-c:a", "pcm_s24be")),
    "adts": ("aac", ("-c:a", "aac", "-b:a", "96k")),
    "webm": ("webm", ("-c:a", "libopus", "-b:a", "96k")),
}
"""By name: the ending of the file, and what ffmpeg is told. The first of an ending is the usual."""


def write_audio(
    path: Path, audio: Audio, arguments: Sequence[str] = (), rate_hz: int = RATE_HZ
) -> Path:
    """Encode sound as ffmpeg is told, or in the usual way for the ending of the name."""
    how = arguments or next(how for ending, how in FORMATS.values() if path.suffix == f".{ending}")
    raw = ("-f", "f32le", "-ar", str(rate_hz), "-ac", str(len(audio)), "-i", "pipe:")
    run_ffmpeg(*raw, *how, f"file:{path}", sound=audio.T.astype("<f4").tobytes())
    return path


def run_ffmpeg(*arguments: str, sound: bytes = b"") -> None:
    """Let it read sound, and write a file whether or not there was one."""
    subprocess.run([FFMPEG, "-v", "error", "-y", *arguments], input=sound, check=True)
