"""Programs that others wrote for servers like this one: every call that they make succeeds."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.programs.program import ROOT
from services.gateway.tests.apps import App, app_of
from services.gateway.tests.recordings import HLS, publish
from services.gateway.tests.test_apps_media import painted
from tests.broadcaster import broadcasting
from tests.sounds import Piece
from tests.tagging import Tags
from tutti.catalog.v1 import music_pb2
from tutti.ingest.v1 import events_pb2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

CLIENTS = ROOT / ".clients"
PROGRAMS = ROOT / "tests/opensubsonic"
ORIGINAL = b"fLaC" + bytes(range(256)) * 100
ARTIST, TITLE, GENRE = "Zoë & so", "Blau", "Nachtmusik"
STATION = "https://radio.example/of-a-test.mp3"
PATIENCE_S = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CLIENTS / ".installed").exists(),
        reason="the clients are not installed: `make test` does it, or `make .clients/.installed`",
    ),
]


@dataclass(frozen=True, slots=True)
class Known:
    """A server with a song, and what a program has to know of it."""

    about: dict[str, Any]
    app: App
    song: dict[str, Any]


@pytest.fixture
async def known(site: Site, ada: Person, operator: Person) -> AsyncIterator[Known]:
    song = await _released(site, ada)
    app, boss = await app_of(ada, site.client), await app_of(operator, site.client)
    await app.ask("star", id=f"tr-{song['id']}")
    await app.ask("createPlaylist", name="Night", songId=f"tr-{song['id']}")
    with broadcasting() as air:
        about = {
            "port": site.client.base_url.port,
            "url": site.address,
            "user": app.user_name,
            "password": app.secret,
            "operator": boss.user_name,
            "operator_password": boss.secret,
            "artist": ARTIST,
            "title": TITLE,
            "genre": GENRE,
            "feed": air.feed("/feed.xml", "Night talk", []),
            "station": STATION,
            "newcomer": f"eve-{uuid.uuid4().hex[:8]}",
        }
        await boss.ask("createInternetRadioStation", name="of a test", streamUrl=STATION)
        yield Known(about, app, song)
    for station in (await boss.ask("getInternetRadioStations"))["internetRadioStations"].get(
        "internetRadioStation", []
    ):
        if station["streamUrl"] == STATION:
            await boss.ask("deleteInternetRadioStation", id=station["id"])


async def _released(site: Site, person: Person) -> dict[str, Any]:
    """A song with a file, an HLS playlist and a cover that can be painted."""
    place = f"audio/of-{person.id}"
    await site.objects.put_bytes(f"{place}.flac", ORIGINAL, "audio/flac")
    for name, content in HLS.items():
        await site.objects.put_bytes(f"{place}/{name}", content, "application/octet-stream")
    form = music_pb2.SourceFormat(
        container="flac", codec="flac", size_bytes=len(ORIGINAL), file_name="a.flac", lossless=True
    )
    original = music_pb2.Rendition(
        quality=music_pb2.QUALITY_ORIGINAL,
        object_key=f"{place}.flac",
        content_type="audio/flac",
        size_bytes=len(ORIGINAL),
    )
    hls = music_pb2.Rendition(
        quality=music_pb2.QUALITY_HLS,
        object_key=f"{place}/master.m3u8",
        content_type="application/vnd.apple.mpegurl",
        size_bytes=100,
    )
    song = await publish(
        site,
        person,
        TITLE,
        events_pb2.AlbumTags(title="Dusk", date="1999-05-01", original_date="1987-03-04"),
        artists=[music_pb2.ArtistCredit(name=ARTIST)],
        genres=[GENRE],
        format=form,
        renditions=[original, hls],
    )
    for suffix in ("", "-96", "-300", "-600"):
        key = f"covers/{song['cover_sha256']}{suffix}.webp"
        await site.objects.put_bytes(key, painted(600), "image/webp")
    return song


async def run(*command: str | Path, **environment: str) -> str:
    """Run a program that has nothing but what it is given, and insist that it succeeds."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={"PATH": f"{ROOT}/.node/bin:{os.environ['PATH']}", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def test_every_method_of_py_sonic_succeeds(known: Known) -> None:
    libraries = str(CLIENTS / "python")
    told = json.dumps(known.about)
    said = await run(sys.executable, PROGRAMS / "py_sonic.py", told, PYTHONPATH=libraries)
    assert int(said) == 76


async def test_every_method_of_subsonic_connector_succeeds(known: Known) -> None:
    libraries = str(CLIENTS / "connector")
    told = json.dumps(known.about)
    said = await run(sys.executable, PROGRAMS / "connector.py", told, PYTHONPATH=libraries)
    assert int(said) == 28


@pytest.mark.parametrize("post", [False, True], ids=["address", "form"])
async def test_every_method_of_subsonic_api_succeeds(
    known: Known, ada: Person, operator: Person, *, post: bool
) -> None:
    library = (CLIENTS / "node_modules/subsonic-api/lib/index.js").as_uri()
    proofs: dict[str, Any] = {
        "auth": {"username": known.about["user"], "password": known.about["password"]},
        "operator": {
            "username": known.about["operator"],
            "password": known.about["operator_password"],
        },
    }
    if post:  # and by API key
        for name, person in (("auth", ada), ("operator", operator)):
            key = await person.ask("POST", "/me/api-keys", 201, json={"name": "node"})
            proofs[name] = {"apiKey": key["secret"]}
    told = json.dumps({**known.about, **proofs, "library": library, "post": post})
    said = await run("node", PROGRAMS / "subsonic_api.mjs", told)
    assert int(said) == 81


async def test_beets_has_the_server_look_for_music_and_reads_its_playlists(
    known: Known, tmp_path: Path
) -> None:
    about = known.about
    settings = {
        "directory": str(tmp_path / "music"),
        "library": str(tmp_path / "library.db"),
        "plugins": ["subsonicupdate", "subsonicplaylist"],
        "subsonic": {
            "url": about["url"],
            "user": about["operator"],
            "pass": about["operator_password"],
            "auth": "token",
        },
        "subsonicplaylist": {
            "base_url": about["url"],
            "username": about["user"],
            "password": about["password"],
            "playlist_names": ["Night"],
        },
    }
    (tmp_path / "config.yaml").write_text(json.dumps(settings))  # YAML holds JSON
    tags = Tags(title=TITLE, artists=(ARTIST,), album="Dusk")
    song = Piece(seed=5, duration_s=1.0, tags=tags).encoded(tmp_path / "blau", "flac")

    async def beet(*given: str | Path) -> str:
        said = await run(
            *(sys.executable, "-m", "beets", "-v", *given),
            PYTHONPATH=str(CLIENTS / "python"),
            BEETSDIR=str(tmp_path),
            HOME=str(tmp_path),
        )
        assert "Error" not in said, said
        return said

    said = await beet("import", "--quiet", "--noautotag", "--nocopy", song)
    assert "Updating Subsonic; scanning" in said, said
    await beet("subsonicplaylist")
    assert ";Night;" in await beet("ls", "-f", "$subsonic_playlist")
