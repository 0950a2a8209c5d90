"""Time to the first byte of a track through the gateway: python -m tests.benchmarks.first_byte."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import httpx

from tests.benchmarks.figures import furnished, machine, percentiles

if TYPE_CHECKING:
    from tests.listener import Listener

TRACKS = 8
CLIENTS = (1, 16, 64)
REQUESTS = 640
FIRST_PART = {"Range": "bytes=0-262143"}
"""As a browser asks: enough to begin."""


async def one(client: httpx.AsyncClient, track_id: str, times_s: list[float]) -> None:
    """Ask for the beginning of a track and note when its first bytes came."""
    started = time.perf_counter()
    address = f"/tracks/{track_id}/stream"
    async with client.stream("GET", address, headers=FIRST_PART) as response:
        chunks = response.aiter_raw()
        await anext(chunks)
        times_s.append(time.perf_counter() - started)
        async for _ in chunks:
            pass


async def measure(nadia: Listener, clients: int) -> list[float]:
    """Many clients at once, each asking again as soon as it was answered."""
    ids = [track["id"] for track in nadia.get("/tracks")["items"]]
    times_s: list[float] = []
    limits = httpx.Limits(max_connections=clients)
    headers = {"Authorization": nadia.client.headers["Authorization"]}
    async with httpx.AsyncClient(
        base_url=nadia.client.base_url, headers=headers, limits=limits, timeout=60
    ) as client:

        async def keep_asking(first: int) -> None:
            for n in range(REQUESTS // clients):
                await one(client, ids[(first + n) % len(ids)], times_s)

        async with asyncio.TaskGroup() as all_of_them:
            for number in range(clients):
                all_of_them.create_task(keep_asking(number))
    return times_s


def main() -> None:
    """Print the figures."""
    with furnished(TRACKS, 20) as (_, nadia):
        print(machine())
        for clients in CLIENTS:
            asyncio.run(measure(nadia, clients))  # what is cached is cached from here on
            print(f"{clients:3} clients   {percentiles(asyncio.run(measure(nadia, clients)))}")


if __name__ == "__main__":
    main()
