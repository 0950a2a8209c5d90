"""People who listen, look around and bring music: python -m tests.benchmarks.mixed_load.

All at once, for as long as ``--minutes`` says. It fails if anything failed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np

from tests.benchmarks.figures import machine, percentiles
from tests.benchmarks.fleets import demonstrated
from tests.benchmarks.start_and_memory import resting
from tests.listener import ENDED, PASSWORD
from tests.sounds import Piece

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.running import Tutti

LISTENERS, BROWSERS, UPLOADERS = 8, 4, 1
PART_BYTES = 128 * 1024
PARTS = 8
LOOK_S, LISTEN_S, UPLOAD_S, MEMORY_S = 0.5, 2.0, 20.0, 60.0
"""Pauses, drawn evenly from half to one and a half times as long."""
CHANCE = random.Random(1)  # noqa: S311  no secret
WARM_SHARE = 0.25
"""Of the time, in which caches and pools fill before the curve of memory is judged."""


class Log:
    """Times by kind of request, what failed, and the memory over time."""

    def __init__(self) -> None:
        self.times_s: dict[str, list[float]] = defaultdict(list)
        self.failures: list[str] = []
        self.memory: list[tuple[float, dict[str, float]]] = []
        """Seconds since the beginning, and MiB (PSS) by program."""


class Person:
    """Somebody with an app, which takes a new token when the old one has ended."""

    def __init__(self, address: str, log: Log) -> None:
        self._client = httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=60)
        self._log = log
        self._refresh = ""

    async def sign_up(self) -> None:
        """Make an account."""
        words = {"name": f"person-{uuid.uuid4().hex[:12]}", "password": PASSWORD}
        self._carry((await self._client.post("/auth/sign-up", json=words)).raise_for_status())

    async def leave(self) -> None:
        """Hang up."""
        await self._client.aclose()

    # What httpx takes; the answer is whatever JSON the API gives.
    async def ask(self, kind: str, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401
        """Call the API, and note how long it took."""
        response = await self.timed(kind, method, path, **request)
        return response.json() if response.content else None

    async def part(self, kind: str, track_id: str, start: int) -> bool:
        """Read a part of a track as a player does; False at its end."""
        wanted = {"Range": f"bytes={start}-{start + PART_BYTES - 1}"}
        path = f"/tracks/{track_id}/stream"
        response = await self.timed(kind, "GET", path, headers=wanted, params={"quality": "high"})
        return len(response.content) == PART_BYTES

    async def timed(self, kind: str, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401
        """Call, take a new token where the old one has ended, and note how long it took."""
        started = time.monotonic()
        response = await self._client.request(method, path, **request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            body = {"refresh_token": self._refresh}
            self._carry((await self._client.post("/auth/refresh", json=body)).raise_for_status())
            response = await self._client.request(method, path, **request)
        self._log.times_s[kind].append(time.monotonic() - started)
        if response.is_error:
            self._log.failures.append(f"{method} {path}: {response.status_code} {response.text}")
        return response.raise_for_status()

    def _carry(self, response: httpx.Response) -> None:
        tokens = response.json()
        self._refresh = tokens["refresh_token"]
        self._client.headers["Authorization"] = f"Bearer {tokens['access_token']}"


async def listens(person: Person, _: Log) -> None:
    """Put a track on, and hear the first parts of it."""
    page = await person.ask("page of tracks", "GET", "/tracks", params={"limit": 100})
    track = CHANCE.choice(page["items"])
    await person.ask("waveform", "GET", f"/tracks/{track['id']}/waveform")
    queue = {"track_ids": [track["id"]], "current_index": 0, "position_ms": 0, "changed_by": "load"}
    await person.ask("queue", "PUT", "/queue", json=queue)
    for number in range(PARTS):
        kind = "later part" if number else "first part"
        if not await person.part(kind, track["id"], number * PART_BYTES):
            break
        await asyncio.sleep(LISTEN_S * CHANCE.uniform(0.5, 1.5))


async def browses(person: Person, _: Log) -> None:
    """Look through albums and artists, and for a word."""
    albums = await person.ask("page of albums", "GET", "/albums", params={"order": "newest"})
    album = CHANCE.choice(albums["items"])
    for kind, path, query in (
        ("album", f"/albums/{album['id']}", {}),
        ("cover", f"/covers/{album['cover_sha256']}", {"size": 300}),
        ("page of artists", "/artists", {"limit": 60}),
        ("search", "/search", {"q": album["title"][:4], "limit": 12}),
        ("changes", "/changes", {"limit": 50}),
    ):
        if kind == "cover" and not album["cover_sha256"]:
            continue
        await asyncio.sleep(LOOK_S * CHANCE.uniform(0.5, 1.5))
        response = await person.timed(kind, "GET", path, params=query)
        assert response.content


async def brings(person: Person, log: Log) -> None:
    """Bring a new piece, and wait until it can be heard."""
    with tempfile.TemporaryDirectory() as folder:
        piece = Piece(CHANCE.randrange(2**40), duration_s=15.0)
        file = await asyncio.to_thread(piece.encoded, Path(folder) / "new", "flac-24")
        content = file.read_bytes()
    started = time.monotonic()
    body = {"file_name": f"{uuid.uuid4().hex}.flac", "size_bytes": len(content)}
    upload = await person.ask("upload", "POST", "/uploads", json=body)
    await person.ask("upload part", "PUT", f"/uploads/{upload['id']}/parts/1", content=content)
    item = await person.ask("upload", "POST", f"/uploads/{upload['id']}/complete")
    while item["state"] not in ENDED:
        await asyncio.sleep(0.25)
        seen = await person.ask("item", "GET", f"/imports/items/{item['id']}")
        item = seen["item"]
    log.times_s["upload to published"].append(time.monotonic() - started)
    if item["state"] != "published":
        log.failures.append(f"an upload ended as {item['state']}: {item}")
    await asyncio.sleep(UPLOAD_S * CHANCE.uniform(0.5, 1.5))


async def again_and_again(
    act: Callable[[Person, Log], Awaitable[None]], address: str, log: Log, until_s: float
) -> None:
    """Let a new person do the same until the time is over."""
    person = Person(address, log)
    await person.sign_up()
    while time.monotonic() < until_s:
        try:
            await act(person, log)
        except (httpx.HTTPError, KeyError, AssertionError) as error:
            log.failures.append(f"{act.__name__}: {error!r}")
            await asyncio.sleep(1)
    await person.leave()


async def weighs(tutti: Tutti, log: Log, until_s: float) -> None:
    """Note what every program holds, once a minute."""
    started = time.monotonic()
    while time.monotonic() < until_s:
        sizes = {
            name: pss for name, pss, _, _ in await asyncio.to_thread(lambda: [*resting(tutti)])
        }
        log.memory.append((time.monotonic() - started, sizes))
        await asyncio.sleep(min(MEMORY_S, max(0.0, until_s - time.monotonic())))


async def load(tutti: Tutti, minutes: float) -> Log:
    """Everybody at once, for so long."""
    log, until_s = Log(), time.monotonic() + 60 * minutes
    crowd = [listens] * LISTENERS + [browses] * BROWSERS + [brings] * UPLOADERS
    async with asyncio.TaskGroup() as group:
        group.create_task(weighs(tutti, log, until_s))
        for act in crowd:
            group.create_task(again_and_again(act, tutti.address, log, until_s))
    return log


def report(log: Log) -> None:
    """Print the figures."""
    for kind, spent_s in sorted(log.times_s.items()):
        print(f"{kind:22}{percentiles(spent_s)}")
    times_s, sizes = zip(*log.memory, strict=True)
    warm = [at for at, time_s in enumerate(times_s) if time_s >= WARM_SHARE * times_s[-1]]
    print(f"{'program':32}{'first MiB':>10}{'last MiB':>10}{'MiB an hour, once warm':>24}")
    rows = {name: [each.get(name, 0.0) for each in sizes] for name in sizes[0]}
    rows["all"] = [sum(each.values()) for each in sizes]
    for name, curve in rows.items():
        points = ([times_s[at] / 3600 for at in warm], [curve[at] for at in warm])
        slope = np.polyfit(*points, 1)[0] if len(warm) > 1 else float("nan")
        print(f"{name:32}{curve[0]:10.0f}{curve[-1]:10.0f}{slope:24.1f}")
    print(f"{len(log.failures)} failures", *log.failures[:20], sep="\n")


def main() -> None:
    """Load a fleet that has its demo music, and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    print(machine(), f"{LISTENERS} listen, {BROWSERS} browse, {UPLOADERS} uploads, {minutes:g} min")
    with (
        tempfile.TemporaryDirectory() as folder,
        demonstrated(Path(folder) / "var") as (tutti, _),
    ):
        log = asyncio.run(load(tutti, minutes))
    report(log)
    sys.exit(bool(log.failures))


if __name__ == "__main__":
    main()
