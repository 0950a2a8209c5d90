"""Whoever dies while files come in, nothing is lost or doubled; and the trial would see it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.chaos.trial import Plan, Report, run
from tests.chaos.victims import WORKER_CHILD

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(900)]


def test_whoever_dies_every_file_ends_once(tmp_path: Path) -> None:
    plan = Plan(files=20, kills=10, seed=random.SystemRandom().randrange(10**6))
    report = run(plan, tmp_path)
    print(plan, report.figures)  # noqa: T201  shown when the test fails
    assert not report.findings


@dataclass(frozen=True, slots=True)
class Control:
    """A fleet in which something is different, and what must be found then."""

    name: str
    finding: str
    kills: int = 0
    patience_s: float = 120.0


CONTROLS = (
    Control("acknowledged_early", "analyses that are not once in the ledger"),
    Control("published_without_key", "tracks that are not exactly one published item"),
    Control("queue_alone", "files did not end", kills=2, patience_s=12.0),
)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_a_missing_protection_is_found(control: Control, tmp_path: Path) -> None:
    report = _tried(control, tmp_path)
    assert any(control.finding in finding for finding in report.findings), report


def test_with_its_protection_the_same_death_is_survived(tmp_path: Path) -> None:
    report = _tried(Control("published_then_killed", ""), tmp_path)
    assert not report.findings
    assert (tmp_path / "var" / "died").exists()


def _tried(control: Control, folder: Path) -> Report:
    plan = Plan(
        files=3,
        kills=control.kills,
        seed=1,
        tiny=True,
        kinds=(WORKER_CHILD,),
        program=("tests.chaos.controls", control.name),
        patience_s=control.patience_s,
    )
    return run(plan, folder)
