"""What sounds alike, as music apps ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.gateway.tests.apps import App, app_of
from services.gateway.tests.recordings import publish
from tutti.catalog.v1 import music_pb2

if TYPE_CHECKING:
    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

ENERGIES = {"Dawn": 0.0, "Noon": 0.5, "Midnight": 1.0}


@pytest.fixture
async def app(site: Site, ada: Person) -> App:
    return await app_of(ada, site.client)


@pytest.fixture
async def songs(site: Site, ada: Person) -> dict[str, str]:
    """Three songs that differ in their energy, each by somebody else."""
    made = {}
    for title, energy in ENERGIES.items():
        heard = music_pb2.Analysis(engine="ear", engine_version="1", key="8A", energy=energy)
        by = [music_pb2.ArtistCredit(name=f"The {title}s")]
        made[title] = await publish(site, ada, title, analysis=heard, artists=by)
    return {title: f"tr-{track['id']}" for title, track in made.items()}


async def test_songs_that_sound_alike_come_nearest_first(app: App, songs: dict[str, str]) -> None:
    found = (await app.ask("getSimilarSongs", id=songs["Dawn"]))["similarSongs"]["song"]
    assert [song["title"] for song in found] == ["Noon", "Midnight"]
    matches = (await app.ask("getSonicSimilarTracks", id=songs["Midnight"], count=1))["sonicMatch"]
    assert [match["entry"]["title"] for match in matches] == ["Noon"]
    assert 0 < matches[0]["similarity"] < 1
    song = (await app.ask("getSong", id=songs["Dawn"]))["song"]
    for name in (song["artistId"], song["albumId"]):
        alike = (await app.ask("getSimilarSongs2", id=name, count=1))["similarSongs2"]["song"]
        assert [each["title"] for each in alike] == ["Noon"]
    others = (await app.ask("getArtistInfo2", id=song["artistId"]))["artistInfo2"]
    assert [each["name"] for each in others["similarArtist"]] == ["The Noons", "The Midnights"]
    assert (await app.ask("getSimilarSongs", id=songs["Dawn"], count=0))["similarSongs"] == {}


async def test_a_path_leads_from_song_to_song(app: App, songs: dict[str, str]) -> None:
    ends = {"startSongId": songs["Dawn"], "endSongId": songs["Midnight"]}
    path = (await app.ask("findSonicPath", **ends))["sonicMatch"]
    assert [step["entry"]["title"] for step in path] == list(ENERGIES)
    assert path[0]["similarity"] == 1
    short = (await app.ask("findSonicPath", **ends, count=2))["sonicMatch"]
    assert [step["entry"]["title"] for step in short] == ["Dawn", "Midnight"]
    assert (await app.refused("findSonicPath", startSongId=songs["Dawn"]))[0] == 10
    assert (await app.refused("getSonicSimilarTracks", id="tr-gone"))[0] == 70
    assert (await app.refused("getSimilarSongs", id="pl-1"))[0] == 70
