"""Who may be killed: every process of a running fleet, by what it is."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    import random

    from tests.running import Tutti

WORKER_CHILD = "a worker's child"
CAGED = "a caged program"
BACKEND = "a session of postgres"
EVERYTHING = "everything at once"

PROGRAMS = (
    "catalog",
    "ingest",
    "ingest-worker",
    "gateway",
    "synth",
    "synth-twin",
    "postgres",
    "valkey",
    "nats",
    "s3",
)
PARTS = {WORKER_CHILD: "ingest-worker", CAGED: "ingest-worker", BACKEND: "postgres"}
"""Kinds of processes that a program has several of."""
KINDS = (*PROGRAMS, *PARTS, EVERYTHING)


def victim(fleet: Tutti, kind: str, chance: random.Random) -> psutil.Process | None:
    """One process of a kind, or None where there is none at this moment."""
    with suppress(psutil.NoSuchProcess, OSError, ValueError, KeyError):
        pid = state(fleet, PARTS.get(kind, kind))["pid"]
        program = psutil.Process(pid) if pid else None
        if program is None or kind in PROGRAMS:
            return program
        found = _parts(program, kind)
        return chance.choice(found) if found else None
    return None


# What the supervisor writes down is JSON; whoever reads knows the field.
def state(fleet: Tutti, name: str) -> dict[str, Any]:
    """How a program is, as its supervisor wrote it down."""
    programs: dict[str, dict[str, Any]] = json.loads((fleet.home / "fleet.json").read_text())[
        "programs"
    ]
    return programs[name]


def _parts(program: psutil.Process, kind: str) -> list[psutil.Process]:
    children = program.children()
    if kind != CAGED:
        return children
    return [each for child in children for each in _descendants(child)]


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
    return []
