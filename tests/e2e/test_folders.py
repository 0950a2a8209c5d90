"""A folder full of music: seen at once, played soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.listener import Answer, Listener, states, until
from tests.running import running
from tests.sounds import Piece, heard
from tests.tagging import Tags

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

COUNT = 5


def _furnish(folder: Path) -> None:
    folder.mkdir()
    for n in range(COUNT):
        tags = Tags(title=f"Part {n}", artists=("Ada",), album="Dawn", track=n + 1)
        Piece(800 + n, duration_s=6, tags=tags).encoded(folder / f"{n}", ("mp3", "flac")[n % 2])
    broken = Piece(899, duration_s=6, tags=Tags(title="Broken")).encoded(folder / "broken")
    broken.write_bytes(broken.read_bytes()[:20_000])


def test_a_folder_is_seen_at_once_and_played_soon(tmp_path: Path) -> None:
    music = tmp_path / "music"
    _furnish(music)
    home = tmp_path / "var"
    with running(home, INGEST_MUSIC_FOLDERS=str(music)) as tutti, Listener(tutti.address) as nadia:
        library = nadia.post("/libraries", json={"name": "Folder", "folder": str(music)})
        assert nadia.post(f"/libraries/{library['id']}/scan")["new_count"] == COUNT + 1

        def all_shown() -> list[Answer] | None:
            tracks: list[Answer] = nadia.get("/tracks", order="album")["items"]
            return tracks if len(tracks) >= COUNT else None

        tracks = until(all_shown, "the folder is not shown")
        ids = {track["title"]: track["id"] for track in tracks}
        last = next(track for track in reversed(tracks) if track["title"] == f"Part {COUNT - 1}")
        assert last["duration_ms"] == pytest.approx(6000, abs=100)
        if last["preparing"]:
            assert (last["content_sha256"], last["renditions"]) == (None, [])
        assert nadia.albums()["Dawn"]["track_count"] >= COUNT
        cursor = nadia.get("/changes", limit=500)["next_cursor"]

        sound = until(lambda: _sound_of(nadia, last["id"]), "what is wanted is not played")
        assert heard(sound).duration_s == pytest.approx(6.0, abs=0.1)

        def all_prepared() -> list[Answer] | None:
            now: list[Answer] = nadia.get("/tracks")["items"]
            done = len(now) == COUNT and not any(track["preparing"] for track in now)
            return now if done else None

        prepared = until(all_prepared, "the folder is not prepared")
        ids.pop("Broken", None)
        assert {each["title"]: each["id"] for each in prepared if each["title"] in ids} == ids
        for item in nadia.get("/imports/items", limit=100)["items"]:
            nadia.ended(item["id"])  # ingest hears a moment later what the catalog has published
        ended = states(nadia.get("/imports/items", limit=100)["items"])
        assert sorted(ended) == ["published"] * COUNT + ["quarantined"]
        told = nadia.get("/changes", limit=500, cursor=cursor)["changes"]
        news = [change["track"] for change in told if change["kind"] == "track"]
        assert not any(track["preparing"] for track in news)


def _sound_of(nadia: Listener, track_id: str) -> bytes | None:
    answer = nadia.client.get(f"/tracks/{track_id}/stream", params={"quality": "high"})
    if answer.status_code == 409:
        assert answer.json()["code"] == "preparing"
        return None
    assert answer.status_code == 200, answer.text
    return answer.content
