"""The same library in Tutti's catalog and in a folder of files for Supysonic."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from libs.common.postgres import connect
from scripts.servers import create_service_database
from scripts.servers.servers import known_servers
from scripts.servers.settings import External
from services.catalog.benchmarks.habits import PLAYED, listen_for_years
from services.catalog.benchmarks.shelf import ALBUMS_EACH, GENRES, TRACKS_EACH, Shelf, fill
from tests.benchmarks.peer import Supysonic
from tests.listener import Listener
from tests.running import Tutti, running
from tests.sounds import Piece
from tests.tagging import Tags, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SOUND_S = 0.5
MANY = {"GATEWAY_APP_REQUESTS_PER_MINUTE": "1000000"}


@contextmanager
def tutti_with(
    home: Path, track_count: int, sounds: Sequence[Path] = ()
) -> Iterator[tuple[Tutti, Listener, Shelf]]:
    """Run a fleet whose first listener sees so many tracks in two libraries, and brought sounds."""
    with running(home, **MANY) as tutti, Listener(tutti.address) as nadia:
        made = nadia.post("/libraries", json={"name": "Everyone's", "shared_with_all": True})
        if sounds:
            nadia.bring(*sounds)
        shelf = asyncio.run(_filled(home, nadia, str(made["id"]), track_count))
        yield tutti, nadia, shelf


async def _filled(home: Path, nadia: Listener, shared_id: str, track_count: int) -> Shelf:
    url = await create_service_database(known_servers(home, External.none()), "catalog")
    async with connect(url, "catalog", 1) as database, database.acquire() as connection:
        libraries = [nadia.library_id, shared_id] * 2
        shelf = await fill(connection, libraries, track_count)
        if track_count >= PLAYED:
            await listen_for_years(connection, [nadia.id], track_count)
    return shelf


def supysonic_with(
    home: Path, track_count: int, sounds: Sequence[Path], settings: str
) -> Supysonic:
    """Have Supysonic scan files tagged with the same names, and the same sounds."""
    music = home / "Music"
    _write_files(music, Shelf(["only"] * 4, track_count))
    for sound in sounds:
        shutil.copy(sound, music)
    peer = Supysonic(home / "supysonic")
    with (peer.home / "supysonic.conf").open("a") as configuration:
        configuration.write(settings)
    peer.add(music)
    peer.scan(music)
    return peer


def _write_files(folder: Path, shelf: Shelf) -> None:
    folder.mkdir(parents=True)
    sound = Piece(7, duration_s=SOUND_S).encoded(folder.parent / "sound", "mp3")
    titles = [str(row[3]) for row in shelf.track_rows()]
    for album, (name, title, (_, artist)) in enumerate(shelf.albums):
        place = folder / f"artist{album // ALBUMS_EACH:05}" / name
        place.mkdir(parents=True)
        for track in range(TRACKS_EACH):
            path = place / f"{track + 1:02}.mp3"
            shutil.copy(sound, path)
            tags = Tags(
                title=titles[album * TRACKS_EACH + track],
                artists=(artist,),
                album=title,
                album_artist=artist,
                track=track + 1,
                date=str(1960 + album % 65),
                genre=GENRES[album % len(GENRES)],
            )
            write(path, tags)
