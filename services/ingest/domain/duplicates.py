"""Whether a library has a recording already, and what is to be done when it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """What a person wants to become of a possible duplicate."""

    KEEP_BOTH = "keep_both"
    REPLACE = "replace"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recording of the library, or one on its way there, that is or may be the new one.

    ``track_id`` is empty for one on its way. ``likeness`` is from 0 to 1; where it leaves
    no doubt, they are the ``same``.
    """

    track_id: str
    likeness: float
    same: bool
    new_is_better: bool


@dataclass(frozen=True, slots=True)
class Fresh:
    """Nothing like it is there."""


@dataclass(frozen=True, slots=True)
class Replaces:
    """It is a better original of a track that is there."""

    track_id: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same recording is there, as good or better."""

    track_id: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """It may be the same recording: a person decides."""

    track_id: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Waits:
    """It may be the same as one on its way, whose end comes first."""


Verdict = Fresh | Replaces | Duplicate | Undecided | Waits


def verdict(
    candidates: Sequence[Candidate], asked_about: str = "", decision: Decision | None = None
) -> Verdict:
    """Judge a new recording by its likeness to those of the library.

    Parameters
    ----------
    candidates
        What is or may be the same, in any order.
    asked_about
        The track a person was asked about, if one was.
    decision
        What that person said. It holds for that track only: another may have come since.
    """
    if decision is Decision.KEEP_BOTH:
        candidates = [one for one in candidates if one.track_id != asked_about]
    if not candidates:
        return Fresh()
    if any(not one.track_id for one in candidates):
        return Waits()
    if decision is Decision.REPLACE and any(one.track_id == asked_about for one in candidates):
        return Replaces(asked_about)
    nearest = max(candidates, key=lambda one: (one.same, one.likeness))
    if not nearest.same:
        return Undecided(nearest.track_id, nearest.likeness)
    if nearest.new_is_better:
        return Replaces(nearest.track_id)
    return Duplicate(nearest.track_id)
