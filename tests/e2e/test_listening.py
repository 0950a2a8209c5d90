"""What a listener keeps: playlists, the queue, favourites, plays, and their copies elsewhere."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.listener import Answer, Listener, until
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Shelf

pytestmark = pytest.mark.slow


def test_a_playlist_keeps_its_order(shelf: Shelf) -> None:
    nadia, ids = shelf.owner, [track["id"] for track in shelf.tracks.values()]
    made = nadia.post("/playlists", json={"name": "Für später", "track_ids": ids[:3]})
    assert _order(nadia, made) == ids[:3]
    entries = nadia.get(f"/playlists/{made['id']}")["items"]
    edit = {
        "version": made["version"],
        "remove": [entries[0]["entry_id"]],
        "add": [ids[4]],
        "add_at": 0,
        "move": {"entry_id": entries[2]["entry_id"], "to": 0},
    }
    nadia.post(f"/playlists/{made['id']}/tracks", json=edit)
    assert _order(nadia, made) == [ids[2], ids[4], ids[1]]
    stale = nadia.refused("POST", f"/playlists/{made['id']}/tracks", json=edit)
    assert stale["status"] == 409
    nadia.ask("PATCH", f"/playlists/{made['id']}", json={"name": "Now"})
    assert [each["name"] for each in nadia.get("/playlists")["items"]] == ["Now"]
    nadia.ask("DELETE", f"/playlists/{made['id']}")
    assert nadia.get("/playlists")["items"] == []


def _order(nadia: Listener, playlist: Answer) -> list[str]:
    answer = nadia.get(f"/playlists/{playlist['id']}")
    return [entry["track"]["id"] for entry in answer["items"]]


def test_a_smart_playlist_finds_its_tracks_by_itself(shelf: Shelf) -> None:
    rule = {"conditions": [{"field": "genre", "operator": "is", "value": "Jazz"}]}
    made = shelf.owner.post("/playlists", json={"name": "Jazz", "rule": rule})
    assert set(_order(shelf.owner, made)) == {shelf.tracks[form]["id"] for form in ("flac", "mp3")}
    shelf.owner.ask("DELETE", f"/playlists/{made['id']}")


def test_the_queue_follows_from_device_to_device(shelf: Shelf) -> None:
    nadia, ids = shelf.owner, [track["id"] for track in shelf.tracks.values()]
    kept = {"track_ids": ids, "current_index": 2, "position_ms": 4321, "changed_by": "kitchen"}
    version = nadia.ask("PUT", "/queue", json=kept)["version"]
    found = nadia.get("/queue")
    assert [track["id"] for track in found["tracks"]] == ids
    assert {name: found["queue"][name] for name in kept} == kept
    nadia.ask("PUT", "/queue", json={**kept, "position_ms": 5000, "version": version})
    late = nadia.refused("PUT", "/queue", json={**kept, "version": version})
    assert late["status"] == 409


def test_favourites_and_ratings_are_remembered(shelf: Shelf) -> None:
    nadia, track = shelf.owner, shelf.tracks["aac"]
    nadia.ask("PUT", f"/favourites/track/{track['id']}")
    nadia.ask("PUT", f"/favourites/album/{track['album_id']}")
    nadia.ask("PUT", f"/ratings/track/{track['id']}", json={"rating": 4})
    loved = nadia.get("/tracks", favourites=True)["items"]
    assert [(each["id"], each["rating"]) for each in loved] == [(track["id"], 4)]
    albums = nadia.get("/albums", favourites=True)["items"]
    assert [album["id"] for album in albums] == [track["album_id"]]
    nadia.ask("DELETE", f"/favourites/track/{track['id']}")
    assert nadia.get("/tracks", favourites=True)["total"] == 0


def test_a_play_counts_once_however_often_it_is_told(shelf: Shelf) -> None:
    nadia, track = shelf.owner, shelf.tracks["opus"]
    play = {
        "id": uuid.uuid4().hex,
        "track_id": track["id"],
        "started_at": datetime.now(UTC).isoformat(),
        "played_ms": 7900,
        "end": "completed",
    }
    for _ in range(3):
        assert nadia.post("/plays", json={"plays": [play]})["accepted_count"] == 1

    def counted() -> Answer | None:
        now: Answer = nadia.get(f"/tracks/{track['id']}")
        return now if now["play_count"] else None

    assert until(counted, "the play was not counted")["play_count"] == 1
    plays = [each for each in nadia.get("/plays")["items"] if each["id"] == play["id"]]
    assert [each["track"]["id"] for each in plays] == [track["id"]]


def test_a_place_in_a_track_is_remembered(shelf: Shelf) -> None:
    nadia, track_id = shelf.owner, shelf.tracks["wav"]["id"]
    nadia.ask("PUT", f"/bookmarks/{track_id}", json={"position_ms": 1234, "comment": "hier"})
    [kept] = nadia.get("/bookmarks")["items"]
    assert (kept["track"]["id"], kept["position_ms"], kept["comment"]) == (track_id, 1234, "hier")
    nadia.ask("DELETE", f"/bookmarks/{track_id}")
    assert nadia.get("/bookmarks")["items"] == []


def test_an_app_that_was_away_learns_all_that_changed(nadia: Listener, tmp_path: Path) -> None:
    start = _caught_up(nadia, "")[1]
    tags = Tags(title="New", artists=("Bo",), album="Fresh")
    [item] = nadia.bring(Piece(80, duration_s=4, tags=tags).encoded(tmp_path / "new"))
    changes, after_import = _caught_up(nadia, start)
    added = {change["kind"]: change[change["kind"]] for change in changes}
    assert added["track"]["title"] == "New"
    assert added["album"]["title"] == "Fresh"
    assert added["artist"]["name"] == "Bo"

    track_id = item["track_id"]
    nadia.ask("PATCH", f"/tracks/{track_id}", json={"title": "Newer"})
    changes, after_edit = _caught_up(nadia, after_import)
    assert [each["track"]["title"] for each in changes if each["kind"] == "track"] == ["Newer"]

    nadia.ask("DELETE", f"/tracks/{track_id}")
    changes, _ = _caught_up(nadia, after_edit)
    gone = {(each["removed"]["kind"], each["removed"]["id"]) for each in changes
            if each["kind"] == "removed"}  # fmt: skip
    assert ("track", track_id) in gone


def _caught_up(nadia: Listener, cursor: str) -> tuple[list[Answer], str]:
    changes: list[Answer] = []
    while True:
        page = nadia.get("/changes", cursor=cursor, limit=2)
        changes += page["changes"]
        cursor = page["next_cursor"]
        if not page["more"]:
            return changes, cursor


def test_what_is_written_about_music_can_be_put_right(nadia: Listener, tmp_path: Path) -> None:
    tags = Tags(title="Tpyo", artists=("Bo",), album="Fisrt")
    [item] = nadia.bring(Piece(81, duration_s=4, tags=tags).encoded(tmp_path / "typo"))
    track = nadia.track(item)
    edit = {"title": "Typo", "artist_names": ["Bo", "Cleo"], "genres": ["Jazz"], "track_number": 7}
    edited = nadia.ask("PATCH", f"/tracks/{track['id']}", json=edit)
    assert (edited["title"], edited["genres"], edited["track_number"]) == ("Typo", ["Jazz"], 7)
    assert [credit["name"] for credit in edited["artists"]] == ["Bo", "Cleo"]
    nadia.ask("PATCH", f"/albums/{track['album_id']}", json={"title": "First", "date": "1999-12"})
    assert nadia.albums()["First"]["date"] == "1999-12"
    words = {"language": "deu", "lines": [{"start_ms": 10, "text": "Ach"}]}
    nadia.ask("PUT", f"/tracks/{track['id']}/lyrics", json=words)
    assert nadia.get(f"/tracks/{track['id']}/lyrics")["lines"] == words["lines"]
    assert nadia.get(f"/tracks/{track['id']}")["has_synced_lyrics"]
