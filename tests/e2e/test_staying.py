"""What is there after everything was stopped and started again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.listener import PASSWORD, Listener
from tests.sounds import LARGE, Piece
from tests.tagging import Tags, cover

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import Tutti

pytestmark = pytest.mark.slow


def test_nothing_is_lost_when_everything_stops_in_the_middle(
    tutti: Tutti, nadia: Listener, tmp_path: Path
) -> None:
    tags = Tags(title="Here to stay", artists=("Bo",), album="Kept", cover=cover("#225522"))
    [kept] = nadia.bring(Piece(90, 440.0, tags=tags).encoded(tmp_path / "kept"))
    playlist = nadia.post("/playlists", json={"name": "Kept", "track_ids": [kept["track_id"]]})
    half = Piece(91, duration_s=12).encoded(tmp_path / "half", "wav", *LARGE)
    upload = nadia.announce(half)
    nadia.send_part(upload, half, 1)
    on_their_way = [
        nadia.send(Piece(92 + n, tags=Tags(title=f"Late {n}")).encoded(tmp_path / f"late{n}"))
        for n in (1, 2, 3)
    ]

    tutti.stop()
    tutti.start()

    assert nadia.get("/me")["name"] == nadia.name  # the same session
    assert nadia.post("/auth/sign-in", json={"name": nadia.name, "password": PASSWORD})
    for item in on_their_way:
        nadia.track(nadia.ended(item["id"]))
    nadia.send_part(upload, half, 2)
    nadia.track(nadia.ended(nadia.post(f"/uploads/{upload['id']}/complete")["id"]))
    assert nadia.get("/tracks")["total"] == 5
    track = nadia.track(kept)
    assert nadia.client.get(f"/tracks/{track['id']}/stream").is_success
    assert nadia.client.get(f"/covers/{track['cover_sha256']}").is_success
    entries = nadia.get(f"/playlists/{playlist['id']}")["items"]
    assert [entry["track"]["title"] for entry in entries] == ["Here to stay"]
