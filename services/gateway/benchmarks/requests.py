"""What a request costs, process by process: python -m services.gateway.benchmarks.requests.

The whole fleet runs, with a small library. Each kind of request is asked for
by the same client, over connections that stay open; the time of processors
that each program spent is divided by the number of requests.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tests.benchmarks.asking import Server, asked, request
from tests.benchmarks.figures import machine, percentiles
from tests.benchmarks.fleets import furnished
from tests.benchmarks.metering import programs, spent_s

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psutil

    from tests.listener import Listener

TRACKS = 12
DURATION_S = 20
PART = {"Range": "bytes=0-262143"}
LEAST_MS = 0.005
"""Programs that cost less are not shown."""


def measure(tracks: int, clients: int, calls: int) -> None:
    """Fill a library, ask for each kind of thing, print what it took."""
    with furnished(tracks, DURATION_S) as (tutti, nadia):
        print(machine())
        above = tutti.processes()[0]
        for name, requests in kinds(nadia).items():
            server = Server(name, tutti.port, requests, above)
            asked(server, clients, 4 * clients)
            before = _spent_s(above)
            result = asked(server, clients, calls)
            after = _spent_s(above)
            costs = {each: 1000 * (after[each] - before.get(each, 0)) / calls for each in after}
            shown = "  ".join(
                f"{each} {cost:.2f}" for each, cost in costs.items() if cost > LEAST_MS
            )
            print(f"{name:28}{percentiles(result.first_byte_s)}   failed {result.failures}")
            print(f"{'':28}ms of CPU: {shown}   sum {sum(costs.values()):.2f}", flush=True)


def kinds(nadia: Listener) -> Mapping[str, list[bytes]]:
    """Requests by the name of their kind."""
    proof = {"Authorization": nadia.client.headers["Authorization"]}
    ids = [track["id"] for track in nadia.get("/tracks")["items"]]
    links = [nadia.post(f"/tracks/{each}/media-url", json={})["url"] for each in ids]
    streams = [f"/api/v1/tracks/{each}/stream" for each in ids]
    return {
        "alive": [request("/livez")],
        "beginning of a track": [request(path, proof | PART) for path in streams],
        "the same by a signed link": [request(path, PART) for path in links],
        "page of albums": [request("/api/v1/albums?limit=50", proof)],
        f"page of {len(ids)} tracks": [request("/api/v1/tracks?limit=50", proof)],
        "oneself": [request("/api/v1/me", proof)],
    }


def _spent_s(above: psutil.Process) -> Mapping[str, float]:
    """What each program has spent so far, with all its processes."""
    return {name: spent_s(processes) for name, processes in programs(above)}


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=TRACKS)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--calls", type=int, default=1000)
    given = parser.parse_args()
    measure(given.tracks, given.clients, given.calls)


if __name__ == "__main__":
    main()
