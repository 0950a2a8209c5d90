"""Answers of a service that come too late: it acted, and nobody was told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from libs.common.rpc import client
from services.gateway.tests.conftest import House, Site, open_site
from services.gateway.tests.people import API, Person
from services.gateway.tests.recordings import publish
from services.gateway.tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

pytestmark = pytest.mark.slow

CHUNK_BYTES = 65_536
DEADLINE_S = 2.0


@dataclass
class Wire:
    """Carries calls to a service; its answers only while they are let through."""

    there: str
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    _ends: set[asyncio.Task[None]] = field(default_factory=set)

    def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one connection."""
        task = asyncio.create_task(self._carry(reader, writer))
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    async def cut(self) -> None:
        """End all connections."""
        for task in [*self._ends]:
            task.cancel()
        await asyncio.gather(*self._ends, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self.there.rsplit(":", 1)
        service, back = await asyncio.open_connection(host, int(port))
        try:
            await asyncio.gather(self._calls(reader, back), self._answers(service, writer))
        finally:
            back.close()
            writer.close()

    async def _calls(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(CHUNK_BYTES):
            sink.write(chunk)
        sink.close()

    async def _answers(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(CHUNK_BYTES):
            await self.answers.wait()
            sink.write(chunk)
        sink.close()


@asynccontextmanager
async def wire(there: str) -> AsyncGenerator[tuple[Wire, str]]:
    """Lay a wire to a service; yields it with its own address."""
    laid = Wire(there)
    laid.answers.set()
    server = await asyncio.start_server(laid.carry, "127.0.0.1", 0)
    try:
        yield laid, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await laid.cut()


async def test_what_was_answered_too_late_is_not_done_again(
    house: House, site: Site, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same keys again get the answers that were lost."""
    track = await publish(site, ada, "Once")
    playlist = await ada.ask("POST", "/playlists", 201, json={"name": "Mine"})
    wishes = {
        "/playlists": {"name": "Late"},
        f"/playlists/{playlist['id']}/tracks": {"add": [track["id"]]},
        "/libraries": {"name": "Late"},
    }

    async def send(way: Site) -> list[httpx.Response]:
        headers = {**ada.client.headers, "Idempotency-Key": "late"}
        return await asyncio.gather(
            *(way.client.post(f"{API}{path}", json=body, headers=headers)
              for path, body in wishes.items())
        )  # fmt: skip

    async def acted() -> bool:
        return await counts(ada) == (2, 1, 2)

    async with (
        wire(house.catalog) as (laid, address),
        open_site(house, catalog_address=address) as far,
    ):
        await far.client.get(f"{API}/me", headers=ada.client.headers)  # who asks is known from now
        with monkeypatch.context() as patience:
            patience.setattr(client, "DEADLINE_S", DEADLINE_S)
            laid.answers.clear()
            late = await send(far)
        assert [answer.status_code for answer in late] == [504] * 3
        await until(acted)
        laid.answers.set()
        again = await send(far)
    assert [answer.status_code for answer in again] == [201, 200, 201]
    assert again[0].json()["name"] == "Late"
    assert again[1].json()["track_count"] == 1
    assert await acted()


async def counts(ada: Person) -> tuple[int, int, int]:
    """Playlists, tracks on the first one, and libraries of one's own."""
    playlists = (await ada.ask("GET", "/playlists"))["items"]
    [mine] = [each for each in playlists if each["name"] == "Mine"]
    libraries = (await ada.ask("GET", "/libraries"))["items"]
    own = [each for each in libraries if each["owner_id"] == ada.id]
    return len(playlists), mine["track_count"], len(own)
