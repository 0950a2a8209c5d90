"""The life of a service: telemetry on, connect, run until told to stop, close in order."""

import asyncio
import gc
import logging
import signal
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress

from libs.common.events import Bus, open_bus
from libs.common.faults import CannotStart
from libs.common.starting import Settings, ended_if_it_cannot_start
from libs.common.telemetry import telemetry

logger = logging.getLogger(__name__)
Composition = Callable[[Settings, Bus], AbstractAsyncContextManager[str]]

PAUSE_S = 0.5
"""Between tries to start, while servers may still be coming up."""


def run(compose: Composition[Settings], settings: Settings) -> None:
    """Run the service that ``compose`` assembles until SIGTERM or SIGINT."""
    with ended_if_it_cannot_start(settings), telemetry(settings):
        asyncio.run(_run(compose, settings))


async def _run(compose: Composition[Settings], settings: Settings) -> None:
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    deadline_s = time.monotonic() + settings.patience_s
    while not stop.is_set():
        try:
            await _serve(compose, settings, stop)
        except CannotStart as problem:
            if time.monotonic() > deadline_s:
                raise
            logger.warning("not yet", extra={"reason": str(problem)})
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_S):
                    await stop.wait()


async def _serve(compose: Composition[Settings], settings: Settings, stop: asyncio.Event) -> None:
    async with open_bus(settings.nats_url) as bus, compose(settings, bus) as address:
        # What was made until now stays to the end: to look through it again and again for garbage
        # would hold everything up, in the gateway for 100 ms each time.
        gc.collect()
        gc.freeze()
        logger.info("serving", extra={"address": address})
        await stop.wait()
        logger.info("stopping")
        await bus.stop_listening(settings.drain_s)
