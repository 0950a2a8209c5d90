"""Finding and ending everything that was started for a folder, whoever its parent is now.

Every program carries a mark in its environment, and so does all it starts in
turn. Unlike a list of pids in a file, a mark cannot be lost between starting
a process and writing it down, cannot point at a stranger after a reboot, and
finds the grandchildren of a process that is long dead.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = "TUTTI_PROGRAM"


def mark(home: Path, name: str = "") -> str:
    """Return the mark of one program of the folder; without a name, what all of them begin with."""
    return f"{home.resolve()}#{name}"


def marked(wanted: str) -> Iterator[psutil.Process]:
    """Yield every process that carries the mark, save this one.

    A mark that ends in # stands for all programs of its folder.
    """
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            found = process.environ().get(MARK, "")
            matches = found.startswith(wanted) if wanted.endswith("#") else found == wanted
            if matches and process.pid != os.getpid():
                yield process


def end_marked(wanted: str, patience_s: float) -> int:
    """End every process that carries the mark, and return how many there were.

    They are asked first, and killed after ``patience_s``. A round that finds
    nobody proves that none was being started while the last one was counted.
    """
    ended: set[psutil.Process] = set()
    deadline_s = time.monotonic() + patience_s
    while found := {*marked(wanted)}:
        late = time.monotonic() >= deadline_s
        for process in found if late else found - ended:
            with suppress(psutil.NoSuchProcess):
                if late:
                    process.kill()
                else:
                    process.terminate()
        ended |= found
        time.sleep(0.02)
    return len(ended)
