"""A listener beside slow and hostile clients: python -m tests.hostile_clients.crowd.

A whole Tutti with its own limits. Each trial tells what became of the clients, how much memory
the gateway took, and what a listener saw who asked for music meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from tests.benchmarks.figures import machine, p50_and_p99_ms
from tests.hostile_clients import attacks
from tests.hostile_clients.attacks import Target
from tests.listener import Answer, Listener
from tests.running import Tutti, running
from tests.sounds import LARGE, Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.hostile_clients.attacks import Fate

LIMITS = {
    "GATEWAY_REQUESTS_PER_MINUTE": "100",
    "GATEWAY_MEDIA_REQUESTS_PER_MINUTE": "3000",
    "GATEWAY_SIGN_INS_PER_MINUTE": "10",
}
"""As they are set when nobody sets them."""
ATTACKERS = 5
"""Accounts: each may have 100 requests in hand."""
SAMPLE_S = 0.25


@dataclass(frozen=True, slots=True)
class Trial:
    """One kind of attack: by how many, for how long."""

    name: str
    attack: attacks.Attack
    count: int
    for_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen of a trial."""

    fates: Counter[Fate]
    hung_up: Counter[str]
    before_mib: float
    peak_mib: float
    seconds: Sequence[float]
    failures: Sequence[int]

    def __str__(self) -> str:
        p50_ms, p99_ms = p50_and_p99_ms(self.seconds)
        return (
            f"  clients: {dict(self.fates)}, hung up on: {dict(self.hung_up)}\n"
            f"  gateway: {self.before_mib:.0f} MiB before, {self.peak_mib:.0f} MiB at most\n"
            f"  listener: p50 {p50_ms:.0f} ms, p99 {p99_ms:.0f} ms, "
            f"longest {max(self.seconds):.2f} s, "
            f"{len(self.seconds)} requests, failed {list(self.failures)}"
        )


def long_form(connections: int) -> list[Trial]:
    """All of it, until those who are slow have been hung up on."""
    return [
        Trial("nobody", attacks.nobody, 0, 15),
        Trial("idle connections", attacks.idle, connections, 45),
        Trial("slow heads", attacks.slow_heads, 2000, 45),
        Trial("slow bodies", attacks.slow_bodies, 1000, 45),
        Trial("slow parts of uploads", attacks.slow_parts, 95, 45),
        Trial("slow readers", attacks.slow_readers, 480, 110),
        Trial("a flood", attacks.flood, 50, 30),
        Trial("what is too large", attacks.large, 20, 0),
    ]


class Crowd:
    """A Tutti, the accounts that attack it, and a listener beside them."""

    def __init__(self, tutti: Tutti, folder: Path, people: ExitStack) -> None:
        hostile = [people.enter_context(Listener(tutti.address)) for _ in range(ATTACKERS)]
        nadia = people.enter_context(Listener(tutti.address))
        owner = hostile[0]
        file = Piece(3, duration_s=12, tags=Tags(title="Long")).encoded(
            folder / "long", "wav", *LARGE
        )
        owner.ask("PATCH", f"/libraries/{owner.library_id}", json={"shared_with_all": True})
        [item] = owner.bring(file)
        upload: Answer = owner.announce(file)
        place = urlsplit(tutti.address)
        self.target = Target(
            str(place.hostname),
            int(place.port or 0),
            [_key(person) for person in hostile],
            owner.track(item)["id"],
            upload["id"],
            upload["part_size_bytes"],
        )
        self._gateway = next(
            each for each in tutti.processes() if "services.gateway" in each.cmdline()
        )
        beside = people.enter_context(_beside(tutti.address, _key(nadia), self.target.track_id))
        self._seen = beside
        self._most_mib = 0.0

    async def face(self, trial: Trial) -> Outcome:
        """Let them come, and look on."""
        before_mib, hung_up = self._mib(), self._hung_up()
        sampling = asyncio.create_task(self._peak())
        began_s = time.monotonic()
        fates = await trial.attack(self.target, trial.count, trial.for_s)
        ended_s = time.monotonic()
        sampling.cancel()
        await asyncio.wait({sampling})
        peak_mib = max(before_mib, self._most_mib, self._mib())
        seen = self._between(began_s, ended_s)
        failures = [status for _, status in seen if status not in (200, 206)]
        ended = self._hung_up() - hung_up
        seconds = [took for took, _ in seen] or [0.0]
        return Outcome(fates, ended, before_mib, peak_mib, seconds, failures)

    def _between(self, began_s: float, ended_s: float) -> list[tuple[float, int]]:
        lines = map(str.split, Path(self._seen.name).read_text().splitlines())
        return [
            (float(took_s), int(status))
            for at_s, took_s, status in lines
            if began_s <= float(at_s) <= ended_s
        ]

    async def _peak(self) -> None:
        self._most_mib = 0.0
        while True:
            self._most_mib = max(self._most_mib, self._mib())
            await asyncio.sleep(SAMPLE_S)

    def _hung_up(self) -> Counter[str]:
        """How many connections the gateway has ended so far, by its own reasons."""
        told = httpx.get(f"http://{self.target.host}:{self.target.port}/metrics", timeout=30).text
        found = re.findall(r'^http_hung_up_total{reason="(\w+)"} (\S+)', told, re.MULTILINE)
        return Counter({reason: int(float(count)) for reason, count in found})

    def _mib(self) -> float:
        return float(self._gateway.memory_info().rss) / 2**20


def _key(person: Listener) -> str:
    return str(person.post("/me/api-keys", json={"name": "tries"})["secret"])


@contextmanager
def _beside(address: str, key: str, track_id: str) -> Iterator[IO[str]]:
    """Run a listener who writes down what they see."""
    argv = [sys.executable, "-m", "tests.hostile_clients.neighbour", address, key, track_id]
    with (
        tempfile.NamedTemporaryFile("w+") as seen,
        subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=seen, text=True) as process,
    ):
        try:
            yield seen
        finally:
            process.communicate("enough\n")


def main() -> int:
    """Face one after the other, and fail if the listener saw a failure."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile_clients.crowd", description=__doc__
    )
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--only", default="", help="trials whose names contain it")
    asked = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(machine(), flush=True)
    failed = False
    with ExitStack() as people:
        folder = Path(people.enter_context(tempfile.TemporaryDirectory()))
        tutti = people.enter_context(running(folder / "var", **LIMITS))
        crowd = Crowd(tutti, folder, people)
        for trial in long_form(asked.connections):
            if asked.only in trial.name:
                outcome = asyncio.run(crowd.face(trial))
                failed = failed or bool(outcome.failures)
                print(f"{trial.name} ({trial.count}):\n{outcome}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
