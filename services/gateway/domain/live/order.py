"""Which frames of a stream pass, and what of them is kept for a while."""

from collections import deque
from collections.abc import Iterator
from enum import Enum
from typing import Generic, Protocol, TypeVar

from services.gateway.domain.live.packets import FRAME_SAMPLES

KEPT = 20
"""Frames: two seconds."""


class Verdict(Enum):
    """What becomes of a frame."""

    STALE = "stale"
    NEXT = "next"
    AFTER_GAP = "after gap"


class Sieve:
    """Lets every frame of a stream pass once, in order, from its latest owner.

    A new owner goes on a little before or after the place where the last one was heard: what
    was heard already is stale. One that begins far before began the stream anew.
    """

    def __init__(self) -> None:
        self._epoch = -1
        self._expected: int | None = None

    def judge(self, epoch: int, position: int) -> Verdict:
        """Decide on a frame, given that all that came before was judged too."""
        if epoch < self._epoch:
            return Verdict.STALE
        is_new_owner, self._epoch = epoch > self._epoch, epoch
        expected, self._expected = self._expected, position + FRAME_SAMPLES
        if expected is None or position == expected:
            return Verdict.NEXT
        if position > expected:
            return Verdict.AFTER_GAP
        if is_new_owner and position < expected - KEPT * FRAME_SAMPLES:
            return Verdict.AFTER_GAP
        self._expected = expected
        return Verdict.STALE


class Placed(Protocol):
    """Anything that stands somewhere in a stream."""

    @property
    def position(self) -> int:
        """Of its first sample."""


Item = TypeVar("Item", bound=Placed)


class Ring(Generic[Item]):
    """The last two seconds."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque(maxlen=KEPT)

    def add(self, item: Item) -> None:
        """Keep it, and forget the oldest."""
        self._items.append(item)

    def last(self, count: int) -> list[Item]:
        """The latest, oldest first."""
        return list(self._items)[-count:]

    def since(self, position: int) -> list[Item] | None:
        """What follows from a position on without a hole, or None where that is gone or far."""
        if not self._items:
            return None
        end = self._items[-1].position + FRAME_SAMPLES
        if not self._items[0].position <= position <= end:
            return None
        return [item for item in self._items if item.position >= position]

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)
