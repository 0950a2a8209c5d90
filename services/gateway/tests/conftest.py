"""The gateway in this process, before a catalog and an ingest in their own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from libs.common.events import open_bus
from libs.common.objects import open_objects
from services.gateway.__main__ import gateway
from services.gateway.tests.house import SECRET, House, open_house
from services.gateway.tests.people import OPERATOR, Person, sign_in, sign_up
from services.gateway.tests.synth import open_synth

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from libs.common.events import JetStreamBus
    from libs.common.objects import ObjectStore
    from scripts.servers import Servers
    from services.gateway.settings import GatewaySettings
    from services.gateway.tests.synth import Synth

PATIENCE_S = 30
"""Where the machine is busy with something else."""
__all__ = ["SECRET", "House", "Site", "open_site"]


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def house(servers: Servers) -> AsyncIterator[House]:
    async with open_house(servers) as house:
        yield house


@dataclass(frozen=True, slots=True)
class Site:
    """A running gateway and a client without any proof of who it is."""

    house: House
    settings: GatewaySettings
    bus: JetStreamBus
    client: httpx.AsyncClient
    objects: ObjectStore

    @property
    def address(self) -> str:
        return str(self.client.base_url)


@asynccontextmanager
async def open_site(house: House, **changes: object) -> AsyncGenerator[Site]:
    """Run a gateway with these settings."""
    settings = house.settings(**changes)
    async with (
        open_bus(settings.nats_url) as bus,
        open_objects(settings) as objects,
        gateway(settings, bus) as address,
        httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as client,
    ):
        yield Site(house, settings, bus, client, objects)


@pytest.fixture
async def site(house: House) -> AsyncIterator[Site]:
    async with open_site(house) as site:
        yield site


@pytest.fixture
async def whole_site(house: House) -> AsyncIterator[Site]:
    """A site with a synth: take it as ``site`` where every route is tried."""
    async with (
        open_synth(house.servers.nats_url) as (_, address),
        open_site(house, synth_address=address) as site,
    ):
        yield site


@pytest.fixture
async def ada(site: Site) -> AsyncIterator[Person]:
    async with sign_up(site.client) as person:
        yield person


@pytest.fixture
async def bob(site: Site) -> AsyncIterator[Person]:
    async with sign_up(site.client) as person:
        yield person


@pytest.fixture
async def operator(site: Site) -> AsyncIterator[Person]:
    async with sign_in(site.client, OPERATOR) as person:
        yield person


@dataclass(frozen=True, slots=True)
class Studio:
    """A gateway before a synth, and somebody with a station."""

    site: Site
    synth: Synth
    synth_address: str
    owner: Person
    station: dict[str, Any]

    @property
    def station_id(self) -> str:
        return str(self.station["id"])

    @property
    def path(self) -> str:
        return f"/live/stations/{self.station_id}"


@pytest.fixture
async def studio(house: House) -> AsyncIterator[Studio]:
    async with (
        open_synth(house.servers.nats_url) as (synth, address),
        open_site(house, synth_address=address) as site,
        sign_up(site.client) as owner,
    ):
        asked = {"name": "Night", "begins_with": {"style": "drift", "tempo_bpm": 66}}
        station = await owner.ask("POST", "/live/stations", 201, json=asked)
        yield Studio(site, synth, address, owner, station)
