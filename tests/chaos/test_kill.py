"""An import during which any process may die, again and again, and nothing is lost or doubled."""

from __future__ import annotations

import json
import random
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from libs.common.objects import blocking_objects
from libs.common.settings import ObjectStoreSettings
from scripts.servers import swift
from tests.listener import ENDED, Listener, until
from tests.running import running
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.listener import Answer
    from tests.running import Tutti

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(900)]

GOOD, BAD = 36, 4
KILLS = 10
PAUSE_S = (1.0, 3.5)
PATIENCE_S = 150.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Tutti]:
    """A fleet of its own, so that nobody else's test loses a process."""
    with running(tmp_path / "var") as fleet:
        yield fleet


def test_whoever_dies_every_file_ends_once(house: Tutti, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201  shown when the test fails
    files = [*_good(tmp_path), *_bad(tmp_path)]
    random.Random(seed).shuffle(files)  # noqa: S311  not a secret
    with Listener(house.address) as nadia:
        killer = Killer(house, seed)
        killer.start()
        sent = [_sent(nadia, file) for file in files]
        killer.join()
        print("killed", killer.killed)  # noqa: T201
        items = until(lambda: _all_ended(nadia), "files are still on their way", PATIENCE_S)

        assert len(killer.killed) == KILLS
        assert {item["id"] for item in items} == set(sent)
        states = {item["file_name"]: item["state"] for item in items}
        assert states == {
            file.name: "quarantined" if file.stem.startswith("bad") else "published"
            for file in files
        }
        assert all(item["reason"] for item in items if item["state"] == "quarantined")
        _agree(house, nadia, items)


def _good(folder: Path) -> list[Path]:
    return [
        Piece(
            500 + n,
            duration_s=5,
            tags=Tags(title=f"Piece {n}", artists=(f"Artist {n % 5}",), album=f"Album {n % 7}"),
        ).encoded(folder / f"good{n}", ("flac", "mp3", "opus")[n % 3])
        for n in range(GOOD)
    ]


def _bad(folder: Path) -> list[Path]:
    files = [folder / f"bad{n}.flac" for n in range(BAD)]
    for n, file in enumerate(files):
        file.write_bytes(b"not music, number %d" % n)
    return files


class Killer(threading.Thread):
    """Kills one process after another, any of them but the supervisor, which restarts them."""

    def __init__(self, house: Tutti, seed: int) -> None:
        super().__init__(name="killer", daemon=True)
        self._house = house
        self._random = random.Random(seed)  # noqa: S311  to be repeated, not to be secret
        self.killed: list[str] = []

    def run(self) -> None:
        """Kill as often as was asked."""
        while len(self.killed) < KILLS:
            time.sleep(self._random.uniform(*PAUSE_S))
            victims = self._victims()
            if not victims:
                continue
            name = self._random.choice(sorted(victims))
            with suppress(psutil.NoSuchProcess):
                victims[name].send_signal(signal.SIGKILL)
                self.killed.append(name)

    def _victims(self) -> dict[str, psutil.Process]:
        """By what it is; the children of a worker count as one more kind."""
        found: dict[str, psutil.Process] = {}
        supervisor, *_ = self._house.processes()
        for process in supervisor.children():
            with suppress(psutil.NoSuchProcess):
                words = " ".join(process.cmdline())
                if "scripts.programs.warden" in words or not words:
                    continue
                found[words] = process
                children = process.children()
                if "ingest.worker" in words and children:
                    found["a child of the worker"] = self._random.choice(children)
        return found


def _sent(nadia: Listener, file: Path) -> str:
    """Send a file as any client does: again until it is taken, under one key."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            return _send_once(nadia, file)
        except (httpx.HTTPError, Again):
            assert time.monotonic() < give_up, f"{file.name} is not taken"
            time.sleep(0.3)


class Again(Exception):
    """The server could not just now."""


def _send_once(nadia: Listener, file: Path) -> str:
    body = {"file_name": file.name, "size_bytes": file.stat().st_size, "batch_id": "chaos"}
    key = {"Idempotency-Key": file.name}
    upload = _asked(nadia, "POST", "/uploads", json=body, headers=key)
    if not upload["received_parts"]:
        _asked(nadia, "PUT", f"/uploads/{upload['id']}/parts/1", content=file.read_bytes())
    return str(_asked(nadia, "POST", f"/uploads/{upload['id']}/complete")["id"])


def _asked(nadia: Listener, method: str, path: str, **request: object) -> Answer:
    response = nadia.client.request(method, path, **request)  # type: ignore[arg-type]  # httpx's own
    if response.is_server_error or response.status_code in (409, 429):
        raise Again(response.text)
    assert response.is_success, response.text
    answer: Answer = response.json() if response.content else {}
    return answer


def _all_ended(nadia: Listener) -> list[Answer] | None:
    with suppress(httpx.HTTPError, Again):
        items: list[Answer] = _asked(nadia, "GET", "/imports/items?batch_id=chaos&limit=500")[
            "items"
        ]
        return items if all(item["state"] in ENDED for item in items) else None
    return None


def _agree(house: Tutti, nadia: Listener, items: list[Answer]) -> None:
    """Rows and objects tell the same: nothing is missing, nothing is left over."""
    tracks = nadia.get("/tracks", limit=500)["items"]
    published = [item for item in items if item["state"] == "published"]
    assert sorted(track["id"] for track in tracks) == sorted(item["track_id"] for item in published)
    assert sorted(track["title"] for track in tracks) == sorted(f"Piece {n}" for n in range(GOOD))
    assert len(nadia.albums()) == 7
    contents = {track["content_sha256"] for track in tracks}
    assert contents == {item["content_sha256"] for item in published}
    for track in tracks:
        for quality in ("original", "high", "medium", "low", "opus", "preview"):
            played = nadia.client.get(f"/tracks/{track['id']}/stream", params={"quality": quality})
            assert played.is_success, (track["title"], quality, played.text)
            assert len(played.content) == int(played.headers["Content-Length"])
    objects = blocking_objects(_object_store(house))
    kept = {key.split("/")[1] for key in objects.keys("audio/")}
    assert contents <= kept
    assert kept <= {item["content_sha256"] for item in items}
    # What is in quarantine keeps its parts, so that it can be tried again, until it is dismissed.
    for item in items:
        if item["state"] == "quarantined":
            _asked(nadia, "DELETE", f"/imports/items/{item['id']}")
    until(
        lambda: not [*objects.keys("staging/")],
        "parts of uploads are left over",
    )


def _object_store(house: Tutti) -> ObjectStoreSettings:
    ports = json.loads((house.home / "ports.json").read_text())
    secrets = json.loads((house.home / "secrets.json").read_text())
    return ObjectStoreSettings(
        s3_endpoint=f"http://127.0.0.1:{ports['s3']}",
        s3_access_key=swift.ACCESS_KEY,
        s3_secret_key=secrets["s3"],
    )
