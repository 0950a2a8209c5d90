"""Kill -9 of either synth while somebody listens: python -m tests.chaos.music --kills 20.

The other one goes on: not a sample may be missing, and how long the music was late is printed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.benchmarks.figures import machine
from tests.chaos.hearing import Hearing
from tests.chaos.victims import state
from tests.listener import Listener, until
from tests.running import running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.running import Tutti

SYNTHS = ("synth", "synth-twin")
RESTARTS_WITHIN_S = 60.0


def station(person: Listener) -> str:
    """A station of one's own."""
    asked = {"name": f"Endless {time.time_ns()}", "begins_with": {"style": "drift"}}
    return str(person.ask("POST", "/live/stations", json=asked)["id"])


def kill(fleet: Tutti, name: str, hearing: Hearing) -> None:
    """Kill one of the synths while both run, and listen until it is there again."""
    for each in SYNTHS:
        until_ready(fleet, each)
    hearing.hear(5)
    psutil.Process(state(fleet, name)["pid"]).kill()
    hearing.hear(10)
    until_ready(fleet, name)


def until_ready(fleet: Tutti, name: str) -> None:
    """Return once a program is ready."""
    ready = lambda: state(fleet, name)["state"] == "ready"  # noqa: E731
    until(ready, f"{name} does not start", RESTARTS_WITHIN_S)


def trial(kills: Sequence[str]) -> Hearing:
    """Kill these synths one after the other in a fleet of their own; answers who listened."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "var") as fleet,
        Listener(fleet.address) as person,
        Hearing(person, station(person)) as hearing,
    ):
        for name in kills:
            kill(fleet, name, hearing)
    return hearing


def main() -> int:
    """Try it, print what came of it, and fail if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.music", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    print(machine(), f"{asked.kills} kills, seed {asked.seed}", sep="\n", flush=True)
    chance = random.Random(asked.seed)  # noqa: S311  to be repeated, not to be secret
    hearing = trial([chance.choice(SYNTHS) for _ in range(asked.kills)])
    notes = hearing.notes
    print(f"{len(notes.heard_s)} frames, {notes.longest_wait_ms:.0f} ms between two at most")
    print("\n".join(notes.findings) or "not a sample is missing")
    return 1 if notes.findings else 0


if __name__ == "__main__":
    sys.exit(main())
