"""Time to the first byte of a track, ours and a peer's: python -m tests.benchmarks.first_byte.

The same files are served by Tutti and by Supysonic, to the same client in the
same minutes, a round of the one and a round of the other in turn. A request is
what a player begins with: who asks, which track, and its first 256 KiB as the
file has them, nothing re-encoded.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.benchmarks.asking import Round, Server, asked, request
from tests.benchmarks.figures import machine, percentiles
from tests.benchmarks.fleets import tracks
from tests.benchmarks.peer import ASKED, Supysonic, Uninstallable
from tests.listener import Listener
from tests.running import running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TRACKS = 12
CLIENTS = (1, 16, 64)
ROUNDS = 4
REQUESTS = 1280
PART_BYTES = 256 * 1024
PART = {"Range": f"bytes=0-{PART_BYTES - 1}"}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--duration-s", type=float, default=180.0, help="of each track")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of so many clients")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        music = Path(folder) / "Music"
        music.mkdir()
        files = tracks(music, TRACKS, given.duration_s)
        servers = [stack.enter_context(_tutti(Path(folder), files))]
        try:
            servers.append(stack.enter_context(_supysonic(Path(folder), files)))
        except Uninstallable as reason:
            print(reason)
        print(machine())
        for server in servers:
            first = asked(server, 1, len(files))
            print(f"first time each  {server.name:10} {percentiles(first.first_byte_s)}")
            _check(server, files)
        for clients in CLIENTS:
            _compare(servers, clients, given.requests)


def _compare(servers: Sequence[Server], clients: int, requests: int) -> None:
    results = {server.name: Round() for server in servers}
    for server in servers:
        asked(server, clients, 4 * clients)  # what is cached is cached from here on
    for _ in range(ROUNDS):
        for server in servers:
            results[server.name].add(asked(server, clients, max(clients, requests // ROUNDS)))
    for name, result in results.items():
        count = len(result.first_byte_s)
        print(
            f"{clients:3} clients  {name:10} {percentiles(result.first_byte_s)}"
            f"   {count / result.elapsed_s:6.0f} a second"
            f"   CPU of the server {1000 * result.server_cpu_s / count:6.2f} ms a request"
            f", of the client {1000 * result.client_cpu_s / count:5.2f}"
            f"   failed {result.failures}",
            flush=True,
        )


def _check(server: Server, files: Sequence[Path]) -> None:
    """Insist that every server sends the files as they are."""
    for asking, file in zip(server.requests, files, strict=True):
        head, _, rest = asking.partition(b"\r\n")
        path = head.split()[1].decode()
        lines = [line.split(": ", 1) for line in rest.decode().split("\r\n") if line]
        answer = httpx.get(f"http://127.0.0.1:{server.port}{path}", headers=dict(lines))
        assert answer.status_code == httpx.codes.PARTIAL_CONTENT, answer.text
        assert answer.content == file.read_bytes()[:PART_BYTES], f"{server.name}: {file.name}"


@contextmanager
def _tutti(folder: Path, files: Sequence[Path]) -> Iterator[Server]:
    with running(folder / "var") as tutti, Listener(tutti.address) as nadia:
        nadia.bring(*files)
        ids = {track["title"]: track["id"] for track in nadia.get("/tracks")["items"]}
        key = nadia.post("/me/api-keys", json={"name": "benchmark"})["secret"]
        proof = {"Authorization": f"Bearer {key}"}  # lasts longer than an access token
        requests = [
            request(f"/api/v1/tracks/{ids[file.stem]}/stream?quality=original", PART | proof)
            for file in files
        ]
        yield Server("Tutti", tutti.port, requests, tutti.processes()[0])


@contextmanager
def _supysonic(folder: Path, files: Sequence[Path]) -> Iterator[Server]:
    peer = Supysonic(folder / "supysonic")
    peer.add(files[0].parent)
    peer.scan(files[0].parent)
    with peer.serving() as process:
        found = peer.get("getRandomSongs", size=str(len(files)))["randomSongs"]["song"]
        ids = {song["title"]: song["id"] for song in found}
        about = [{**ASKED, "id": ids[file.stem], "format": "raw"} for file in files]
        paths = [str(httpx.URL("/rest/stream.view", params=each)) for each in about]
        requests = [request(path, PART) for path in paths]
        yield Server("Supysonic", peer.port, requests, process)


if __name__ == "__main__":
    main()
