"""Each pair of programs that talk is parted for a while, and what people see is noted.

``python -m tests.outages.partition`` takes every pair for 30 s; ``--seconds``
and names of pairs (``gateway-catalog``) make it shorter. It fails when a call
hangs, when an answer is neither right nor a clear 503 or 504, when something
that has nothing to do with the pair stops working, when /readyz does not name
the part, or when not all is well within 10 s after the network is whole again.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from scripts.fleet.table import SERVICES
from tests.outages.house import everything, house
from tests.outages.imports import Imports
from tests.outages.network import Network, enter
from tests.outages.person import CALLS, Answer, Person, someone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.outages.house import House

SERVERS = ("postgres", "nats", "valkey", "s3")
PART_S = 30.0
ANSWER_S = 12.0
"""The longest any answer may take: two calls to other services, each with its deadline of 5 s."""
WELL_S = 10.0
ROUND_S = 1.0
NAMED_S = 8.0
"""How soon /readyz must tell."""
IMPORT_S = 90.0
HEAD = (
    "| parted | calls that worked | slowest of them s | slowest refusal s "
    "| named after s | well after s | imported after s |"
)
EVERYTHING = frozenset(CALLS)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two programs; the calls that need both; and what /readyz says, where it can know."""

    one: str
    other: str
    suffer: frozenset[str]
    told: str

    @property
    def name(self) -> str:
        """As it is typed."""
        return f"{self.one}-{self.other}"


def pair(one: str, other: str, suffer: Sequence[str] | frozenset[str], told: str = "") -> Pair:
    """Write a row of the table."""
    return Pair(one, other, frozenset(suffer), told)


INGEST = ("imports", "announce", "send")
PAIRS = (
    pair("gateway", "catalog", EVERYTHING, "catalog"),
    pair("gateway", "ingest", INGEST, "ingest"),
    pair("gateway", "valkey", ["make"], "redis"),
    pair("gateway", "s3", ["play", "send"], "s3"),
    pair("gateway", "nats", ["report", "steer"], "nats"),
    pair("gateway", "synth", ["steer"], "synth"),
    pair("catalog", "postgres", EVERYTHING, "postgres"),
    pair("catalog", "nats", [], "nats"),
    pair("synth", "nats", ["steer"]),
    pair("ingest", "postgres", INGEST, "postgres"),
    pair("ingest", "nats", [], "nats"),
    pair("ingest", "valkey", [], "redis"),
    pair("ingest", "s3", [], "s3"),
    pair("ingest-worker", "postgres", []),
    pair("ingest-worker", "valkey", []),
    pair("ingest-worker", "s3", []),
)


@dataclass(slots=True)
class Finding:
    """What one pair's trial showed."""

    pair: Pair
    answers: list[Answer] = field(default_factory=list)
    named_after_s: float = -1.0
    well_after_s: float = -1.0
    imported_after_s: float = -1.0
    wrong: list[str] = field(default_factory=list)

    def judge(self, slack: float) -> None:
        """Note what is not as it must be; slack is for machines busy with something else."""
        for answer in self.answers:
            what = f"{answer.call} {answer.status} after {answer.took_s:.1f} s: {answer.said[:200]}"
            if answer.took_s > ANSWER_S * slack:
                self.wrong.append(f"hung: {what}")
            if not answer.works and not answer.clear:
                self.wrong.append(f"unclear: {what}")
            if not answer.works and answer.call not in self.pair.suffer:
                self.wrong.append(f"should have worked: {what}")
        if self.pair.told and not 0 <= self.named_after_s <= NAMED_S * slack:
            self.wrong.append(f"/readyz named {self.pair.told} after {self.named_after_s:.1f} s")

    def __str__(self) -> str:
        worked = [answer.took_s for answer in self.answers if answer.works]
        refused = [answer.took_s for answer in self.answers if not answer.works]
        return (
            f"| {self.pair.one} - {self.pair.other} | {len(worked)} of {len(self.answers)} "
            f"| {max(worked, default=0):.1f} | {max(refused, default=0):.1f} "
            f"| {self.named_after_s:.1f} | {self.well_after_s:.1f} | {self.imported_after_s:.1f} |"
        )


