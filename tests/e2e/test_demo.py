"""The first minute of a new server is not empty, and what fills it goes with one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.listener import Answer, Listener, until
from tests.running import running
from tests.sounds import heard

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

LEAST_PIECES = 10


def test_a_new_server_has_something_to_play(tmp_path: Path) -> None:
    with running(tmp_path / "var", TUTTI_DEMO="true") as tutti, Listener(tutti.address) as nadia:

        def loaded() -> Answer | None:
            status = nadia.get("/admin/imports/status")
            done = status["published_count"] >= LEAST_PIECES
            return status if done and not status["processing_count"] else None

        status = until(loaded, "the demo library is not there")
        tracks = nadia.get("/tracks", limit=100)["items"]
        assert len(tracks) == status["published_count"]
        assert all(track["demo"] and track["cover_sha256"] for track in tracks)
        assert status["quarantined_count"] == status["undecided_count"] == 0
        sound = nadia.client.get(f"/tracks/{tracks[0]['id']}/stream?quality=high")
        assert heard(sound.content).duration_s * 1000 == pytest.approx(
            tracks[0]["duration_ms"], abs=150
        )

        [demo] = [each for each in nadia.get("/libraries")["items"] if each["demo"]]
        removed = nadia.ask("DELETE", f"/libraries/{demo['id']}")
        assert removed["removed_track_count"] == len(tracks)
        assert nadia.get("/tracks")["total"] == 0
        tutti.stop()
        tutti.start()
        assert [each["demo"] for each in nadia.get("/libraries")["items"]] == [False]
