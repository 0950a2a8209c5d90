"""Speed of backup, restore and scrubbing on the demo library: python -m tests.benchmarks.backup."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from tests.benchmarks.figures import machine
from tests.benchmarks.fleets import PATIENCE_S, demonstrated
from tests.listener import Listener, until
from tests.running import ROOT

MIB = 2**20
FAST = {"INGEST_SCRUB_BYTES_PER_S": str(2**40)}


def timed(what: str, home: Path, *words: str) -> None:
    """Run the tool, and print what it says and how long it took, its start included."""
    started_s = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "scripts.backup", *words],
        env={**os.environ, "TUTTI_DATA": str(home)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    print(f"{what:14}{time.perf_counter() - started_s:6.1f} s   {' '.join(done.stdout.split())}")


def scrubbed(person: Listener) -> str:
    """Have everything looked at, as fast as it goes."""
    person.post("/admin/scrub", json={})

    def over() -> dict[str, str | int] | None:
        walk: dict[str, str | int] = person.get("/admin/scrub")["scrub"]
        return None if walk["under_way"] else walk

    walk = until(over, "the scrubber does not come to its end", PATIENCE_S)
    began, ended = (datetime.fromisoformat(str(walk[at])) for at in ("began_at", "ended_at"))
    size_mib, took_s = int(walk["checked_bytes"]) / MIB, (ended - began).total_seconds()
    return f"{walk['checked_count']} objects, {size_mib:.1f} MiB, {size_mib / took_s:.1f} MiB/s"


def main() -> None:
    """Print the figures."""
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        old, new, kept = (Path(folder) / name for name in ("old", "new", "backup"))
        with demonstrated(old, **FAST) as (_, operator):
            timed("backup", old, "take", str(kept))
            timed("again", old, "take", str(kept))
            print(f"{'scrub':24}{scrubbed(operator)}")
        timed("verify", old, "verify", str(kept))
        timed("restore", new, "restore", str(kept))
    print(machine())


if __name__ == "__main__":
    main()
