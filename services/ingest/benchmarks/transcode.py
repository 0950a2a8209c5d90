"""Which arrangement of ffmpeg processes finishes the renditions of a 3-minute track first.

``python -m services.ingest.benchmarks.transcode`` prints, for one and for two workers,
the seconds until every worker has every rendition of its own track.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from libs.audio.ffmpeg import program
from libs.common.sandbox import Sandbox
from services.ingest.adapters.media.encode import render, render_hls
from services.ingest.adapters.media.inspection import Inspector, Pcm
from services.ingest.domain.renditions import Rendition
from tests.audio import write_audio
from tests.benchmarks.figures import machine
from tests.benchmarks.metering import Cost, cost, spent_here_s
from tests.music import Piece, play

DURATION_S = 180.0

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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--duration-s", type=float, default=DURATION_S, help="of the music")
    duration_s = parser.parse_args().duration_s
    print(machine())
    # Without bubblewrap, which keeps from us how much CPU its children used.
    sandbox = Sandbox(None)
    with tempfile.TemporaryDirectory() as folder:
        source = write_audio(Path(folder) / "song.flac", play(Piece(duration_s=duration_s)))
        print(f"{duration_s:g} s of FLAC: seconds until done, and of CPU")
        print("arrangement      1 worker      2 workers (2 tracks)")
        for name, arrange in ARRANGEMENTS.items():
            costs = [_cost(arrange, sandbox, source, workers) for workers in (1, 2)]
            print(f"{name:14}", *(f"{took.wall_s:7.1f} {took.cpu_s:6.1f}" for took in costs))


def _cost(arrange: Arrangement, sandbox: Sandbox, source: Path, workers: int) -> Cost:
    with tempfile.TemporaryDirectory() as top, ThreadPoolExecutor(workers) as pool:
        folders = [Path(top) / str(number) for number in range(workers)]
        for folder in folders:
            folder.mkdir()
        arranged = partial(arrange, sandbox, source)
        return cost(lambda: list(pool.map(arranged, folders)), spent_here_s)


def _decoded(sandbox: Sandbox, source: Path, folder: Path) -> Pcm:
    return Inspector(sandbox).decoded(source, folder)


def _ffmpeg(arguments: list[str]) -> None:
    subprocess.run([str(program()), "-v", "error", "-y", *arguments], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
