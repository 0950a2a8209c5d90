"""The short form of ``python -m tests.hostile_clients.crowd``: all others are served meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.hostile_clients import attacks
from tests.hostile_clients.crowd import LIMITS, Crowd, Trial
from tests.running import running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

MOST_MIB = 400
"""For the whole gateway, whatever comes; it takes about 110 to begin with."""
TRIALS = [
    Trial("idle connections", attacks.idle, 2000, 3),
    Trial("slow heads", attacks.slow_heads, 300, 3),
    Trial("slow bodies", attacks.slow_bodies, 200, 3),
    Trial("slow parts of uploads", attacks.slow_parts, 20, 3),
    Trial("slow readers", attacks.slow_readers, 100, 3),
    Trial("a flood", attacks.flood, 10, 3),
    Trial("what is too large", attacks.large, 2, 0),
]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    folder = tmp_path_factory.mktemp("crowd")
    with ExitStack() as people:
        yield Crowd(people.enter_context(running(folder / "var", **LIMITS)), folder, people)


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_a_listener_beside_them_is_served(crowd: Crowd, trial: Trial) -> None:
    outcome = asyncio.run(crowd.face(trial))
    assert not outcome.failures, outcome
    assert outcome.peak_mib < MOST_MIB, outcome
    assert not [fate for fate in outcome.fates if fate.endswith(("500", "502"))], outcome
    if trial.attack is attacks.flood:
        assert outcome.fates["429"] > outcome.fates["200"] > 0
