"""``python -m scripts.fleet``: run Tutti here; ``python -m scripts.fleet reset``: forget it all."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from pydantic import ValidationError

from scripts.fleet.claims import Refusal, claimed
from scripts.fleet.fleet import Fleet
from scripts.fleet.screen import Screen
from scripts.fleet.settings import FleetSettings
from scripts.fleet.table import ERRANDS, SERVICES
from scripts.programs.leftovers import end_marked, mark
from scripts.servers.binaries import MissingServer

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.fleet.table import Service


async def run(
    settings: FleetSettings,
    services: tuple[Service, ...] = SERVICES,
    errands: tuple[Service, ...] = ERRANDS,
) -> None:
    """Run Tutti until the first Ctrl-C or SIGTERM; further ones do not hurry the clean end."""
    once = errands if settings.demo else ()

    async def for_ever() -> None:
        async with Fleet(settings, Screen()).running(services, once):
            await asyncio.Event().wait()

    task = asyncio.create_task(for_ever())

    def stopped() -> None:
        if not task.cancelling():
            task.cancel()

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(signum, stopped)
    with suppress(asyncio.CancelledError):
        await task


def reset(home: Path, *, agreed: bool) -> None:
    """Delete the data folder, if the person agrees and nobody is using it."""
    if not home.exists():
        return
    agreed = agreed or input(f"Delete all music, users and settings in {home}? [y/N] ") in {
        "y",
        "Y",
    }
    if not agreed:
        raise Refusal("Nothing was deleted.")
    with claimed(home):
        end_marked(mark(home), patience_s=5)
        shutil.rmtree(home)


def main() -> None:
    """Do what the command line asks; a refusal is a sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fleet", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("run", "reset"), default="run")
    parser.add_argument("--yes", action="store_true", help="reset without asking")
    parser.add_argument("--verbose", action="store_true", help="show all that programs log")
    chosen = parser.parse_args()
    try:
        settings = FleetSettings()
        if chosen.command == "reset":
            reset(settings.data.resolve(), agreed=chosen.yes)
        else:
            verbose = settings.verbose or chosen.verbose
            asyncio.run(run(settings.model_copy(update={"verbose": verbose})))
    except* (Refusal, MissingServer, ValidationError) as refusals:
        sys.exit("\n".join(str(refusal) for refusal in _leaves(refusals)))


def _leaves(group: BaseExceptionGroup[Exception]) -> list[BaseException]:
    found: list[BaseException] = []
    for each in group.exceptions:
        found += _leaves(each) if isinstance(each, BaseExceptionGroup) else [each]
    return found


if __name__ == "__main__":
    main()
