"""Kills processes of a fleet, one after another, while it works."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from tests.chaos.victims import EVERYTHING, KINDS, victim

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

    from tests.running import Tutti

LAST = 0.97
"""The share of the work after which nobody is killed any more."""
LONGEST_DELAY_S = 1.5
LOOK_S = 0.1
MOST_TRIES = 30


class Killer(threading.Thread):
    """Kills at moments spread by chance over the work.

    Parameters
    ----------
    progress
        The share of the work that is done, from 0 to 1.
    """

    def __init__(
        self,
        fleet: Tutti,
        kills: int,
        chance: random.Random,
        progress: Callable[[], float],
        kinds: Sequence[str] = KINDS,
    ) -> None:
        super().__init__(name="killer", daemon=True)
        self._fleet = fleet
        self._chance = chance
        self._progress = progress
        self._turns = _rounds(kinds, chance)
        self._moments = sorted(chance.uniform(0, LAST) for _ in range(kills))
        self._over = threading.Event()
        self.killed: list[str] = []
        self.last_s = time.monotonic()

    @property
    def by_kind(self) -> Counter[str]:
        """How often each kind was killed."""
        return Counter(self.killed)

    def run(self) -> None:
        """Kill as often as was asked, or until told that it is over."""
        for moment in self._moments:
            while self._progress() < moment:
                if self._over.wait(LOOK_S):
                    return
            if self._over.wait(self._chance.uniform(0, LONGEST_DELAY_S)):
                return
            self._kill_one()

    def end(self, *, at_once: bool) -> None:
        """Wait until it has killed as often as it should, or have it stop now."""
        if at_once:
            self._over.set()
        self.join()

    def _kill_one(self) -> None:
        """Kill one of the kind whose turn it is, or of a later one if there is none just now."""
        for _ in range(MOST_TRIES):
            kind = next(self._turns)
            if kind == EVERYTHING:
                self._fleet.crash()
                self._fleet.start()
            elif not self._killed(kind):
                time.sleep(LOOK_S)
                continue
            self.killed.append(kind)
            self.last_s = time.monotonic()
            return

    def _killed(self, kind: str) -> bool:
        process = victim(self._fleet, kind, self._chance)
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                process.kill()
                return True
        return False


def _rounds(kinds: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Every kind once, in an order of chance, and then all of them again."""
    while True:
        yield from chance.sample(kinds, len(kinds))
