"""Waiting for what happens soon."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(happened: Callable[[], Awaitable[bool]], within_s: float = 10.0) -> None:
    """Look again and again until it has happened."""
    deadline_s = time.monotonic() + within_s
    while not await happened():
        assert time.monotonic() < deadline_s, f"it did not happen within {within_s} s"
        await asyncio.sleep(0.05)
