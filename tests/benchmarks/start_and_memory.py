"""How long a start takes and what rests in memory: python -m tests.benchmarks.start_and_memory."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.benchmarks.figures import machine
from tests.benchmarks.metering import programs
from tests.running import Tutti

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LATER_STARTS = 3
REST_S = 20.0
MIB = 2**20


def resting(tutti: Tutti) -> Iterator[tuple[str, float, float, float]]:
    """Name, PSS, USS and RSS of each program with all its processes, in MiB."""
    for name, processes in programs(tutti.processes()[0]):
        yield (name, *_memory(processes))


def _memory(processes: Iterable[psutil.Process]) -> tuple[float, float, float]:
    pss = uss = rss = 0
    for process in processes:
        with suppress(psutil.Error):
            memory = process.memory_full_info()
            pss, uss, rss = pss + memory.pss, uss + memory.uss, rss + memory.rss
    return pss / MIB, uss / MIB, rss / MIB


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rest-s", type=float, default=REST_S, help="before memory is looked at")
    rest_s = parser.parse_args().rest_s
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        tutti = Tutti(Path(folder) / "var")
        print(f"first start  {tutti.start():5.1f} s   stop {tutti.stop():4.1f} s")
        for _ in range(LATER_STARTS):
            print(f"later start  {tutti.start():5.1f} s   stop {tutti.stop():4.1f} s")
        tutti.start()
        time.sleep(rest_s)
        print(f"at rest after {rest_s:g} s, {os.cpu_count()} workers; MiB")
        print(f"{'program':32}{'PSS':>8}{'USS':>8}{'RSS':>8}")
        rows = sorted(resting(tutti), key=lambda row: -row[1])
        for name, *sizes in rows:
            print(f"{name:32}" + "".join(f"{size:8.0f}" for size in sizes))
        sums = [sum(row[column] for row in rows) for column in (1, 2, 3)]  # type: ignore[misc]  # a float, as columns 1 to 3 are
        print(f"{'all':32}" + "".join(f"{size:8.0f}" for size in sums))
        tutti.stop()


if __name__ == "__main__":
    main()