class Trial:
    """One fleet, one person, one pair after another."""

    def __init__(self, network: Network, running: House, person: Person, imports: Imports) -> None:
        self._network = network
        self._house = running
        self._person = person
        self._imports = imports

    async def of(self, parted: Pair, part_s: float, slack: float) -> Finding:
        """Part the pair, look, heal, look again."""
        finding = Finding(parted)
        await self._imports.send()
        self._network.cut(parted.one, parted.other)
        try:
            await asyncio.gather(self._ask(finding, part_s), self._watch(finding, part_s))
        finally:
            self._network.heal()
        healed_s = time.monotonic()
        await self._recovers(finding, healed_s, slack)
        await self._imports.send()
        finding.wrong += await self._imports.end(IMPORT_S * slack)
        finding.imported_after_s = time.monotonic() - healed_s
        await self._all_run(finding)
        finding.judge(slack)
        return finding

    async def _all_run(self, finding: Finding) -> None:
        """Note which programs ended, with their last words, and start them again."""
        for name, part in self._house.parts.items():
            if not part.runs:
                finding.wrong.append(f"{name} ended: {part.log.read_text()[-3000:]}")
                await part.start()

    async def _ask(self, finding: Finding, part_s: float) -> None:
        """Ask for everything again and again, whatever the earlier answers do."""
        asked: list[asyncio.Task[Answer]] = []
        over_s = time.monotonic() + part_s
        while time.monotonic() < over_s:
            asked += [asyncio.create_task(self._person.call(name)) for name in CALLS]
            await asyncio.sleep(ROUND_S)
        finding.answers += await asyncio.gather(*asked)

    async def _watch(self, finding: Finding, part_s: float) -> None:
        """Find out when /readyz names the part."""
        began_s = time.monotonic()
        async with httpx.AsyncClient(base_url=self._house.address, timeout=ANSWER_S) as client:
            while finding.named_after_s < 0 and time.monotonic() < began_s + part_s:
                told = (await client.get("/readyz")).json()["parts"]
                if any(
                    finding.pair.told in f"{name} {state['detail']}"
                    for name, state in told.items()
                    if state["detail"] and finding.pair.told
                ):
                    finding.named_after_s = time.monotonic() - began_s
                await asyncio.sleep(0.5)

    async def _recovers(self, finding: Finding, healed_s: float, slack: float) -> None:
        while finding.well_after_s < 0:
            answers = await self._person.all_calls()
            took_s = time.monotonic() - healed_s
            if all(answer.works for answer in answers.values()) and await self._ready():
                finding.well_after_s = took_s
            elif took_s > 6 * WELL_S * slack:
                break
            await asyncio.sleep(0.3)
        if not 0 <= finding.well_after_s <= WELL_S * slack:
            finding.wrong.append(f"well only after {finding.well_after_s:.1f} s")

    async def _ready(self) -> bool:
        async with httpx.AsyncClient(base_url=self._house.address, timeout=ANSWER_S) as client:
            answer = await client.get("/readyz")
        return answer.is_success and not any(
            state["detail"] for state in answer.json()["parts"].values()
        )


async def trial(pairs: Sequence[Pair], part_s: float, slack: float, folder: Path) -> list[Finding]:
    """Try the pairs one after another, on one fleet."""
    network = Network(*SERVERS, *(row.name for row in SERVICES))
    findings = []
    async with house(folder / "var", network.places) as running:
        await everything(running)
        async with someone(running.address, folder) as (person, listener):
            tried = Trial(network, running, person, Imports(listener, folder, duration_s=20))
            for parted in pairs:
                finding = await tried.of(parted, part_s, slack)
                print(finding, *sorted(set(finding.wrong))[:12], sep="\n  ", flush=True)
                findings.append(finding)
    return findings


def main() -> None:
    """Try what the command line asks for; the exit status says whether all held."""
    names = {each.name: each for each in PAIRS}
    parser = argparse.ArgumentParser(prog="python -m tests.outages.partition", description=__doc__)
    parser.add_argument("pairs", nargs="*", choices=[*names, []], metavar="PAIR")
    parser.add_argument("--seconds", type=float, default=PART_S)
    parser.add_argument("--slack", type=float, default=1.0, help="for a busy machine")
    chosen = parser.parse_args()
    enter()
    pairs = [names[name] for name in chosen.pairs] or PAIRS
    print(HEAD, "| --- " * HEAD.count(" | ") + "| --- |", sep="\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="tutti-parted-") as folder:
        findings = asyncio.run(trial(pairs, chosen.seconds, chosen.slack, Path(folder)))
    sys.exit(1 if any(finding.wrong for finding in findings) else 0)


if __name__ == "__main__":
    main()
