"""What apps wait for, of Tutti and of Supysonic: python -m tests.benchmarks.calling.

Both have the same 5,000 names, and the same client asks the one and the other
in turn. Then Tutti alone is asked for the same at 100,000 tracks.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from libs.audio.ffmpeg import program
from tests.benchmarks.calling.furnishing import supysonic_with, tutti_with
from tests.benchmarks.calling.kinds import Kind, kinds, known_of
from tests.benchmarks.calling.measuring import (
    Served,
    figures,
    first_bytes_s,
    listed,
    measured,
    token,
)
from tests.benchmarks.figures import machine, percentiles
from tests.benchmarks.fleets import tracks
from tests.benchmarks.peer import ASKED, Uninstallable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from services.catalog.benchmarks.shelf import Shelf

TRACKS, GROWN = 5_000, 100_000
CLIENTS = (1, 8)
SOUNDS, SOUND_S = 4, 60.0
PART = {"Range": "bytes=0-262143"}
COLD_KBPS = (32, 48, 64, 80, 96, 112)
TRANSCODING = "[transcoding]\ntranscoder = {} -v error -i %srcpath -b:a %outratek -f %outfmt -\n"
HEAD = f"{'':36}{'':12}{'listed':>7}" + "".join(
    f"{f'{n} client(s): p50':>17}{'p95':>8}{'p99 ms':>8}{'CPU ms':>8}{'n':>6}" for n in CLIENTS
)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=TRACKS, help="that both have")
    parser.add_argument("--grown", type=int, default=GROWN, help="that Tutti has then")
    parser.add_argument("--seconds", type=float, default=1.5, help="for each kind of call")
    parser.add_argument("--only", default="", help="kinds whose name contains this")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.tracks:
            _compared(Path(folder), given.tracks, given.seconds, given.only)
        if given.grown:
            _grown(Path(folder), given.grown, given.seconds, given.only)


def _compared(folder: Path, track_count: int, seconds: float, only: str) -> None:
    sounds = tracks(folder, SOUNDS, SOUND_S)
    with ExitStack() as stack:
        try:
            served = [stack.enter_context(_supysonic(folder, track_count, sounds))]
        except Uninstallable as reason:
            print(reason)
            served = []
        ours, shelf = stack.enter_context(_tutti(folder / "both", track_count, sounds))
        served.insert(0, ours)
        print(f"{track_count} tracks", machine(), HEAD, sep="\n", flush=True)
        by_server = {each.name: _kinds(each, shelf, only) for each in served}
        for name in by_server[ours.name]:
            for each in served:
                _measure(name, each, by_server[each.name][name], seconds)
        for each in served:
            _listen(each, sounds, seconds)


def _grown(folder: Path, track_count: int, seconds: float, only: str) -> None:
    with _tutti(folder / "grown", track_count) as (ours, shelf):
        print(f"{track_count} tracks", machine(), HEAD, sep="\n", flush=True)
        for name, kind in _kinds(ours, shelf, only).items():
            _measure(name, ours, kind, seconds)


def _kinds(served: Served, shelf: Shelf, only: str) -> Mapping[str, Kind]:
    found = kinds(shelf, known_of(served.ask))
    return {name: kind for name, kind in found.items() if only in name}


def _measure(name: str, served: Served, kind: Kind, seconds: float) -> None:
    count = listed(served, kind)
    each = (figures(measured(served.asking(kind), clients, seconds)) for clients in CLIENTS)
    print(f"{name:36}{served.name:12}{count:7}", "".join(f"{one:>47}" for one in each), flush=True)


def _listen(served: Served, sounds: Sequence[Path], seconds: float) -> None:
    """Time beginnings of sounds, as they are and made anew."""
    ids = [_id_of(served, sound.stem) for sound in sounds]
    raw = Kind("stream", [{"id": each, "format": "raw"} for each in ids])
    server = served.asking(raw, PART)
    each = (figures(measured(server, clients, seconds)) for clients in CLIENTS)
    print(
        f"{'stream raw, 256 KiB':36}{served.name:12}{'':7}", "".join(f"{one:>47}" for one in each)
    )
    cold = [
        {"id": each, "format": "mp3", "maxBitRate": str(kbps)} for kbps in COLD_KBPS for each in ids
    ]
    times_s = first_bytes_s(served, cold)
    print(f"{'stream made anew, first byte':36}{served.name:12}{percentiles(times_s)}", flush=True)


def _id_of(served: Served, title: str) -> str:
    found = served.ask("search3", query=title, songCount="20")["searchResult3"]
    songs = found["song"] if isinstance(found, dict) else []
    return next(str(song["id"]) for song in songs if song["title"] == title)


@contextmanager
def _tutti(
    home: Path, track_count: int, sounds: Sequence[Path] = ()
) -> Iterator[tuple[Served, Shelf]]:
    with tutti_with(home, track_count, sounds) as (tutti, nadia, shelf):
        secret = nadia.post("/me/app-passwords", json={"name": "benchmark"})["secret"]
        proof = token(nadia.name, secret)
        yield Served("Tutti", tutti.port, tutti.processes()[0], proof), shelf


@contextmanager
def _supysonic(folder: Path, track_count: int, sounds: Sequence[Path]) -> Iterator[Served]:
    transcoding = TRANSCODING.format(program())
    peer = supysonic_with(folder / "peer", track_count, sounds, transcoding)
    with peer.serving() as process:
        proof = {"u": ASKED["u"], "p": ASKED["p"]}  # it knows no digests
        yield Served("Supysonic", peer.port, process, lambda: proof)


if __name__ == "__main__":
    main()
