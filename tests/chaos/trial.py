"""One trial: files are brought, processes are killed, and in the end everything is looked at."""

from __future__ import annotations

import asyncio
import math
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.chaos.audit import audit_everything, unheard
from tests.chaos.client import Bringer
from tests.chaos.figures import figures
from tests.chaos.files import made
from tests.chaos.ground import Ground
from tests.chaos.killer import Killer
from tests.chaos.victims import KINDS
from tests.chaos.watch import Watch
from tests.listener import until
from tests.running import Tutti

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.chaos.files import Brought

BUSY = """
    SELECT (SELECT count(*) FROM ingest.removals)
        + (SELECT count(*) FROM ingest.uploads WHERE NOT parts_removed)
        + (SELECT count(*) FROM ingest.outbox WHERE due_at IS NOT NULL)
        + (SELECT count(*) FROM catalog.outbox WHERE due_at IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried."""

    files: int
    kills: int
    seed: int
    tiny: bool = False
    kinds: Sequence[str] = KINDS
    program: Sequence[str] = ("scripts.fleet",)
    patience_s: float = 300.0
    """How long nothing may move before what is left counts as lost."""
    limit_s: float = math.inf
    """After this time no more files are sent, and those that were are all there is."""


@dataclass(slots=True)
class Report:
    """What came of it: no findings means that all is well."""

    figures: dict[str, object] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


def run(plan: Plan, folder: Path) -> Report:
    """Try it in an empty folder."""
    chance = random.Random(plan.seed)  # noqa: S311  to be repeated, not to be secret
    (folder / "files").mkdir()
    files = made(folder / "files", plan.files, chance, tiny=plan.tiny)
    fleet = Tutti(folder / "var", program=plan.program)
    fleet.start()
    try:
        with Bringer(fleet.address) as bringer:
            return Trial(plan, fleet, bringer, chance).run(files)
    finally:
        fleet.crash()


class Trial:
    """A trial on a fleet that runs."""

    def __init__(self, plan: Plan, fleet: Tutti, bringer: Bringer, chance: random.Random) -> None:
        self._plan = plan
        self._fleet = fleet
        self._bringer = bringer
        self._chance = chance
        self._ground = Ground(fleet.home)

    def run(self, files: Sequence[Brought]) -> Report:
        """Bring the files under kills, wait for their end, and look at everything."""
        plan, started_s = self._plan, time.monotonic()
        watch = Watch(self._bringer, len(files), plan.limit_s)
        killer = Killer(self._fleet, plan.kills, self._chance, watch.progress, plan.kinds)
        killer.start()
        sent = self._bringer.bring(files, watch.allowed)
        files = [file for file in files if file.path.name in sent]
        sent_s = time.monotonic()
        lost = watch.wait_for_the_end(self._bringer.sent, plan.patience_s)
        ended_s = time.monotonic()
        killer.end(at_once=bool(lost))
        took = {
            "files": len(files),
            "kills": dict(killer.by_kind),
            "sent after s": round(sent_s - started_s, 1),
            "ended after s": round(ended_s - started_s, 1),
            "drained after the last kill s": round(max(0.0, ended_s - killer.last_s), 1),
            "requests sent again": self._bringer.retries,
        }
        findings = [f"{lost} files did not end"] if lost else []
        return self._audited(Report(took, findings), files, sent)

    def _audited(self, report: Report, files: Sequence[Brought], sent: dict[str, str]) -> Report:
        items = self._bringer.items()
        report.figures["given up"] = [
            f"{item['file_name']}: {item['reason']}"
            for item in items
            if item["state"] == "quarantined" and item["reason_code"] == "resource_limit"
        ]
        self._bringer.dismiss([item for item in items if item["state"] == "quarantined"])
        if not report.findings:
            report.findings += self._tidied_up()
        report.figures |= asyncio.run(figures(self._ground))
        report.findings += audit_everything(
            self._ground, self._bringer, files, sent, items, self._chance
        )
        return report

    def _tidied_up(self) -> list[str]:
        def quiet() -> bool:
            [[busy]] = asyncio.run(self._ground.rows(BUSY))
            return not busy and not asyncio.run(unheard(self._ground))

        try:
            until(quiet, "something is still to be tidied up", self._plan.patience_s)
        except TimeoutError as never:
            return [str(never)]
        return []
