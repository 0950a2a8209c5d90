"""Waiting for what happens by itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], bool | Awaitable[bool]], patience_s: float = 10.0) -> None:
    """Return as soon as the condition holds; fail when it does not in time."""
    deadline_s = time.monotonic() + patience_s
    while True:
        holds = condition()
        if holds if isinstance(holds, bool) else await holds:
            return
        if time.monotonic() > deadline_s:
            raise AssertionError("it did not come to pass")
        await asyncio.sleep(0.01)
