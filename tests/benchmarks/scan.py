"""A folder of 5,000 tagged files, until all of it is shown: python -m tests.benchmarks.scan.

Supysonic scans the same folder in the same run.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.figures import machine
from tests.benchmarks.metering import Meter, cost, spent_here_s
from tests.benchmarks.peer import Supysonic, Uninstallable
from tests.listener import Listener, until
from tests.running import running
from tests.sounds import Piece
from tests.tagging import Tags, write

if TYPE_CHECKING:
    from tests.benchmarks.metering import Cost

ARTISTS, ALBUMS_EACH, TRACKS_EACH = 50, 10, 10
FORMS = ("mp3", "flac", "mp3", "mp3")
PATIENCE_S = 900.0
LOOK_S = 0.4
"""Between two looks at how much is shown: each look costs, too."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artists", type=int, default=ARTISTS, help="each has a hundred files")
    artists = parser.parse_args().artists
    with tempfile.TemporaryDirectory() as folder:
        music, started_s = Path(folder) / "music", time.monotonic()
        files = furnish(music, artists)
        print(f"{files} files made in {time.monotonic() - started_s:.0f} s")
        print(machine())
        try:
            scan_with_supysonic(music, files)
        except Uninstallable as reason:
            print(reason)
        scan_with_tutti(music, files)


def furnish(folder: Path, artists: int) -> int:
    """Fill a folder with albums of short pieces, each with tags of its own. Returns how many."""
    sounds = [
        Piece(700 + n, duration_s=0.5).encoded(folder.parent / f"sound{n}", form)
        for n, form in enumerate(FORMS)
    ]
    count = 0
    for artist in range(artists):
        for album in range(ALBUMS_EACH):
            place = folder / f"Artist {artist:02}" / f"Album {album}"
            place.mkdir(parents=True)
            for track in range(1, TRACKS_EACH + 1):
                sound = sounds[(artist + album) % len(sounds)]
                path = place / f"{track:02} - Piece {track}{sound.suffix}"
                shutil.copy(sound, path)
                write(path, _tags(artist, album, track))
                count += 1
    return count


def _tags(artist: int, album: int, track: int) -> Tags:
    name = f"Artist {artist:02}"
    return Tags(
        title=f"Piece {track} of {album} by {artist}",
        artists=(name,),
        album=f"Album {album} of {name}",
        album_artist=name,
        track=track,
        date=str(1970 + album),
        genre=("Ambient", "Rock", "Jazz", "Folk")[album % 4],
    )


def scan_with_supysonic(music: Path, files: int) -> None:
    """Print what everything new costs, and then nothing new."""
    peer = Supysonic(music.parent / "supysonic")
    peer.add(music)
    for what in ("everything new", "nothing new"):
        _print(f"Supysonic, {what}", cost(lambda: peer.scan(music), spent_here_s), files)


def scan_with_tutti(music: Path, files: int) -> None:
    """Print what everything new costs until every file is shown as a track, and nothing new."""
    home = music.parent / "var"
    with running(home, INGEST_MUSIC_FOLDERS=str(music)) as tutti, Listener(tutti.address) as nadia:
        made = nadia.post("/libraries", json={"name": "Folder", "folder": str(music)})
        scan = f"/libraries/{made['id']}/scan"

        def all_shown() -> bool:
            time.sleep(LOOK_S)
            return bool(nadia.get("/tracks", limit=1)["total"] >= files)

        def everything() -> None:
            nadia.post(scan)
            until(all_shown, "the folder is not shown", PATIENCE_S)

        def nothing() -> None:
            assert nadia.post(scan)["unchanged_count"] == files

        for what, work in (
            ("everything new, until all is shown", everything),
            ("nothing new", nothing),
        ):
            with Meter(tutti.processes()[0]) as meter:
                _print(f"Tutti, {what}", cost(work, meter.spent_s), files)


def _print(what: str, took: Cost, files: int) -> None:
    print(
        f"{what:44}{took.wall_s:8.2f} s   CPU {took.cpu_s:7.2f} s"
        f"   {1000 * took.cpu_s / files:6.2f} ms a file",
        flush=True,
    )


if __name__ == "__main__":
    main()
