"""The supervisor as a program of its own, with fake services from the names in its arguments."""

import asyncio
import sys

from scripts.fleet.__main__ import run
from scripts.fleet.settings import FleetSettings
from scripts.fleet.table import Face, Need, Service
from scripts.fleet.wiring import TWIN


def fake(name: str, face: Face = Face.METRICS) -> Service:
    module = name.partition("-")[0]
    spare = name.endswith(TWIN)
    return Service(name, f"scripts.fleet.tests.fake_{module}", "FAKE_", face, Need(0), spare=spare)


GATEWAY = fake("service-gateway", Face.HTTP)

if __name__ == "__main__":
    services = (GATEWAY, *map(fake, sys.argv[1:]))
    asyncio.run(run(FleetSettings(), services, ()))
