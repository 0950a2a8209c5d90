"""A process that outlives its parent only long enough to end what the parent had started.

Run as ``python -m scripts.programs.warden MARK`` with a pipe as its input: the
pipe closes when the parent is gone, even by kill -9.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.programs.leftovers import end_marked, mark
from scripts.programs.program import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 5.0


@contextmanager
def guarded(home: Path) -> Iterator[None]:
    """Promise that nothing started for the folder outlives this process."""
    end_marked(mark(home), PATIENCE_S)
    argv = [sys.executable, "-m", "scripts.programs.warden", mark(home)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, cwd=ROOT, start_new_session=True):  # noqa: S603 - our own module
        yield


if __name__ == "__main__":
    sys.stdin.read()
    end_marked(sys.argv[1], PATIENCE_S)
