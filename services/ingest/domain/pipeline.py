"""The steps between a file and a recording, and what each has to wait for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

MOST_ATTEMPTS = 3
"""A step that ended its worker so often is not tried again."""


class Step(StrEnum):
    """One piece of work on a file."""

    STAGE = "stage"
    PROBE = "probe"
    TAGS = "tags"
    FINGERPRINT = "fingerprint"
    DUPLICATES = "duplicates"
    HIGH = "transcode_high"
    MEDIUM = "transcode_medium"
    LOW = "transcode_low"
    OPUS = "transcode_opus"
    PREVIEW = "transcode_preview"
    HLS = "transcode_hls"
    PEAKS = "peaks"
    LOUDNESS = "loudness"
    FEATURES = "features"
    PUBLISH = "publish"


class StepState(StrEnum):
    """Where a step stands."""

    BLOCKED = "blocked"
    QUEUED = "queued"
    RUNNING = "running"
    AWAITING = "awaiting"
    """The catalog's answer."""
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a step waits for, its share of the work, and when it has surely gone astray."""

    needs: tuple[Step, ...]
    weight: float
    limit_s: int


PIPELINE: Mapping[Step, Plan] = {
    Step.STAGE: Plan((), 1.0, 900),
    Step.PROBE: Plan((Step.STAGE,), 0.5, 300),
    Step.TAGS: Plan((Step.PROBE,), 0.2, 120),
    Step.PUBLISH: Plan((Step.TAGS,), 0.2, 60),
}


def ready(states: Mapping[Step, StepState]) -> tuple[Step, ...]:
    """The blocked steps that no longer wait for anything."""
    return tuple(
        step
        for step, state in states.items()
        if state is StepState.BLOCKED
        and all(states[need] is StepState.DONE for need in PIPELINE[step].needs)
    )


def progress(states: Mapping[Step, StepState]) -> float:
    """How much of the work is done, from 0 to 1."""
    whole = sum(PIPELINE[step].weight for step in states)
    done = sum(PIPELINE[step].weight for step, state in states.items() if state is StepState.DONE)
    return round(done / whole, 4)


def following(steps: Iterable[Step]) -> frozenset[Step]:
    """The steps and all that wait for them, directly or not."""
    found = set(steps)
    # PIPELINE lists every step after those it needs.
    for step, plan in PIPELINE.items():
        if found.intersection(plan.needs):
            found.add(step)
    return frozenset(found)


@cache
def distance(step: Step) -> int:
    """How many steps lie between this one and the last: what is near its end goes first."""
    later = [other for other, plan in PIPELINE.items() if step in plan.needs]
    return 1 + max(map(distance, later)) if later else 0
