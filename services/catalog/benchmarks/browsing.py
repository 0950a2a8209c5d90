"""How fast the catalog answers at 100,000 tracks: python -m services.catalog.benchmarks.browsing.

The catalog as a process of its own over gRPC, on servers of its own. The
viewer sees 100,000 tracks in three libraries, of 110,000 in twenty-one.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from services.catalog.benchmarks.calls import calls
from services.catalog.benchmarks.habits import PLAYED
from services.catalog.benchmarks.house import furnished, serving
from tests.benchmarks.figures import machine, p50_and_p99_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.catalog.benchmarks.calls import Call
    from services.catalog.benchmarks.house import Serving

TRACKS = 110_000
CLIENTS = 16
WARMING = 8
"""Calls not counted: a prepared statement gets its lasting plan with the sixth."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of many calls of one kind."""

    times_s: Sequence[float]
    elapsed_s: float
    catalog_cpu_s: float
    postgres_cpu_s: float

    def __str__(self) -> str:
        p50_ms, p99_ms = p50_and_p99_ms(self.times_s)
        count = len(self.times_s)
        return (
            f"{p50_ms:8.1f} {p99_ms:8.1f} {count / self.elapsed_s:8.0f}"
            f" {1000 * self.catalog_cpu_s / count:8.1f} {1000 * self.postgres_cpu_s / count:8.1f}"
        )


async def main(track_count: int, times: int, only: str) -> None:
    """Fill a catalog, time each kind of call, print a table."""
    with tempfile.TemporaryDirectory() as folder:
        async with furnished(Path(folder), track_count) as house, serving(house) as running:
            print(machine())
            head = "p50 ms   p99 ms    a s.   CPU ms   CPU ms"
            print(f"{'':32}  {'one caller: ' + head:>44}  {f'{CLIENTS} callers: ' + head:>44}")
            asked = await calls(running.channel, house.shelf, house.viewer_id)
            for name, call in asked.items():
                if only in name:
                    alone = await measured(running, call, times, 1)
                    together = await measured(running, call, times, CLIENTS)
                    print(f"{name:28} {alone} {together}", flush=True)


async def measured(running: Serving, call: Call, times: int, clients: int) -> Figures:
    """Ask so many times, so many at once."""
    for n in range(WARMING):
        await call(n)
    times_s: list[float] = []
    numbers = iter(range(times))

    async def client() -> None:
        for n in numbers:
            started = time.perf_counter()
            await call(n)
            times_s.append(time.perf_counter() - started)

    catalog_s, postgres_s = running.spent_s()
    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    elapsed_s = time.perf_counter() - started
    catalog_then_s, postgres_then_s = running.spent_s()
    return Figures(times_s, elapsed_s, catalog_then_s - catalog_s, postgres_then_s - postgres_s)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tracks", type=int, default=TRACKS, help=f"at least {PLAYED}")
    options.add_argument("--calls", type=int, default=200)
    options.add_argument("--only", default="", help="calls whose name contains this")
    arguments = options.parse_args()
    asyncio.run(main(arguments.tracks, arguments.calls, arguments.only))
