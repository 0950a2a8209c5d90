"""Whoever dies while a folder is looked through, each file is shown and prepared exactly once."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest

from tests.chaos.client import Bringer
from tests.chaos.files import made, playable
from tests.chaos.ground import Ground
from tests.chaos.killer import Killer
from tests.chaos.objects import audit_objects
from tests.chaos.rows import audit_rows
from tests.chaos.trial import BUSY
from tests.chaos.victims import victim
from tests.chaos.watch import Watch
from tests.listener import until
from tests.running import Tutti

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(900)]

FILES, KILLS = 14, 4
PATIENCE_S = 240.0
EARLY = ("ingest", "catalog")
"""Killed right after the scan began, while what was found is on its way to be shown."""


def test_a_folder_is_shown_and_prepared_once_whoever_dies(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)  # noqa: T201  shown when the test fails
    chance = random.Random(seed)  # noqa: S311  to be repeated, not to be secret
    folder = tmp_path / "files"
    folder.mkdir()
    files = made(folder, FILES, chance, tiny=True)
    fleet = Tutti(tmp_path / "var", INGEST_MUSIC_FOLDERS=str(folder))
    fleet.start()
    try:
        with Bringer(fleet.address) as bringer:
            _scan_under_kills(fleet, bringer, folder, chance)
            ground = Ground(fleet.home)
            until(lambda: _quiet(ground), "something is still to be tidied up", PATIENCE_S)
            assert asyncio.run(audit_rows(ground)) == []
            assert asyncio.run(audit_objects(ground)) == []
            tracks = [*bringer.pages("/tracks")]
            assert {track["content_sha256"] for track in tracks} == playable(files)
            assert not any(track["preparing"] for track in tracks)
    finally:
        fleet.crash()


def _scan_under_kills(fleet: Tutti, bringer: Bringer, folder: Path, chance: random.Random) -> None:
    about = {"name": "Folder", "folder": str(folder)}
    library = bringer.ask("POST", "/libraries", json=about)
    watch = Watch(bringer, FILES)
    killer = Killer(fleet, KILLS, chance, lambda: 2 * watch.progress())
    bringer.ask("POST", f"/libraries/{library['id']}/scan")
    for kind in EARLY:
        process = victim(fleet, kind, chance)
        assert process is not None
        process.kill()
    killer.start()
    lost = watch.wait_for_the_end(FILES, PATIENCE_S)
    killer.end(at_once=bool(lost))
    print("killed", killer.killed)  # noqa: T201
    assert not lost
    again = bringer.ask("POST", f"/libraries/{library['id']}/scan")
    assert (again["new_count"], again["unchanged_count"]) == (0, FILES)
    ended = [*bringer.pages("/imports/items")]
    bringer.dismiss([item for item in ended if item["state"] == "quarantined"])


def _quiet(ground: Ground) -> bool:
    [[busy]] = asyncio.run(ground.rows(BUSY))
    return not busy
