"""Kill -9 at any moment of an import: python -m tests.chaos.kill --files 200 --kills 50.

With --tiny the files are blinks of noise, so that there can be many. The same --seed brings the
same files and kills the same kinds of processes at the same shares of the work.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figures import machine
from tests.chaos.trial import Plan, run


def main() -> int:
    """Try it, print what came of it, and fail if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.kill", description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--tiny", action="store_true", help="blinks of noise instead of music")
    parser.add_argument("--minutes", type=float, default=math.inf, help="send no longer than this")
    parser.add_argument("--keep", type=Path, help="an empty folder to keep everything in")
    asked = parser.parse_args()
    limit_s = 60 * asked.minutes
    plan = Plan(asked.files, asked.kills, asked.seed, tiny=asked.tiny, limit_s=limit_s)
    print(machine(), plan, sep="\n", flush=True)
    if asked.keep:
        asked.keep.mkdir(parents=True)
        report = run(plan, asked.keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            report = run(plan, Path(folder))
    print(json.dumps(report.figures, indent=2, default=str))
    print("\n".join(report.findings) or "every file ended once, and nothing is left over")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
