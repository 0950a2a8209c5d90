"""Tasks that run until somebody ends them."""

import asyncio
from typing import Any

PATIENCE_S = 0.3
"""How long a task may tidy up before it is told again to end."""


# Any: what the task would have answered does not matter.
async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task, and return once it has ended.

    Once is not enough: up to Python 3.11 ``asyncio.wait_for`` loses a
    cancellation that comes together with what it waits for, and libraries call
    it anywhere (https://github.com/python/cpython/issues/86296).
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=PATIENCE_S)
