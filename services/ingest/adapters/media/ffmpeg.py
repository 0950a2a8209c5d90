"""ffmpeg in the cage.

It only ever reads samples we decoded ourselves, so it never sees a stranger's bytes.
"""

from collections.abc import Sequence
from pathlib import Path

from libs.audio.ffmpeg import program
from libs.common.sandbox import Limits, Sandbox
from services.ingest.adapters.media.inspection import Pcm

_MEMORY_BYTES = 2 * 2**30
_MOST_FILE_BYTES = 2 * 2**30


def pcm_input(pcm: Pcm) -> list[str]:
    """Arguments that make decoded sound the input."""
    shape = pcm.shape
    layout = ["-ar", str(shape.sample_rate_hz), "-ac", str(shape.channels)]
    return ["-f", "f32le", *layout, "-i", f"file:{pcm.path}"]


def run(
    sandbox: Sandbox,
    arguments: Sequence[str],
    pcm: Pcm,
    folder: Path | None,
    *,
    log_too: bool = False,
) -> bytes:
    """Run ffmpeg on decoded sound; it may write into the folder, and its output is returned.

    The limits follow the length: the dearest encoding, AAC, takes 1 s for 60 s of sound,
    and a busy machine may be twenty times slower.
    """
    limits = Limits(
        cpu_s=60 + round(pcm.shape.duration_s / 3),
        wall_s=120 + pcm.shape.duration_s,
        memory_bytes=_MEMORY_BYTES,
        file_bytes=_MOST_FILE_BYTES,
    )
    quiet = ["-hide_banner", "-nostdin", "-v", "error", "-y"]
    return sandbox.run(
        [str(program()), *quiet, *arguments],
        limits=limits,
        readable=[program(), pcm.path],
        writable=folder,
        log_too=log_too,
    )
