"""How figures are printed, and a fleet with music to measure."""

from __future__ import annotations

import os
import platform
import tempfile
import threading
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


METER_S = 0.1


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


class Meter(threading.Thread):
    """Processor seconds of all processes of a fleet, from one moment on.

    They are looked at again and again: what runs in a cage of bubblewrap is waited for by
    nobody, and its time is in no parent's account.
    """

    def __init__(self, fleet: Tutti) -> None:
        super().__init__(name="meter", daemon=True)
        self._fleet = fleet
        self._times: dict[psutil.Process, float] = {}
        self._over = threading.Event()
        self._look()
        self._before_s = sum(self._times.values())
        self.start()

    def run(self) -> None:
        """Look until told to stop."""
        while not self._over.wait(METER_S):
            self._look()

    def used_s(self) -> float:
        """Stop, and answer what was used."""
        self._over.set()
        self.join()
        self._look()
        return sum(self._times.values()) - self._before_s

    def _look(self) -> None:
        for process in self._fleet.processes():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                self._times[process] = times.user + times.system


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
