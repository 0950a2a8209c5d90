"""How files come in: in parts, seen on their way, once."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.listener import Answer, Listener, states
from tests.sounds import LARGE, Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_an_upload_goes_on_where_it_was(nadia: Listener, tmp_path: Path) -> None:
    file = Piece(20, duration_s=12).encoded(tmp_path / "long", "wav", *LARGE)
    about = {"file_name": file.name, "size_bytes": file.stat().st_size}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    upload = nadia.post("/uploads", json=about, headers=key)
    assert upload["part_count"] == 2
    nadia.send_part(upload, file, 1)
    early = nadia.refused("POST", f"/uploads/{upload['id']}/complete")
    assert early["status"] == 409

    again = nadia.post("/uploads", json=about, headers=key)
    assert (again["id"], again["received_parts"]) == (upload["id"], [1])
    nadia.send_part(again, file, 2)
    nadia.send_part(again, file, 1)
    item = nadia.post(f"/uploads/{upload['id']}/complete")
    assert nadia.post(f"/uploads/{upload['id']}/complete")["id"] == item["id"]
    track = nadia.track(nadia.ended(item["id"]))
    original = nadia.client.get(f"/tracks/{track['id']}/stream", params={"quality": "original"})
    assert original.content == file.read_bytes()


def test_a_part_of_the_wrong_size_is_refused(nadia: Listener, tmp_path: Path) -> None:
    file = Piece(21, duration_s=2).encoded(tmp_path / "short")
    upload = nadia.announce(file)
    size_bytes = file.stat().st_size
    for number, wrong in ((1, size_bytes - 1), (1, size_bytes + 1), (2, size_bytes)):
        address = f"/uploads/{upload['id']}/parts/{number}"
        assert nadia.refused("PUT", address, content=bytes(wrong))["status"] in (413, 422)
    nadia.ask("DELETE", f"/uploads/{upload['id']}")
    assert nadia.refused("GET", f"/uploads/{upload['id']}")["status"] == 404


def test_one_can_watch_a_batch_until_it_is_there(nadia: Listener, tmp_path: Path) -> None:
    batch_id = str(uuid.uuid4())
    files = [Piece(22 + n, tags=Tags(title=f"Take {n}")).encoded(tmp_path / f"{n}") for n in (1, 2)]
    for file in files:
        nadia.send(file, batch_id=batch_id)
    progress: dict[str, list[float]] = {}
    for kind, news in _followed(nadia, batch_id):
        if kind == "item":
            progress.setdefault(news["file_name"], []).append(news["progress"])
        elif news["published_count"] == len(files):
            assert news["progress"] == pytest.approx(1.0)
            break
    for seen in progress.values():
        assert seen == sorted(seen)
        assert seen[-1] == pytest.approx(1.0)
    [batch] = nadia.get("/imports/batches")["items"]
    assert (batch["id"], batch["item_count"], batch["published_count"]) == (batch_id, 2, 2)
    assert nadia.get("/imports/status")["published_count"] == 2


def _followed(nadia: Listener, batch_id: str) -> list[tuple[str, Answer]]:
    """The events of a batch up to the one that says that all has ended."""
    told: list[tuple[str, Answer]] = []
    with nadia.client.stream("GET", "/imports/events", params={"batch_id": batch_id}) as events:
        assert events.headers["Content-Type"].startswith("text/event-stream")
        kind = ""
        for line in events.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                told.append((kind, json.loads(value)))
                if kind == "batch" and told[-1][1]["published_count"] == 2:
                    return told
    raise AssertionError("the events ended before the batch did")


def test_each_step_tells_what_it_did(nadia: Listener, tmp_path: Path) -> None:
    [item] = nadia.bring(Piece(25, duration_s=4).encoded(tmp_path / "steps", "mp3"))
    steps = {step["name"]: step for step in nadia.get(f"/imports/items/{item['id']}")["steps"]}
    assert {step["state"] for step in steps.values()} == {"done"}
    assert {"probe", "tags", "fingerprint", "loudness", "features", "publish"} < set(steps)
    assert all(step["attempts"] >= 1 for step in steps.values())
    assert steps["features"]["engine"]
    assert steps["features"]["engine_version"]


def test_the_same_bytes_are_a_duplicate(nadia: Listener, tmp_path: Path) -> None:
    file = Piece(26, tags=Tags(title="Once")).encoded(tmp_path / "once")
    [first], [second] = nadia.bring(file), nadia.bring(file)
    assert (first["state"], second["state"]) == ("published", "duplicate")
    assert second["track_id"] == first["track_id"]
    assert nadia.get("/tracks")["total"] == 1


def test_a_better_copy_replaces_a_worse_one(nadia: Listener, tmp_path: Path) -> None:
    piece = Piece(27, tags=Tags(title="Same song", artists=("Bo",), album="Best of"))
    [worse] = nadia.bring(piece.encoded(tmp_path / "worse", "mp3"))
    track = nadia.track(worse)
    nadia.ask("PUT", f"/favourites/track/{track['id']}")
    [better] = nadia.bring(piece.encoded(tmp_path / "better", "flac"))
    assert (better["state"], better["track_id"]) == ("published", track["id"])
    replaced = nadia.track(better)
    assert replaced["format"]["codec"] == "flac"
    assert replaced["favourite_at"] is not None
    assert nadia.get("/tracks")["total"] == 1


def test_a_worse_copy_is_a_duplicate(nadia: Listener, tmp_path: Path) -> None:
    piece = Piece(28, tags=Tags(title="Same song", artists=("Bo",), album="Best of"))
    [better] = nadia.bring(piece.encoded(tmp_path / "better", "flac"))
    [worse] = nadia.bring(piece.encoded(tmp_path / "worse", "ogg"))
    assert (better["state"], worse["state"]) == ("published", "duplicate")
    assert worse["track_id"] == better["track_id"]
    assert nadia.track(better)["format"]["codec"] == "flac"


def test_another_person_may_bring_the_same_recording(
    nadia: Listener, join: Callable[[], Listener], tmp_path: Path
) -> None:
    file = Piece(29, tags=Tags(title="Ours")).encoded(tmp_path / "ours")
    bo = join()
    assert states(nadia.bring(file) + bo.bring(file)) == ["published", "published"]
    assert nadia.titles() == bo.titles() == {"Ours"}
    [track] = nadia.get("/tracks")["items"]
    nadia.ask("DELETE", f"/tracks/{track['id']}")
    assert nadia.titles() == set()
    [left] = bo.get("/tracks")["items"]
    sound = bo.client.get(f"/tracks/{left['id']}/stream", params={"quality": "original"})
    assert sound.content == file.read_bytes()
