"""Each kind of trial in its short form; ``python -m tests.outages.<trial>`` is the long one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.programs.program import ROOT
from tests.outages import network

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(600)]

needs_namespaces = pytest.mark.skipif(bool(network.why_not()), reason=network.why_not())


@needs_namespaces
def test_a_service_cut_off_from_its_database_says_so_and_comes_back() -> None:
    holds("partition", "catalog-postgres", "--seconds", "10", "--slack", "3")


@needs_namespaces
def test_without_nats_and_across_a_restart_of_the_database_nothing_is_lost() -> None:
    holds("losses", "NATS lost", "PostgreSQL restarted", "--seconds", "5")


def test_a_rolling_restart_costs_no_request() -> None:
    holds("rolling", "catalog", "gateway", "--rounds", "1", "--per-second", "20")


def test_a_wrong_clock_signs_nobody_out() -> None:
    holds("clocks", "gateway", "--steps", "660")


def holds(trial: str, *arguments: str) -> None:
    """Run a trial, and fail with what it said."""
    argv = [sys.executable, "-m", f"tests.outages.{trial}", *arguments]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
