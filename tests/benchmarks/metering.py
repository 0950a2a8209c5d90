"""What work costs: seconds on the clock, and of all processors together."""

from __future__ import annotations

import resource
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took."""

    wall_s: float
    cpu_s: float


def cost(work: Callable[[], object], spent_s: Callable[[], float]) -> Cost:
    """Do it, and see what was spent meanwhile."""
    started_s, before_s = time.perf_counter(), spent_s()
    work()
    return Cost(time.perf_counter() - started_s, spent_s() - before_s)


def spent_here_s() -> float:
    """Processor seconds so far of this process and of all it waited for."""
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in each)


def spent_s(processes: Iterable[psutil.Process]) -> float:
    """Processor seconds so far of processes, and of those that they waited for."""
    sum_s = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            sum_s += sum(process.cpu_times()[:4])
    return sum_s


def family(above: psutil.Process) -> Sequence[psutil.Process]:
    """A process and all below it."""
    return [above, *above.children(recursive=True)]


def programs(above: psutil.Process) -> Iterator[tuple[str, Sequence[psutil.Process]]]:
    """Each program of a fleet by name, with all its processes."""
    yield "supervisor", [above]
    for leader in above.children():
        with suppress(psutil.NoSuchProcess):
            words = leader.cmdline()
            yield _name(words), family(leader)


def _name(words: Sequence[str]) -> str:
    """Of the module, the script or the program."""
    if "-m" in words:
        return words[words.index("-m") + 1].rpartition(".")[2]
    script = next((word for word in words if word.endswith(".py")), words[0])
    return Path(script).stem


class Meter(threading.Thread):
    """Processor seconds of a process and all below it, for as long as the context lasts.

    They are looked at again and again: what runs in a cage of bubblewrap is waited for by
    nobody, and its time is in no parent's account.
    """

    def __init__(self, above: psutil.Process) -> None:
        super().__init__(name="meter", daemon=True)
        self._above = above
        self._times: dict[psutil.Process, float] = {}
        self._looking = threading.Lock()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        """Begin to look."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._over.set()
        self.join()

    def run(self) -> None:
        """Look until told to stop."""
        while not self._over.wait(LOOK_S):
            self.spent_s()

    def spent_s(self) -> float:
        """Look once more, and answer what was spent so far."""
        with self._looking:
            for process in family(self._above):
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    self._times[process] = times.user + times.system
            return sum(self._times.values())
