"""A person who uses Tutti over its REST API, as any app does."""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

T = TypeVar("T")
Answer = dict[str, Any]
"""A JSON object of the API; a test reads the fields it is about."""

PASSWORD = "a sentence is easy to remember"
PATIENCE_S = 180.0
"""Far more than a busy machine with two cores needs."""
ENDED = {"published", "duplicate", "quarantined", "undecided", "dismissed"}


class Listener:
    """Someone with an account, signed in."""

    def __init__(self, address: str, name: str = "", retries: int = 0) -> None:
        self.name = name or f"listener-{uuid.uuid4().hex[:12]}"
        self.client = httpx.Client(
            base_url=f"{address}/api/v1",
            timeout=60,
            transport=httpx.HTTPTransport(retries=retries),
        )
        self.address = address
        self.tokens: Answer = {}

    def __enter__(self) -> Self:
        """Sign up."""
        self.tokens = self.post("/auth/sign-up", json={"name": self.name, "password": PASSWORD})
        self.carry(self.tokens["access_token"])
        return self

    @classmethod
    @contextmanager
    def known(cls, address: str, person: Listener) -> Iterator[Listener]:
        """Somebody who has an account, signing in again."""
        with httpx.Client() as anybody:
            words = {"name": person.name, "password": PASSWORD}
            answer = anybody.post(f"{address}/api/v1/auth/sign-in", json=words)
        assert answer.is_success, answer.text
        again = cls(address, person.name)
        again.tokens = answer.json()
        again.carry(again.tokens["access_token"])
        with again.client:
            yield again

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self.client.close()

    def carry(self, credential: str) -> None:
        """Send this token or API key from now on."""
        self.client.headers["Authorization"] = f"Bearer {credential}"

    @property
    def id(self) -> str:
        """Of the account."""
        return str(self.tokens["user"]["id"])

    @property
    def library_id(self) -> str:
        """Of one's own library."""
        return str(self.tokens["user"]["own_library_id"])

    # What httpx.Client.request takes; the answer is whatever JSON the API gives.
    def ask(self, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401
        """Call the API and read its JSON; fail with what the server said."""
        response = self.client.request(method, path, **request)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def get(self, path: str, **query: Any) -> Any:  # noqa: ANN401
        """Read something."""
        return self.ask("GET", path, params=query)

    def post(self, path: str, **request: Any) -> Any:  # noqa: ANN401
        """Do something."""
        return self.ask("POST", path, **request)

    def refused(self, method: str, path: str, **request: Any) -> Answer:  # noqa: ANN401
        """Call the API and read the problem that it answers."""
        response = self.client.request(method, path, **request)
        assert response.is_error, f"{method} {path} was allowed: {response.status_code}"
        assert response.headers["content-type"].startswith("application/problem+json")
        problem: Answer = response.json()
        return problem

    def announce(self, file: Path, **about: str) -> Answer:
        """Announce a file to come."""
        body = {"file_name": file.name, "size_bytes": file.stat().st_size, **about}
        upload: Answer = self.post("/uploads", json=body)
        return upload

    def send_part(self, upload: Answer, file: Path, number: int) -> None:
        """Send one part of an announced file."""
        size = upload["part_size_bytes"]
        with file.open("rb") as content:
            content.seek((number - 1) * size)
            part = content.read(size)
        self.ask("PUT", f"/uploads/{upload['id']}/parts/{number}", content=part)

    def send(self, file: Path, **about: str) -> Answer:
        """Send a whole file; answers the item it became."""
        upload = self.announce(file, **about)
        for number in range(1, upload["part_count"] + 1):
            self.send_part(upload, file, number)
        item: Answer = self.post(f"/uploads/{upload['id']}/complete")
        return item

    def bring(self, *files: Path, **about: str) -> list[Answer]:
        """Send files and wait until each has ended; answers their items in the same order."""
        items = [self.send(file, **about) for file in files]
        return [self.ended(item["id"]) for item in items]

    def ended(self, item_id: str) -> Answer:
        """The item, once nothing happens to it any more."""

        def ended() -> Answer | None:
            item: Answer = self.get(f"/imports/items/{item_id}")["item"]
            return item if item["state"] in ENDED else None

        return until(ended, f"item {item_id} has not ended")

    def track(self, item: Answer) -> Answer:
        """The track that a published file became."""
        assert item["state"] == "published", item
        track: Answer = self.get(f"/tracks/{item['track_id']}")
        return track

    def albums(self) -> dict[str, Answer]:
        """All albums by title."""
        return {album["title"]: album for album in self.get("/albums", limit=500)["items"]}

    def titles(self) -> set[str]:
        """The titles of all tracks."""
        return {track["title"] for track in self.get("/tracks", limit=500)["items"]}


def until(found: Callable[[], T | None], otherwise: str, patience_s: float = PATIENCE_S) -> T:
    """Ask again and again until there is an answer."""
    give_up = time.monotonic() + patience_s
    while True:
        answer = found()
        if answer:
            return answer
        if time.monotonic() > give_up:
            raise TimeoutError(otherwise)
        time.sleep(0.1)


def states(items: Iterable[Answer]) -> list[str]:
    """How files ended."""
    return [item["state"] for item in items]
