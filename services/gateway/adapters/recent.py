"""What was learnt a moment ago, kept in this process."""

import time
from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Values by key, each for ``ttl_s`` seconds; the oldest leave when there are too many."""

    def __init__(self, ttl_s: float, most: int = 10_000) -> None:
        self._ttl_s = ttl_s
        self._most = most
        self._values: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """What was kept, unless it is too old."""
        kept = self._values.get(key)
        if kept is None:
            return None
        expires_s, value = kept
        if time.monotonic() >= expires_s:
            del self._values[key]
            return None
        return value

    def keep(self, key: Key, value: Value) -> None:
        """Remember from now on."""
        self._values.pop(key, None)
        self._values[key] = (time.monotonic() + self._ttl_s, value)
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def forget(self, key: Key) -> None:
        """Remember no more."""
        self._values.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
