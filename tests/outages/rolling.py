"""A rolling restart of every service under load, as Kubernetes does it.

For each service in turn: a second replica starts and becomes ready, the first
gets SIGTERM. Meanwhile people browse, listen, write and import. It fails when
a request is lost although the client tried again, when something was done
twice, or when a service takes more than 20 s to end.

``python -m tests.outages.rolling [--rounds 2] [--per-second 50]``
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from scripts.fleet.table import SERVICES
from scripts.fleet.wiring import rpc_port
from tests.listener import Listener
from tests.outages.door import Door, door
from tests.outages.house import Part, house
from tests.outages.load import Load, Tally
from tests.outages.person import piece

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from tests.outages.house import House

PER_S = 50.0
DRAIN_S = 15
"""As in Kubernetes, where there is time; a slow reader keeps a connection until then."""
END_S = 20.0
QUIET_S = 3.0
"""Between two restarts: what goes wrong late must not be taken for the next one's."""
LONG_PIECE_S = 90.0
NAMES = tuple(row.name for row in SERVICES)


@dataclass(slots=True)
class Outcome:
    """What a trial showed."""

    tally: Tally
    ended_s: list[tuple[str, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Replicas:
    """Two copies of each service, of which one or both run."""

    def __init__(self, running: House, way_in: Door) -> None:
        self._house = running
        self._door = way_in
        self._copies = {
            name: [running.service(name, copy) for copy in (1, 2)] for name in NAMES[:-1]
        }
        told = {
            f"GATEWAY_{name.upper()}_ADDRESS": self._addresses(name)
            for name in ("catalog", "ingest")
        }
        drain = {"GATEWAY_DRAIN_S": str(DRAIN_S)}
        self._copies["gateway"] = [
            running.service("gateway", copy, **told, **drain) for copy in (1, 2)
        ]

    async def start(self) -> None:
        """Start the first of each."""
        for name in NAMES:
            await self._copies[name][0].start()
        self._door.ready = [self._port(0)]

    async def roll(self, name: str) -> float:
        """Start the other copy, then end this one; answers how long its end took."""
        old, new = self._copies[name]
        self._copies[name].reverse()
        await new.start()
        if name == "gateway":
            self._door.ready = [self._port(0)]
        return await old.stop(END_S + 5)

    def _addresses(self, name: str) -> str:
        names = (rpc_port(name), rpc_port(f"{name}-2"))
        return "ipv4:" + ",".join(f"127.0.0.1:{self._house.ports[each]}" for each in names)

    def _port(self, copy: int) -> int:
        part: Part = self._copies["gateway"][copy]
        return int(part.program.environment["GATEWAY_HTTP_PORT"])


@asynccontextmanager
async def loaded(address: str, folder: Path, per_s: float) -> AsyncGenerator[tuple[Load, Listener]]:
    """People at work for as long as the context lasts."""
    # In threads: the door to the gateway is in this one.
    listener = await asyncio.to_thread(Listener(address).__enter__)
    with closing(listener.client):
        files = [await asyncio.to_thread(piece, folder, number) for number in range(3)]
        files.append(await asyncio.to_thread(piece, folder, 3, LONG_PIECE_S))
        items = await asyncio.to_thread(listener.bring, *files)
        track_ids = [str(item["track_id"]) for item in items]
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        async with httpx.AsyncClient(
            base_url=f"{address}/api/v1", headers=listener.client.headers, timeout=30, limits=limits
        ) as client:
            load, stop = Load(client, track_ids[:3], seed=1), asyncio.Event()
            content = sha256(files[3].read_bytes()).hexdigest()
            async with asyncio.TaskGroup() as group:
                group.create_task(load.run(stop, per_s))
                group.create_task(load.stream_slowly(stop, track_ids[3], content))
                try:
                    yield load, listener
                finally:
                    stop.set()


async def trial(folder: Path, names: Sequence[str], rounds: int, per_s: float) -> Outcome:
    """Roll every service so often."""
    async with house(folder / "var") as running, door() as (way_in, address):
        replicas = Replicas(running, way_in)
        await replicas.start()
        async with loaded(address, folder, per_s) as (load, listener):
            outcome = Outcome(load.tally)
            await asyncio.sleep(QUIET_S)
            for name in [*names] * rounds:
                file = await asyncio.to_thread(piece, folder, 10 + len(outcome.ended_s))
                item = await asyncio.to_thread(listener.send, file)
                took_s = await replicas.roll(name)
                outcome.ended_s.append((name, took_s))
                print(f"{name} ended after {took_s:.1f} s; {load.tally}", flush=True)
                await asyncio.sleep(QUIET_S)
                ended = await asyncio.to_thread(listener.ended, item["id"])
                if ended["state"] != "published":
                    outcome.wrong.append(f"an import ended as {ended['state']}")
        outcome.wrong += [
            f"{name} took {s:.1f} s to end" for name, s in outcome.ended_s if s > END_S
        ]
        outcome.wrong += await asyncio.to_thread(
            done_otherwise_than_once, address, dict(listener.client.headers), load.tally
        )
    outcome.wrong += load.tally.lost
    return outcome


def done_otherwise_than_once(address: str, headers: Mapping[str, str], tally: Tally) -> list[str]:
    """What was promised and is not there, or is there twice."""
    with httpx.Client(base_url=f"{address}/api/v1", headers=headers) as client:
        lists = Counter(one["name"] for one in _all(client, "/playlists"))
        plays = Counter(one["id"] for one in _all(client, "/plays"))
    return [
        f"{what} {name} is there {found[name]} times"
        for what, names, found in (("list", tally.made, lists), ("play", tally.played, plays))
        for name in names
        if found[name] != 1
    ]


def _all(client: httpx.Client, path: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(path, params={"limit": 100, "cursor": cursor}).raise_for_status().json()
        found += page["items"]
        cursor = page["next_cursor"]
    return found


def main() -> None:
    """Roll what the command line asks for; the exit status says whether all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.outages.rolling", description=__doc__)
    parser.add_argument("services", nargs="*", choices=[*NAMES, []], metavar="SERVICE")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--per-second", type=float, default=PER_S)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tutti-rolling-") as folder:
        outcome = asyncio.run(
            trial(Path(folder), chosen.services or NAMES, chosen.rounds, chosen.per_second)
        )
    print(outcome.tally, *outcome.wrong[:20], sep="\n")
    sys.exit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    main()
