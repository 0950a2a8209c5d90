"""A server lost for a while, and a disk that is full: what people are told, and what becomes of it.

``python -m tests.outages.losses [LOSS ...] [--seconds 60]``. Servers are killed
and started again; a full disk is a small tmpfs under the program's folder. It
fails when an answer is neither right nor a clear 503 or 504, when something that
does not need the server stops working, when not all is well soon after it is
back, or when an import does not end as it should.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.outages.house import everything, house
from tests.outages.imports import Imports
from tests.outages.network import enter, small_disk, why_not
from tests.outages.person import CALLS, Answer, Person, someone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from tests.outages.house import House

AWAY_S = 60.0
ROUND_S = 1.0
WELL_S = 30.0
IMPORT_S = 150.0
DISK_MIB = {"scratch": 96, "s3": 96, ".": 512}
HEAD = (
    "| lost | calls that worked | refused meanwhile | slowest s | well after s | imported after s |"
)
EVERYTHING = frozenset(CALLS)


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost, and the calls that cannot work without it."""

    name: str
    begin: Callable[[House, float], AbstractAsyncContextManager[None]]
    suffer: frozenset[str]
    disk: str = ""
    """A folder of the house that lies on a small disk of its own."""


@dataclass(slots=True)
class Finding:
    """What one loss showed."""

    loss: Loss
    answers: list[Answer] = field(default_factory=list)
    well_after_s: float = -1.0
    imported_after_s: float = -1.0
    wrong: list[str] = field(default_factory=list)

    def judge(self) -> None:
        """Note what is not as it must be."""
        for answer in self.answers:
            what = f"{answer.call} {answer.status} after {answer.took_s:.1f} s: {answer.said[:200]}"
            if not answer.works and not answer.clear:
                self.wrong.append(f"unclear: {what}")
            if not answer.works and answer.call not in self.loss.suffer:
                self.wrong.append(f"should have worked: {what}")
        if not 0 <= self.well_after_s <= WELL_S:
            self.wrong.append(f"well only after {self.well_after_s:.1f} s")

    def __str__(self) -> str:
        worked = sum(answer.works for answer in self.answers)
        refused = sorted({answer.call for answer in self.answers if not answer.works})
        longest_s = max((answer.took_s for answer in self.answers), default=0.0)
        return (
            f"| {self.loss.name} | {worked} of {len(self.answers)} | {', '.join(refused) or '-'} "
            f"| {longest_s:.1f} | {self.well_after_s:.1f} | {self.imported_after_s:.1f} |"
        )


@asynccontextmanager
async def _killed(server: str, running: House, away_s: float) -> AsyncGenerator[None]:
    """Kill a server; it is started again after a while."""
    part = running.parts[server]
    assert part.process is not None
    await part.process.end()

    async def back() -> None:
        await asyncio.sleep(away_s)
        await part.start()

    returning = asyncio.create_task(back())
    try:
        yield
    finally:
        await returning


@asynccontextmanager
async def _restarted(server: str, running: House, _away_s: float) -> AsyncGenerator[None]:
    """Restart a server as an operator does."""
    part = running.parts[server]
    await part.stop()
    await part.start()
    yield


@asynccontextmanager
async def _full(folder: str, running: House, away_s: float) -> AsyncGenerator[None]:
    """Fill the disk of a folder; somebody makes room after a while."""
    filler = running.home / folder / "filler"
    fill(filler)
    try:
        yield
        await asyncio.sleep(max(0.0, away_s - 1))
    finally:
        filler.unlink()
        for part in running.parts.values():  # as the supervisor does
            if not await part.sound():
                await part.stop()
                await part.start()


def fill(filler: Path) -> None:
    """Write until nothing fits any more."""
    with filler.open("wb", buffering=0) as file:
        for size_bytes in (2**20, 4096):
            try:
                while file.write(bytes(size_bytes)) == size_bytes:
                    pass
            except OSError:
                continue


def _losing(
    how: Callable[[str, House, float], AbstractAsyncContextManager[None]], what: str
) -> Callable[[House, float], AbstractAsyncContextManager[None]]:
    return lambda running, away_s: how(what, running, away_s)


LOSSES = (
    Loss("Redis lost", _losing(_killed, "valkey"), frozenset({"make"})),
    Loss("NATS lost", _losing(_killed, "nats"), frozenset({"report", "steer"})),
    Loss("PostgreSQL lost", _losing(_killed, "postgres"), EVERYTHING),
    Loss("PostgreSQL restarted", _losing(_restarted, "postgres"), EVERYTHING),
    Loss("object store lost", _losing(_killed, "s3"), frozenset({"play", "send"})),
    Loss("disk of the scratch folder full", _losing(_full, "scratch"), frozenset(), "scratch"),
    Loss("disk of the object store full", _losing(_full, "s3"), frozenset({"send"}), "s3"),
    Loss("the one disk of everything full", _losing(_full, "."), EVERYTHING, "."),
)


