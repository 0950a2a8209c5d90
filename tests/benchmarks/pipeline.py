"""What a three-minute FLAC costs, step by step: python -m tests.benchmarks.pipeline.

Processor seconds count, of all processes: they say the same on a busy machine.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from libs.common.sandbox import Sandbox
from services.ingest.adapters.engines import analysis_engine
from services.ingest.adapters.media.encode import render, render_hls
from services.ingest.adapters.media.fingerprint import fingerprint
from services.ingest.adapters.media.inspection import Inspector
from services.ingest.adapters.media.loudness import measure_loudness
from services.ingest.adapters.media.peaks import waveform_json
from services.ingest.domain.renditions import Rendition
from tests.benchmarks.figures import machine
from tests.benchmarks.metering import Meter, cost, spent_here_s
from tests.listener import Listener
from tests.running import running
from tests.sounds import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TRACKS = 6
DURATION_S = 180.0
FORM = "flac-24"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=TRACKS, help="brought at once")
    parser.add_argument("--duration-s", type=float, default=DURATION_S, help="of each track")
    given = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        files = [
            Piece(950 + n, duration_s=given.duration_s).encoded(at / f"{n}", FORM)
            for n in range(given.tracks)
        ]
        steps = dict(_alone(files[0], at))
        for name, used_s in steps.items():
            print(f"{name:24}{used_s:6.2f} s   {100 * used_s / sum(steps.values()):4.0f} %")
        print(f"{'all of these':24}{sum(steps.values()):6.2f} s")
        _print_fleet(files, at / "var")


def _alone(file: Path, at: Path) -> Iterator[tuple[str, float]]:
    """Each step by itself, as a worker does it, but for the cage, whose time nobody accounts."""
    sandbox, scratch = Sandbox(None), at / "scratch"
    scratch.mkdir()
    inspector = Inspector(sandbox)
    yield "probe, tags, decode", _used(lambda: inspector.inspect(file, file.name, scratch))
    pcm = inspector.decoded(file, scratch)
    yield "fingerprint", _used(lambda: fingerprint(sandbox, pcm))
    for rendition in Rendition:
        yield f"transcode {rendition}", _used(lambda: render(sandbox, rendition, pcm, scratch))  # noqa: B023  called at once
    yield "HLS, two rungs", _used(lambda: render_hls(sandbox, pcm, scratch))
    yield "loudness", _used(lambda: measure_loudness(sandbox, pcm))
    yield "peaks", _used(lambda: waveform_json(pcm))
    engine = analysis_engine("pulse")
    rate_hz = pcm.shape.sample_rate_hz
    engine.analyse(pcm.samples(), rate_hz)  # what it imports is imported once for many tracks
    yield "features", _used(lambda: engine.analyse(pcm.samples(), rate_hz))


def _used(work: Callable[[], object]) -> float:
    """Processor seconds of this process and its children."""
    return cost(work, spent_here_s).cpu_s


def _print_fleet(files: Sequence[Path], home: Path) -> None:
    with running(home) as tutti, Listener(tutti.address) as nadia:

        def bring() -> None:
            for item in nadia.bring(*files):
                nadia.track(item)

        nadia.bring(Piece(949, duration_s=2).encoded(home / "warm", FORM))
        with Meter(tutti.processes()[0]) as meter:
            took = cost(bring, meter.spent_s)
    each_s = took.cpu_s / len(files)
    print(
        f"the whole fleet: {each_s:.1f} s of processor a track, {60 / each_s:.1f} a minute a core"
    )
    print(f"{len(files)} at once: one every {took.wall_s / len(files):.1f} s on the clock")


if __name__ == "__main__":
    main()
