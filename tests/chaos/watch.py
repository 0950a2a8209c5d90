"""How far an import is, asked of a server that may be away."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.chaos.client import Bringer

LOOK_S = 0.5
MOST_UNDER_WAY = 60


class Watch:
    """Follows the import of so many files; may be asked from several threads.

    Parameters
    ----------
    limit_s
        After this time no more files are sent.
    """

    def __init__(self, bringer: Bringer, total: int, limit_s: float = math.inf) -> None:
        self._bringer = bringer
        self._total = total
        self._limit_s = limit_s
        self._ended = 0
        self._began_s = self._moved_s = self._looked_s = time.monotonic()

    def progress(self) -> float:
        """The share of the work that is done: sending is one half of it, processing the other."""
        self._look()
        done = (self._bringer.sent + self._ended) / (2 * self._total)
        return max(done, (time.monotonic() - self._began_s) / self._limit_s)

    def allowed(self) -> bool:
        """Whether one more file may be sent. Where time is limited, not too many are under way."""
        while (left := self._began_s + self._limit_s > time.monotonic()) and self._crowded():
            time.sleep(LOOK_S)
            self._look()
        return left

    def wait_for_the_end(self, count: int, patience_s: float) -> int:
        """Wait until so many have ended or none did for so long; answers how many have not."""
        self._moved_s = time.monotonic()
        while self._ended < count and time.monotonic() < self._moved_s + patience_s:
            time.sleep(LOOK_S)
            self._look()
        return count - self._ended

    def _crowded(self) -> bool:
        return self._limit_s < math.inf and self._bringer.sent - self._ended >= MOST_UNDER_WAY

    def _look(self) -> None:
        if time.monotonic() < self._looked_s + LOOK_S:
            return
        self._looked_s = time.monotonic()
        try:
            ended = self._bringer.ended()
        except (httpx.HTTPError, ConnectionError):
            return
        if ended != self._ended:
            self._ended, self._moved_s = ended, time.monotonic()
