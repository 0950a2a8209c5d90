"""Twenty processes ask as one person for minutes: python -m tests.hostile_clients.rate.

No minute that can be laid over what passed may hold more than the hundred that are allowed, and
each full minute gives a hundred.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.servers import running_servers
from tests.benchmarks.figures import machine

QUOTA = 100
WINDOW_S = 60.0
UNSURE_S = 0.5
"""Redis decides a little before the process knows."""


def main() -> int:
    """Ask, lay the minutes, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile_clients.rate")
    parser.add_argument("--seconds", type=float, default=150)
    asked = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        moments_s = asyncio.run(passed(Path(folder), asked.seconds))
    expected = QUOTA * (int(asked.seconds // WINDOW_S) + 1)
    spans_s = [later - first for first, later in zip(moments_s, moments_s[QUOTA:], strict=False)]
    print(
        f"passed: {len(moments_s)} of {expected}; 101 took {min(spans_s, default=WINDOW_S):.2f} s"
    )
    return int(len(moments_s) != expected or min(spans_s, default=WINDOW_S) < WINDOW_S - UNSURE_S)


async def passed(folder: Path, for_s: float) -> list[float]:
    """When requests passed, in s."""
    program = [sys.executable, "-m", "services.gateway.tests.counting"]
    async with running_servers(folder) as servers:
        process = await asyncio.create_subprocess_exec(
            *program, servers.redis_url, str(QUOTA), str(for_s), stdout=subprocess.PIPE
        )
        told, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"counting ended with {process.returncode}")
    return [float(line) for line in told.split()]


if __name__ == "__main__":
    sys.exit(main())
