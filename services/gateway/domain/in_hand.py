"""How many requests of one listener are in hand at the same time."""

from collections import Counter
from collections.abc import Callable

from libs.common.faults import ResourceExhausted


class TooManyAtOnce(ResourceExhausted):
    """The listener has so many requests in hand that one more would be at the cost of others."""

    code = "too_many_at_once"


class InHand:
    """Counts; every request that was taken in hand is let go once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()

    def take(self, who: str) -> Callable[[], None]:
        """Count one more and return what lets it go, or raise TooManyAtOnce."""
        if self._counts[who] >= self._most:
            raise TooManyAtOnce(
                f"no more than {self._most} requests at once: wait until one has been answered"
            )
        self._counts[who] += 1

        def let_go() -> None:
            self._counts[who] -= 1
            if not self._counts[who]:
                del self._counts[who]

        return let_go