class Trial:
    """One fleet, one person, one loss."""

    def __init__(self, running: House, person: Person, imports: Imports, away_s: float) -> None:
        self._house = running
        self._person = person
        self._imports = imports
        self._away_s = away_s

    async def of(self, loss: Loss) -> Finding:
        """Lose it, look, wait for it to come back, look again."""
        finding = Finding(loss)
        await self._imports.send()
        asking = asyncio.create_task(self._ask(finding))
        async with loss.begin(self._house, self._away_s):
            if not loss.suffer & {"announce", "send", "imports"}:
                await self._imports.send()  # music is taken in meanwhile
        asking.cancel()
        await asyncio.wait([asking])
        back_s = time.monotonic()
        await self._recovers(finding, back_s)
        await self._imports.send()
        await self._import_ends(finding, back_s)
        finding.wrong += [
            f"{name} ended" for name, part in self._house.parts.items() if not part.runs
        ]
        finding.judge()
        return finding

    async def _ask(self, finding: Finding) -> None:
        under_way: set[asyncio.Task[None]] = set()

        async def ask(name: str) -> None:
            finding.answers.append(await self._person.call(name))

        try:
            while True:
                under_way |= {asyncio.create_task(ask(name)) for name in CALLS}
                await asyncio.sleep(ROUND_S)
        finally:
            await asyncio.gather(*under_way)

    async def _recovers(self, finding: Finding, back_s: float) -> None:
        answers: Mapping[str, Answer] = {}
        while finding.well_after_s < 0 and time.monotonic() < back_s + 2 * WELL_S:
            answers = await self._person.all_calls()
            if all(answer.works for answer in answers.values()):
                finding.well_after_s = time.monotonic() - back_s
            await asyncio.sleep(0.3)
        if finding.well_after_s < 0:
            finding.wrong += [f"still {each}" for each in answers.values() if not each.works]

    async def _import_ends(self, finding: Finding, back_s: float) -> None:
        wrong = await self._imports.end(IMPORT_S)
        finding.imported_after_s = time.monotonic() - back_s
        finding.wrong += wrong
        if wrong:
            log = self._house.parts["ingest-worker"].log.read_text().splitlines()
            finding.wrong += [line[:1500] for line in log if '"ERROR"' in line]


async def trial(folder: Path, losses: Sequence[Loss], away_s: float) -> list[Finding]:
    """Try the losses one after another; each full disk has a fleet of its own."""
    findings: list[Finding] = []
    shared = [loss for loss in losses if not loss.disk]
    for number, group in enumerate([shared, *([loss] for loss in losses if loss.disk)]):
        if not group:
            continue
        home = folder / f"house{number}" / "var"
        async with disk(home, group[0].disk), house(home) as running:
            await everything(running)
            async with someone(running.address, home.parent) as (person, listener):
                tried = Trial(running, person, Imports(listener, home.parent), away_s)
                for loss in group:
                    finding = await tried.of(loss)
                    print(finding, *sorted(set(finding.wrong))[:10], sep="\n  ", flush=True)
                    findings.append(finding)
    return findings


@asynccontextmanager
async def disk(home: Path, folder: str) -> AsyncGenerator[None]:
    """Make the folder, if there is one, a small disk of its own."""
    place = home / folder
    place.mkdir(parents=True)
    with small_disk(place, DISK_MIB[folder]) if folder else nullcontext():
        yield


def main() -> None:
    """Try what the command line asks for; the exit status says whether all held."""
    names = {loss.name: loss for loss in LOSSES}
    parser = argparse.ArgumentParser(prog="python -m tests.outages.losses", description=__doc__)
    parser.add_argument("losses", nargs="*", choices=[*names, []], metavar="LOSS")
    parser.add_argument("--seconds", type=float, default=AWAY_S)
    chosen = parser.parse_args()
    if reason := why_not():
        sys.exit(reason)
    enter()
    print(HEAD, "| --- " * HEAD.count(" | ") + "| --- |", sep="\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="tutti-losses-") as folder:
        wanted = [names[name] for name in chosen.losses] or LOSSES
        findings = asyncio.run(trial(Path(folder), wanted, chosen.seconds))
    sys.exit(1 if any(finding.wrong for finding in findings) else 0)


if __name__ == "__main__":
    main()
