"""A listener beside the crowd: python -m tests.hostile_clients.neighbour ADDRESS API_KEY TRACK_ID.

Ten times a second they want a piece of a track or, every tenth time, to know who they are. One
line for each request: when it began, how long it took (s), the status (0 when none came). Ends
with its standard input.
"""

from __future__ import annotations

import select
import sys
import time

import httpx

PAUSE_S = 0.1
PIECE = {"Range": "bytes=0-65535"}


def main() -> None:
    """Ask until there is nobody to tell."""
    address, key, track_id = sys.argv[1:]
    sound, me = f"/api/v1/tracks/{track_id}/stream", "/api/v1/me"
    with httpx.Client(base_url=address, headers={"X-Api-Key": key}, timeout=20) as client:
        number = 0
        while not select.select([sys.stdin], [], [], PAUSE_S)[0]:
            number += 1
            path, headers = (me, {}) if number % 10 == 0 else (sound, PIECE)
            began_s = time.monotonic()
            try:
                status = client.get(path, headers=headers).status_code
            except httpx.TransportError:
                status = 0
            print(began_s, time.monotonic() - began_s, status, flush=True)


if __name__ == "__main__":
    main()
