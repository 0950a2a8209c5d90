"""The steps between a file and a recording, and what each has to wait for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache

from services.ingest.domain.renditions import Rendition

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
    """What a step waits for, its share of the work, and when it has surely gone astray.

    The weights are seconds for three minutes of FLAC on one core, as measured.
    """

    needs: tuple[Step, ...]
    weight: float
    limit_s: int


RENDITIONS = {
    Step.HIGH: Rendition.HIGH,
    Step.MEDIUM: Rendition.MEDIUM,
    Step.LOW: Rendition.LOW,
    Step.OPUS: Rendition.OPUS,
    Step.PREVIEW: Rendition.PREVIEW,
}
"""The steps that make one rendition each."""

_AFTER = (Step.DUPLICATES,)
_BACKSTOP_S = 7200
"""What encodes has tighter limits of its own, which follow the length of the recording."""

PIPELINE: Mapping[Step, Plan] = {
    Step.STAGE: Plan((), 1.0, 1800),
    Step.PROBE: Plan((Step.STAGE,), 1.5, 1800),
    Step.TAGS: Plan((Step.PROBE,), 0.2, 1800),
    Step.FINGERPRINT: Plan((Step.PROBE,), 0.3, 1800),
    Step.DUPLICATES: Plan((Step.FINGERPRINT,), 0.1, 60),
    Step.HLS: Plan(_AFTER, 5.0, _BACKSTOP_S),
    Step.OPUS: Plan(_AFTER, 2.1, _BACKSTOP_S),
    Step.MEDIUM: Plan(_AFTER, 2.0, _BACKSTOP_S),
    Step.LOW: Plan(_AFTER, 2.0, _BACKSTOP_S),
    Step.HIGH: Plan(_AFTER, 1.5, _BACKSTOP_S),
    Step.FEATURES: Plan(_AFTER, 1.2, _BACKSTOP_S),
    Step.LOUDNESS: Plan(_AFTER, 0.7, _BACKSTOP_S),
    Step.PREVIEW: Plan(_AFTER, 0.4, _BACKSTOP_S),
    Step.PEAKS: Plan(_AFTER, 0.3, _BACKSTOP_S),
    Step.PUBLISH: Plan(
        (Step.TAGS, *RENDITIONS, Step.HLS, Step.PEAKS, Step.LOUDNESS, Step.FEATURES), 0.1, 60
    ),
}
"""Every step after those it needs; among equals the longest first, so that none is left over."""


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


class Urgency(IntEnum):
    """Whose turn comes first."""

    ASKED = 0
    """Somebody wants to hear it now."""
    BROUGHT = 1
    """Somebody added it, or it needs a closer look before it can be shown at all."""
    BACKLOG = 2
    """It lies in a mounted folder, and is shown already."""


LAST_PRIORITY = 9
"""Of the queue, which knows ten."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that may be taken."""

    step: Step
    urgency: Urgency

    @property
    def priority(self) -> int:
        """The lower the earlier; what is near its end goes first, so that files are finished."""
        match self.urgency:
            case Urgency.ASKED:
                return 0
            case Urgency.BROUGHT:
                return 1 + distance(self.step)
            case Urgency.BACKLOG:
                return min(7 + distance(self.step) // 2, LAST_PRIORITY)


@cache
def distance(step: Step) -> int:
    """How many steps lie between this one and the last: what is near its end goes first."""
    later = [other for other, plan in PIPELINE.items() if step in plan.needs]
    return 1 + max(map(distance, later)) if later else 0
