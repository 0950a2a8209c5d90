"""The life of a service: telemetry on, connect, run until told to stop, close in order."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import TypeVar

from pydantic import ValidationError

from libs.common.events import Bus, open_bus
from libs.common.faults import CannotStart
from libs.common.settings import ServiceSettings
from libs.common.telemetry import log_as_json, telemetry

logger = logging.getLogger(__name__)
Settings = TypeVar("Settings", bound=ServiceSettings)
Composition = Callable[[Settings, Bus], AbstractAsyncContextManager[str]]

PAUSE_S = 0.5
"""Between tries to start, while servers may still be coming up."""


def settings_of(kind: type[Settings]) -> Settings:
    """What the environment says. What is wrong there ends the process with one line that names it.

    Values are not repeated: they may be secrets.
    """
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        wrong = {
            f"{prefix}{each['loc'][0] if each['loc'] else '*'}".upper(): each["msg"].removeprefix(
                "Value error, "
            )
            for each in error.errors()
        }
        log_as_json("INFO")
        reason = "; ".join(f"{name}: {message}" for name, message in wrong.items())
        logger.error(  # noqa: TRY400 one clear line; the stack says nothing to an operator
            "cannot start", extra={"reason": reason, "remedy": f"set {', '.join(wrong)}"}
        )
        sys.exit(1)


def run(compose: Composition[Settings], settings: Settings) -> None:
    """Run the service that ``compose`` assembles until SIGTERM or SIGINT."""
    try:
        with telemetry(settings):
            asyncio.run(_run(compose, settings))
    except CannotStart as problem:
        setting = f"{settings.prefix}{problem.setting}".upper()
        logger.error(  # noqa: TRY400 one clear line; the stack says nothing to an operator
            "cannot start", extra={"reason": str(problem), "remedy": f"set {setting}"}
        )
        sys.exit(1)


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
        logger.info("serving", extra={"address": address})
        await stop.wait()
        logger.info("stopping")
        await bus.stop_listening(settings.drain_s)
