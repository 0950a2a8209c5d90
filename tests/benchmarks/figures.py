"""How figures are printed."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence


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


def p50_and_p99_ms(times_s: Sequence[float]) -> tuple[float, float]:
    """The median and the slow end."""
    p50, p99 = np.percentile(times_s, [50, 99]) * 1000
    return float(p50), float(p99)


def percentiles(times_s: Sequence[float]) -> str:
    """The median and the slow end, and of how many."""
    p50_ms, p99_ms = p50_and_p99_ms(times_s)
    return f"p50 {p50_ms:8.1f} ms   p99 {p99_ms:8.1f} ms   n {len(times_s)}"
