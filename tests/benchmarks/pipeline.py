"""What a three-minute FLAC costs, step by step: python -m tests.benchmarks.pipeline."""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tests.benchmarks.figures import machine
from tests.listener import Listener
from tests.running import running
from tests.sounds import Piece

TRACKS = 6
DURATION_S = 180.0


def main() -> None:
    """Print the figures."""
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        files = [
            Piece(950 + n, duration_s=DURATION_S).encoded(at / f"{n}", "flac")
            for n in range(TRACKS)
        ]
        with running(at / "var") as tutti, Listener(tutti.address) as nadia:
            nadia.bring(Piece(949, duration_s=2).encoded(at / "warm", "flac"))
            [alone] = [_seconds_of(nadia, [file]) for file in files[:1]]
            print(f"one file, nothing else to do: {alone:.1f} s from upload to published")
            took_s = _seconds_of(nadia, files[1:])
            per_minute = 60 * (TRACKS - 1) / took_s
            cores = os.cpu_count() or 1
            print(
                f"{TRACKS - 1} files at once: {took_s / (TRACKS - 1):.1f} s a track, "
                f"{per_minute:.1f} tracks a minute, {per_minute / cores:.1f} per core"
            )
            _print_steps(nadia)


def _seconds_of(nadia: Listener, files: list[Path]) -> float:
    started = time.monotonic()
    for item in nadia.bring(*files):
        nadia.track(item)
    return time.monotonic() - started


def _print_steps(nadia: Listener) -> None:
    spent_s: dict[str, list[float]] = defaultdict(list)
    for item in nadia.get("/imports/items")["items"]:
        if item["file_name"] != "warm.flac":
            for step in nadia.get(f"/imports/items/{item['id']}")["steps"]:
                spent_s[step["name"]].append(step["duration_ms"] / 1000)
    for name, times_s in spent_s.items():
        print(f"{name:20}{sum(times_s) / len(times_s):7.2f} s")
    print(f"{'all steps':20}{sum(map(sum, spent_s.values())) / TRACKS:7.2f} s")


if __name__ == "__main__":
    main()
