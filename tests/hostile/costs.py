"""What hostile files come to, and what each costs: ``python -m tests.hostile.costs [NAME...]``."""

import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from libs.common.sandbox import Crashed, open_sandbox
from services.ingest.adapters.media.inspection import Inspector
from services.ingest.domain.reasons import Refused
from tests.hostile import HOSTILE
from tests.hostile.parts import TAKEN


def tried(name: str) -> tuple[str, str, float, float]:
    """What became of it, in what words, in how many seconds and MiB of its cage."""
    with tempfile.TemporaryDirectory() as folder:
        path, scratch = Path(folder) / "file", Path(folder) / "scratch"
        path.write_bytes(HOSTILE[name][1]())
        scratch.mkdir()
        sandbox, started = open_sandbox(), time.monotonic()
        try:
            words = "; ".join(Inspector(sandbox).inspect(path, name, scratch).notes)
            answer = TAKEN
        except Refused as refusal:
            answer, words = str(refusal.reason), refusal.detail
        except Crashed as crash:
            answer, words = "crashed", str(crash).strip().splitlines()[-1]
        took_s = time.monotonic() - started
    return answer, words, took_s, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print a line for each; a line that begins with an exclamation mark is not as it should be."""
    names = sys.argv[1:] or list(HOSTILE)
    # A process each, for the system tells the largest of all children alone.
    spawn = get_context("spawn")
    slowest = largest = 0.0
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as one_each:
        for name, (answer, words, took_s, mib) in zip(
            names, one_each.map(tried, names), strict=True
        ):
            mark = " " if answer == HOSTILE[name][0] else "!"
            print(f"{mark} {name:20} {answer:20} {took_s:6.1f} s {mib:6.0f} MiB  {words[:90]}")
            slowest, largest = max(slowest, took_s), max(largest, mib)
    print(f"{len(names)} files, at most {slowest:.1f} s and {largest:.0f} MiB each")


if __name__ == "__main__":
    main()
