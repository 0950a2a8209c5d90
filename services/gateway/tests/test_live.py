"""Live streams over sockets: every frame once, to everybody, whoever is slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from services.gateway.tests.conftest import House, Site, open_site
from services.gateway.tests.listeners import listening
from services.gateway.tests.people import Person, sign_up
from services.gateway.tests.synth import FRAME, Synth, open_synth, tone
from services.gateway.tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True)
class Studio:
    """A gateway before a synth, and somebody with a station."""

    site: Site
    synth: Synth
    owner: Person
    station_id: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": self.owner.client.headers["authorization"]}


@pytest.fixture
async def studio(house: House) -> AsyncIterator[Studio]:
    async with (
        open_synth(house.servers.nats_url) as (synth, address),
        open_site(house, synth_address=address, live_anonymous=True) as site,
        sign_up(site.client) as owner,
    ):
        asked = {"name": "Night", "begins_with": {"style": "drift", "tempo_bpm": 66}}
        station = await owner.ask("POST", "/live/stations", 201, json=asked)
        yield Studio(site, synth, owner, station["id"])


async def test_a_frame_is_the_same_for_everybody(studio: Studio) -> None:
    async with (
        listening(studio.site, studio.station_id, studio.bearer) as one,
        listening(studio.site, studio.station_id, studio.bearer) as two,
        studio.synth.playing(studio.station_id),
    ):
        first, second = await one.hear(12), await two.hear(12)
    assert [each.position for each in first] == [n * FRAME for n in range(12)]
    assert all(each.sound == tone(each.position) for each in first)
    assert first == second
    assert [each.flags for each in first] == [2, *[0] * 11]


async def test_the_first_message_says_what_plays(studio: Studio) -> None:
    async with listening(studio.site, studio.station_id, studio.bearer) as app:
        assert app.hello["station"] == {"id": studio.station_id, "name": "Night"}
        assert app.hello["parameters"]["tempo_bpm"] == 66
        assert app.hello["parameters"]["mode"] == "dorian"
        assert app.hello["may_steer"]
        await until(lambda: _said(studio, 1))
    assert len(studio.synth.opened) == 1


async def _said(studio: Studio, listeners: int) -> bool:
    return bool(studio.synth.heard) and studio.synth.heard[-1].listeners == listeners
