"""Run Tutti without one of its protections: python -m tests.chaos.controls NAME."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from scripts.fleet.__main__ import run
from scripts.fleet.settings import FleetSettings
from scripts.fleet.table import SERVICES

CONTROLS = {
    "acknowledged_early": "catalog",
    "published_then_killed": "catalog",
    "published_without_key": "catalog",
    "queue_alone": "ingest",
}
"""The service that each control takes the place of."""


def main(name: str) -> None:
    """Run the fleet with this control in it."""
    module = f"tests.chaos.controls.{name}"
    services = tuple(
        replace(each, module=module) if each.name == CONTROLS[name] else each for each in SERVICES
    )
    asyncio.run(run(FleetSettings(), services))


if __name__ == "__main__":
    main(sys.argv[1])
