"""How figures are printed, and a fleet with music to measure."""

from __future__ import annotations

import os
import platform
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

from tests.listener import Listener
from tests.running import Tutti, running
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def machine() -> str:
    """What the figures were measured on, and how busy it was."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory_gib = psutil.virtual_memory().total / 2**30
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, "
        f"{memory_gib:.0f} GiB, {platform.platform(terse=True)}, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


def percentiles(values: Sequence[float]) -> str:
    """The median and the slow end, in ms, of times in s."""
    p50, p99 = np.percentile(values, [50, 99]) * 1000
    return f"p50 {p50:8.1f} ms   p99 {p99:8.1f} ms   n {len(values)}"


def used_s(tutti: Tutti) -> float:
    """Processor seconds of a fleet so far, those of children that ended included."""
    total_s = 0.0
    for process in tutti.processes():
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total_s += times.user + times.system + times.children_user + times.children_system
    return total_s


@contextmanager
def furnished(count: int, duration_s: float) -> Iterator[tuple[Tutti, Listener]]:
    """Run a fleet in which somebody has so many tracks."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        with running(at / "var") as tutti, Listener(tutti.address) as nadia:
            files = [
                Piece(900 + n, duration_s=duration_s, tags=Tags(title=f"Track {n:02}")).encoded(
                    at / f"{n}", "mp3"
                )
                for n in range(count)
            ]
            nadia.bring(*files)
            yield tutti, nadia
