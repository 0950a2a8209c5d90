"""A steady stream of requests as many people make them, from a client that tries again."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx

from tests.outages.door import NARROW
from tests.outages.person import play

if TYPE_CHECKING:
    from collections.abc import Sequence

PAUSES_S = (0.2, 0.5, 1.0)
"""What a client does when it could not reach the server, or was told to come again."""
COME_AGAIN = {502, 503, 504}
SLOW_BYTES = 16_384
SLOW_PAUSE_S = 0.1
RANGE_BYTES = 262_144


@dataclass(slots=True)
class Tally:
    """What became of the requests."""

    asked: Counter[str] = field(default_factory=Counter)
    first_failed: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    played: list[str] = field(default_factory=list)
    resumed: int = 0
    streamed_bytes: int = 0

    def __str__(self) -> str:
        longest_s = max(self.took_s, default=0.0)
        return (
            f"{self.asked.total()} requests, {self.first_failed.total()} failed at first "
            f"{dict(self.first_failed)}, {len(self.lost)} for good; the slowest took "
            f"{longest_s:.2f} s with its repetitions; slow streams: "
            f"{self.streamed_bytes / 2**20:.1f} MiB, taken up again {self.resumed} times"
        )


class Load:
    """Requests at a steady rate, whatever becomes of the earlier ones."""

    def __init__(self, client: httpx.AsyncClient, track_ids: Sequence[str], seed: int) -> None:
        self.tally = Tally()
        self._client = client
        self._track_ids = track_ids
        self._random = random.Random(seed)  # noqa: S311  to be repeated, not to be secret
        self._kinds = {
            self._browse: 30,
            self._search: 10,
            self._listen: 30,
            self._like: 10,
            self._make: 10,
            self._report: 5,
            self._imports: 5,
        }

    async def run(self, stop: asyncio.Event, per_s: float) -> None:
        """Ask until told to stop, then wait for the answers that are due."""
        kinds, weights = [*self._kinds], [*self._kinds.values()]
        under_way: set[asyncio.Task[None]] = set()
        next_s = time.monotonic()
        while not stop.is_set():
            [kind] = self._random.choices(kinds, weights)
            task = asyncio.create_task(kind())
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            next_s += 1 / per_s
            await asyncio.sleep(max(0.0, next_s - time.monotonic()))
        await asyncio.gather(*under_way)

    async def stream_slowly(self, stop: asyncio.Event, track_id: str, expected: str) -> None:
        """Read a whole track as slowly as it plays, from where it broke off when it does."""
        address = f"/tracks/{track_id}/stream?quality=original"
        async with httpx.AsyncClient(
            base_url=self._client.base_url,
            headers=self._client.headers,
            timeout=30,
            transport=httpx.AsyncHTTPTransport(socket_options=[NARROW]),
        ) as client:
            while not stop.is_set():
                heard = bytearray()
                while not stop.is_set():
                    try:
                        if await self._heard(client, address, heard, stop):
                            break
                    except httpx.TransportError:
                        self.tally.resumed += 1
                        await asyncio.sleep(PAUSES_S[0])
                if not stop.is_set() and sha256(heard).hexdigest() != expected:
                    self.tally.lost.append("a slow stream sounded otherwise than its track")

    async def _heard(
        self, client: httpx.AsyncClient, address: str, heard: bytearray, stop: asyncio.Event
    ) -> bool:
        """Read on; whether it came to its end."""
        headers = {"Range": f"bytes={len(heard)}-"} if heard else {}
        async with client.stream("GET", address, headers=headers) as answer:
            if answer.status_code in COME_AGAIN:
                raise httpx.ReadError(f"status {answer.status_code}")
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes(SLOW_BYTES):
                heard += chunk
                self.tally.streamed_bytes += len(chunk)
                if stop.is_set():
                    return False
                await asyncio.sleep(SLOW_PAUSE_S)
        return True

    async def _browse(self) -> None:
        await self._ask("browse", "GET", self._random.choice(["/albums", "/tracks", "/artists"]))

    async def _search(self) -> None:
        await self._ask("search", "GET", "/search?q=morning")

    async def _listen(self) -> None:
        start = self._random.randrange(100_000)
        await self._ask(
            "listen", "GET", f"/tracks/{self._track()}/stream?quality=high",
            headers={"Range": f"bytes={start}-{start + RANGE_BYTES}"},
        )  # fmt: skip

    async def _like(self) -> None:
        await self._ask("like", "PUT", f"/favourites/track/{self._track()}")

    async def _make(self) -> None:
        name = f"List {uuid.uuid4()}"
        key = {"Idempotency-Key": uuid.uuid4().hex}
        if await self._ask("make", "POST", "/playlists", json={"name": name}, headers=key):
            self.tally.made.append(name)

    async def _report(self) -> None:
        played = play(self._track())
        if await self._ask("report", "POST", "/plays", json={"plays": [played]}):
            self.tally.played.append(str(played["id"]))

    async def _imports(self) -> None:
        await self._ask("imports", "GET", "/imports/items")

    def _track(self) -> str:
        return self._random.choice(self._track_ids)

    # What httpx takes.
    async def _ask(self, kind: str, method: str, path: str, **more: Any) -> bool:  # noqa: ANN401
        """Whether it went well in the end; a client sends again what may be sent again."""
        tally, began_s = self.tally, time.monotonic()
        tally.asked[kind] += 1
        for pause_s in (*PAUSES_S, None):
            try:
                answer = await self._client.request(method, path, **more)
                what = f"{kind} {answer.status_code}"
                if answer.status_code not in COME_AGAIN:
                    break
            except httpx.TransportError as broken:
                answer, what = None, f"{kind} {type(broken).__name__}"
            tally.first_failed[what] += 1
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        tally.took_s.append(time.monotonic() - began_s)
        if answer is None or not answer.is_success:
            tally.lost.append(what if answer is None else f"{what}: {answer.text[:200]}")
            return False
        return True
