"""A whole service, as small as they come. Run it with ``python -m libs.common.tests.jukebox``."""

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prometheus_client import Gauge
from pydantic_settings import SettingsConfigDict

from libs.common.events import Bus
from libs.common.rpc import serve
from libs.common.service import run
from libs.common.settings import ServiceSettings
from libs.common.starting import settings_of
from libs.common.tests.greeter import Greeter

FROZEN = Gauge("frozen_objects", "Objects that are not looked at for garbage any more")
FROZEN.set_function(gc.get_freeze_count)


class JukeboxSettings(ServiceSettings):
    """What the jukebox can be told."""

    model_config = SettingsConfigDict(env_prefix="JUKEBOX_")


@asynccontextmanager
async def jukebox(settings: JukeboxSettings, _: Bus) -> AsyncGenerator[str]:
    """Open every part, serve, and close. Yields the address to call."""
    async with serve(settings, Greeter().register) as address:
        yield address


if __name__ == "__main__":
    run(jukebox, settings_of(JukeboxSettings))
