"""A folder of 5,000 tagged files, until all of it is shown: python -m tests.benchmarks.scan.

Supysonic scans the same folder in the same run. It is a program of its own, installed from PyPI
into a virtual environment under the build folder; nothing of it is imported here.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.figures import Meter, machine
from tests.listener import Listener, until
from tests.running import Tutti, running
from tests.sounds import Piece
from tests.tagging import Tags, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ARTISTS, ALBUMS_EACH, TRACKS_EACH = 50, 10, 10
FORMS = ("mp3", "flac", "mp3", "mp3")
SUPYSONIC = "supysonic==0.7.9"
PATIENCE_S = 900.0
LOOK_S = 0.4
"""Between two looks at how much is shown: each look costs, too."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a scan took: seconds on the clock, and of all processors together."""

    wall_s: float
    cpu_s: float

    def line(self, what: str, files: int) -> str:
        """For the table."""
        each_ms = 1000 * self.cpu_s / files
        return f"{what:44}{self.wall_s:8.2f} s   CPU {self.cpu_s:7.2f} s   {each_ms:6.2f} ms a file"


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--artists", type=int, default=ARTISTS)
    asked.add_argument("--supysonic", type=Path, default=Path("/tmp/tutti-supysonic"))  # noqa: S108
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        started = time.monotonic()
        files = furnish(at / "music", given.artists)
        print(f"{files} files made in {time.monotonic() - started:.0f} s")
        print(machine())
        for what, cost in (*of_supysonic(given.supysonic, at), *of_tutti(at, files)):
            print(cost.line(what, files), flush=True)


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


def of_supysonic(environment: Path, at: Path) -> Iterator[tuple[str, Cost]]:
    """Scan with Supysonic: everything, and then nothing new."""
    tool = environment / "bin" / "supysonic-cli"
    if not tool.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        pip = [str(environment / "bin" / "pip"), "install", "-q", SUPYSONIC]
        subprocess.run(pip, check=True)
    home = at / "supysonic"
    home.mkdir()
    settings = home / "supysonic.conf"
    settings.write_text(f"[base]\ndatabase_uri = sqlite:///{home}/supysonic.db\n")
    told = {**os.environ, "SUPYSONIC_CONFIG": str(settings), "HOME": str(home)}

    def ask(*words: str) -> None:
        subprocess.run(
            [str(tool), *words], env=told, cwd=home, check=True, stdout=subprocess.DEVNULL
        )

    (home / ".supysonic").write_text(settings.read_text())
    ask("folder", "add", "music", str(at / "music"))
    yield (
        "Supysonic, everything new",
        _cost_of_children(lambda: ask("folder", "scan", "music", "-f")),
    )
    yield "Supysonic, nothing new", _cost_of_children(lambda: ask("folder", "scan", "music"))


def _cost_of_children(work: Callable[[], None]) -> Cost:
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.monotonic() - started, used_s)


def of_tutti(at: Path, files: int) -> Iterator[tuple[str, Cost]]:
    """Scan with Tutti until every file is shown as a track, and then nothing new."""
    music = at / "music"
    home = at / "var"
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

        yield "Tutti, everything new, until all is shown", _cost_of_fleet(tutti, everything)
        yield "Tutti, nothing new", _cost_of_fleet(tutti, nothing)


def _cost_of_fleet(tutti: Tutti, work: Callable[[], None]) -> Cost:
    started, meter = time.monotonic(), Meter(tutti)
    work()
    return Cost(time.monotonic() - started, meter.used_s())


if __name__ == "__main__":
    main()
