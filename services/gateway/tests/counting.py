"""Many processes that ask as one: python -m services.gateway.tests.counting REDIS QUOTA FOR_S.

Prints when each request passed, in s since the epoch, one a line, sorted. They all begin at once
and ask without a pause, so that windows that are cut at the minute, or slide by guessing, let
more through than they should.
"""

import asyncio
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress

from services.gateway.adapters.windows import TooManyRequests, Window, open_windows
from services.gateway.settings import GatewaySettings

PROCESSES = 20
PAUSE_S = 0.02
BEGIN_S = 0.5


async def passed(settings: GatewaySettings, who: str, until_s: float) -> AsyncIterator[float]:
    """Ask again and again."""
    async with open_windows(settings) as windows:
        while time.time() < until_s:
            with suppress(TooManyRequests):
                await windows.enter(Window.API, who)
                yield time.time()
            await asyncio.sleep(PAUSE_S)


async def written(settings: GatewaySettings, who: str, until_s: float, sink: int) -> None:
    """Write down when requests passed; a line is short enough to be written as one."""
    async for moment_s in passed(settings, who, until_s):
        os.write(sink, f"{moment_s:.6f}\n".encode())


def main() -> None:
    """Fork, ask, and print."""
    settings = GatewaySettings.model_validate(
        {"secret": b"x" * 32, "redis_url": sys.argv[1], "requests_per_minute": int(sys.argv[2])}
    )
    who, until_s = uuid.uuid4().hex, time.time() + BEGIN_S + float(sys.argv[3])
    source, sink = os.pipe()
    for _ in range(PROCESSES):
        if os.fork() == 0:
            os.close(source)
            asyncio.run(written(settings, who, until_s, sink))
            os._exit(0)
    os.close(sink)
    with os.fdopen(source) as told:
        moments_s = sorted(told)
    for _ in range(PROCESSES):
        _, status = os.wait()
        if status:
            sys.exit(f"a process ended with {status}")
    sys.stdout.writelines(moments_s)


if __name__ == "__main__":
    main()
