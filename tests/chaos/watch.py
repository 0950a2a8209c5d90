"""How far an import is, asked of a server that may be away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.chaos.client import Bringer

LOOK_S = 0.5


class Watch:
    """Follows the import of so many files; may be asked from several threads."""

    def __init__(self, bringer: Bringer, total: int) -> None:
        self._bringer = bringer
        self._total = total
        self._ended = 0
        self._moved_s = self._looked_s = time.monotonic()

    def progress(self) -> float:
        """The share of the work that is done: sending is one half of it, processing the other."""
        self._look()
        return (self._bringer.sent + self._ended) / (2 * self._total)

    def wait_for_the_end(self, patience_s: float) -> int:
        """Wait until all have ended or none did for so long; answers how many have not."""
        self._moved_s = time.monotonic()
        while self._ended < self._total and time.monotonic() < self._moved_s + patience_s:
            time.sleep(LOOK_S)
            self._look()
        return self._total - self._ended

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
