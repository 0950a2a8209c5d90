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


def test_a_new_server_has_something_to_play(tmp_path: Path) -> None:
    with running(tmp_path / "var", TUTTI_DEMO="true") as tutti, Listener(tutti.address) as nadia:

        def playable() -> list[Answer]:
            items: list[Answer] = nadia.get("/tracks")["items"]
            return items

        # The others are still on their way when the library goes, as with an impatient person.
        first = until(playable, "the demo library stays empty")[0]
        assert first["demo"]
        assert first["cover_sha256"]
        sound = heard(nadia.client.get(f"/tracks/{first['id']}/stream?quality=high").content)
        assert sound.duration_s * 1000 == pytest.approx(first["duration_ms"], abs=150)

        [demo] = [each for each in nadia.get("/libraries")["items"] if each["demo"]]
        assert nadia.ask("DELETE", f"/libraries/{demo['id']}")["removed_track_count"] >= 1
        assert nadia.get("/tracks")["total"] == 0
        assert [each["demo"] for each in nadia.get("/libraries")["items"]] == [False]
