"""What the gateway adds to an answer: python -m services.gateway.benchmarks.requests.

One client on one connection, before a real catalog, Redis and object store;
the same question straight to the catalog for comparison. Gateway and client
share a process and a core, so the client's own time is in the figures: a
request that needs nothing but the way in and out (/livez) shows how much.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import grpc
import httpx

from scripts.servers import running_servers
from services.gateway.tests.conftest import Site, open_site
from services.gateway.tests.house import open_house
from services.gateway.tests.people import API, Person, sign_up
from services.gateway.tests.recordings import publish
from tutti.catalog.v1 import catalog_pb2
from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceStub

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Call: TypeAlias = Callable[[], Awaitable[object]]

TRACKS = 50


async def measure(calls: int) -> None:
    """Fill a library, time each kind of request, print a table."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running_servers(Path(folder)) as servers,
            open_house(servers) as house,
            open_site(house) as site,
            sign_up(site.client) as ada,
            grpc.aio.insecure_channel(house.catalog) as channel,
        ):
            for number in range(TRACKS):
                track = await publish(site, ada, f"Track {number}")
            print(
                f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
            )
            print(f"{'request':34} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}")
            for name, call in requests(site, ada, channel, str(track["id"])).items():
                await report(name, call, calls)


def requests(site: Site, ada: Person, channel: grpc.aio.Channel, track_id: str) -> dict[str, Call]:
    """What is timed, by name."""
    catalog = CatalogServiceStub(channel)
    asked = catalog_pb2.ListTracksRequest(viewer_id=ada.id, page_size=TRACKS)
    stream = f"{API}/tracks/{track_id}/stream"

    async def first_byte() -> None:
        async with ada.client.stream("GET", stream) as answer:
            await anext(answer.aiter_raw())

    async def part() -> httpx.Response:
        return await ada.client.get(stream, headers={"Range": "bytes=0-65535"})

    return {
        "GET /livez": lambda: site.client.get("/livez"),
        "GET /me": lambda: ada.client.get(f"{API}/me"),
        "catalog.ListTracks, 50 of them": lambda: catalog.ListTracks(asked),
        "GET /tracks?limit=50": lambda: ada.client.get(f"{API}/tracks", params={"limit": TRACKS}),
        "GET stream, first byte": first_byte,
        "GET stream, 64 KiB by Range": part,
    }


async def report(name: str, call: Call, calls: int) -> None:
    """Time one kind of request."""
    for _ in range(20):
        await call()
    times_ms = []
    for _ in range(calls):
        started_s = time.perf_counter()
        await call()
        times_ms.append((time.perf_counter() - started_s) * 1000)
    cuts = statistics.quantiles(times_ms, n=100)
    print(f"{name:34} {cuts[49]:8.2f} {cuts[94]:8.2f} {cuts[98]:8.2f}", flush=True)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    asyncio.run(measure(parser.parse_args().calls))


if __name__ == "__main__":
    main()
