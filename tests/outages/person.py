"""Someone who uses everything, and notes how each call went."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from tests.listener import Listener
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping
    from pathlib import Path

HANGS_S = 60.0
"""Longer than any answer may take: what reaches it is a call without a deadline."""
CLEAR = {503, 504}


@dataclass(frozen=True, slots=True)
class Answer:
    """How one call went."""

    call: str
    status: int
    took_s: float
    said: str

    @property
    def works(self) -> bool:
        """Whether the caller got what they wanted."""
        return 200 <= self.status < 300

    @property
    def clear(self) -> bool:
        """Whether the caller was told, in a problem that says so, to try again."""
        return (
            self.status in CLEAR
            and "retry-after" in self.said
            and "application/problem" in self.said
        )


class Person:
    """Signed in, with music; every method of theirs is one call."""

    def __init__(self, client: httpx.AsyncClient, track_id: str, file: Path) -> None:
        self.client = client
        self._track_id = track_id
        self._file = file
        self._upload: dict[str, Any] = {}

    async def all_calls(self, names: Iterable[str] = ()) -> Mapping[str, Answer]:
        """Make every call at the same time."""
        answers = await asyncio.gather(*(self.call(name) for name in names or CALLS))
        return {answer.call: answer for answer in answers}

    async def call(self, name: str) -> Answer:
        """Make one call, whatever comes of it."""
        method, path, more = self._request(name)
        began_s = time.monotonic()
        try:
            answer = await self.client.request(method, path, **more)
            status, head = answer.status_code, answer.headers
            said = (
                ""
                if answer.is_success
                else f"{answer.text} {' '.join(map(': '.join, head.items()))}"
            )
        except httpx.HTTPError as broken:
            status, said = 0, repr(broken)
        return Answer(name, status, time.monotonic() - began_s, said)

    def _request(self, name: str) -> tuple[str, str, dict[str, Any]]:
        method, path = CALLS[name]
        more: dict[str, Any] = {}
        match name:
            case "play":
                more["headers"] = {"Range": "bytes=0-65535"}
            case "make":
                more["headers"] = {"Idempotency-Key": uuid.uuid4().hex}
                more["json"] = {"name": "Made in a storm"}
            case "report":
                more["json"] = {"plays": [play(self._track_id)]}
            case "steer":
                more["json"] = {"station_id": "drift", "change": {"intensity": 0.5}}
            case "announce":
                more["json"] = {"file_name": "late.flac", "size_bytes": 1000}
            case "send":
                more["content"] = self._file.read_bytes()
        return method, path.format(track=self._track_id, upload=self._upload["id"]), more

    async def prepare(self) -> None:
        """Announce the file whose part is sent again and again."""
        about = {"file_name": self._file.name, "size_bytes": self._file.stat().st_size}
        answer = await self.client.post("/uploads", json=about)
        self._upload = answer.raise_for_status().json()


CALLS = {
    "browse": ("GET", "/albums"),
    "search": ("GET", "/search?q=morning"),
    "like": ("PUT", "/favourites/track/{track}"),
    "make": ("POST", "/playlists"),
    "play": ("GET", "/tracks/{track}/stream?quality=low"),
    "report": ("POST", "/plays"),
    "steer": ("POST", "/live/control"),
    "imports": ("GET", "/imports/items"),
    "announce": ("POST", "/uploads"),
    "send": ("PUT", "/uploads/{upload}/parts/1"),
}


def play(track_id: str) -> dict[str, object]:
    """A playback that has just ended, as apps report it."""
    return {
        "id": str(uuid.uuid4()),
        "track_id": track_id,
        "started_at": datetime.now(UTC).isoformat(),
        "played_ms": 8000,
        "end": "completed",
    }


def piece(folder: Path, number: int, duration_s: float = 8.0) -> Path:
    """A file that is like no other of these."""
    tags = Tags(title=f"Morning {number}", artists=("Storm",), album="Weather")
    return Piece(9000 + number, duration_s=duration_s, tags=tags).encoded(folder / f"m{number}")


@asynccontextmanager
async def someone(address: str, folder: Path) -> AsyncGenerator[tuple[Person, Listener]]:
    """A person who signed up and brought one piece; and the same one for calls that must work."""
    with Listener(address) as listener:
        # A trial may last longer than an access token.
        listener.carry(listener.post("/me/api-keys", json={"name": "trial"})["secret"])
        file = piece(folder, 0)
        [item] = await asyncio.to_thread(listener.bring, file)
        track = listener.track(item)
        async with httpx.AsyncClient(
            base_url=f"{address}/api/v1", headers=listener.client.headers, timeout=HANGS_S
        ) as client:
            person = Person(client, track["id"], piece(folder, 1))
            await person.prepare()
            yield person, listener
