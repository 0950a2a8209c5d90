"""Which arrangement of ffmpeg processes finishes the renditions of a 3-minute track first.

``python -m services.ingest.benchmarks.transcode [seconds of music]`` prints, for one and
for two workers, the seconds until every worker has every rendition of its own track.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services.ingest.adapters.media import ffmpeg
from services.ingest.adapters.media.encode import render, render_hls
from services.ingest.adapters.media.inspection import Inspector, Pcm
from services.ingest.adapters.media.sandbox import Sandbox
from services.ingest.domain.renditions import Rendition
from tests.audio import write_audio
from tests.music import Piece, play

Arrangement = Callable[[Sandbox, Path, Path], object]

_ENCODERS = {
    "high.mp3": ["-c:a", "libmp3lame", "-b:a", "320k", "-compression_level", "9"],
    "medium.mp3": ["-c:a", "libmp3lame", "-b:a", "128k", "-compression_level", "9"],
    "low.mp3": ["-c:a", "libmp3lame", "-b:a", "64k", "-compression_level", "5"],
    "opus.opus": ["-c:a", "libopus", "-b:a", "96k", "-compression_level", "5"],
    "aac-low.m4a": ["-c:a", "aac", "-aac_coder", "fast", "-b:a", "64k"],
    "aac-high.m4a": ["-c:a", "aac", "-aac_coder", "fast", "-b:a", "160k"],
}


def one_call(sandbox: Sandbox, source: Path, folder: Path) -> None:
    """Decode the file and encode everything in one ffmpeg, HLS repackaged afterwards."""
    del sandbox
    outputs = [part for name, how in _ENCODERS.items() for part in (*how, str(folder / name))]
    _ffmpeg(["-i", str(source), *outputs])
    for rung in ("low", "high"):
        made = ["-c", "copy", "-f", "hls", "-hls_time", "6", "-hls_segment_type", "fmp4"]
        aac = ["-i", str(folder / f"aac-{rung}.m4a")]
        single = ["-hls_flags", "single_file", str(folder / f"{rung}.m3u8")]
        _ffmpeg([*aac, *made, *single])


def call_by_call(sandbox: Sandbox, source: Path, folder: Path) -> None:
    """Decode once to samples, then one process a rendition, one after the other."""
    pcm = _decoded(sandbox, source, folder)
    for rendition in Rendition:
        render(sandbox, rendition, pcm, folder)
    render_hls(sandbox, pcm, folder)


def side_by_side(sandbox: Sandbox, source: Path, folder: Path) -> None:
    """Decode once to samples, then one process a rendition, two at a time, dearest first."""
    pcm = _decoded(sandbox, source, folder)
    with ThreadPoolExecutor(2) as two:
        made = [two.submit(render_hls, sandbox, pcm, folder)]
        made += [two.submit(render, sandbox, rung, pcm, folder) for rung in Rendition]  # type: ignore[arg-type]  # futures of another result
    for each in made:
        each.result()


ARRANGEMENTS: Mapping[str, Arrangement] = {
    "one call": one_call,
    "call by call": call_by_call,
    "side by side": side_by_side,
}


def main(seconds: float) -> None:
    """Print the table."""
    # Without bubblewrap, which keeps from us how much CPU its children used.
    sandbox = Sandbox(None)
    with tempfile.TemporaryDirectory() as folder:
        source = write_audio(Path(folder) / "song.flac", play(Piece(duration_s=seconds)))
        print(f"{seconds:.0f} s of FLAC: seconds until done, and of CPU")
        print("arrangement      1 worker      2 workers (2 tracks)")
        for name, arrange in ARRANGEMENTS.items():
            figures = [_timed(arrange, sandbox, source, workers) for workers in (1, 2)]
            print(f"{name:14}", *(f"{wall_s:7.1f} {cpu_s:6.1f}" for wall_s, cpu_s in figures))


def _timed(
    arrange: Arrangement, sandbox: Sandbox, source: Path, workers: int
) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as top, ThreadPoolExecutor(workers) as pool:
        folders = [Path(top) / str(number) for number in range(workers)]
        for folder in folders:
            folder.mkdir()
        started, before_s = time.monotonic(), _children_s()
        for done in [pool.submit(arrange, sandbox, source, folder) for folder in folders]:
            done.result()
        return time.monotonic() - started, _children_s() - before_s


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _decoded(sandbox: Sandbox, source: Path, folder: Path) -> Pcm:
    return Inspector(sandbox).decoded(source, folder)


def _ffmpeg(arguments: list[str]) -> None:
    subprocess.run([str(ffmpeg.program()), "-v", "error", "-y", *arguments], check=True)  # noqa: S603


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 180.0)
