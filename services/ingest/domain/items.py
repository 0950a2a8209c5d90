"""Files on their way into a library."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from libs.common.faults import FailedPrecondition, NotFound
from services.ingest.domain.pipeline import Step, StepState


class ItemState(StrEnum):
    """Where a file stands. Every file comes to an end that is one of ``ENDED``."""

    WAITING = "waiting"
    PROCESSING = "processing"
    UNDECIDED = "undecided"
    PUBLISHED = "published"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    DISMISSED = "dismissed"


UNDER_WAY = (ItemState.WAITING, ItemState.PROCESSING, ItemState.UNDECIDED)
ENDED = (
    ItemState.PUBLISHED,
    ItemState.DUPLICATE,
    ItemState.QUARANTINED,
    ItemState.DISMISSED,
)
DISMISSIBLE = (ItemState.QUARANTINED, ItemState.DUPLICATE, ItemState.UNDECIDED)
REPEATABLE = (ItemState.PUBLISHED, ItemState.QUARANTINED, ItemState.PROCESSING)


class UnknownItem(NotFound):
    """There is no such file, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file on its way into a library, or arrived there."""

    id: str
    position: int
    user_id: str
    library_id: str
    batch_id: str
    file_name: str
    size_bytes: int
    state: ItemState
    progress: float
    current_step: str
    reason_code: str
    reason: str
    notes: Sequence[str]
    track_id: str
    content_sha256: str
    title: str
    artist: str
    duplicate_similarity: float | None
    created_at: datetime
    changed_at: datetime

    def require(self, states: Sequence[ItemState], wish: str) -> None:
        """Refuse what makes no sense for a file that stands where this one does."""
        if self.state not in states:
            allowed = " or ".join(states)
            raise FailedPrecondition(
                f"only a file that is {allowed} can be {wish}, and this one is {self.state}"
            )


@dataclass(frozen=True, slots=True)
class StepReport:
    """How a step of a file went."""

    name: Step
    state: StepState
    attempts: int
    engine: str
    engine_version: str
    duration_ms: int
    error: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that came together."""

    id: str
    position: int
    item_count: int
    published_count: int
    duplicate_count: int
    quarantined_count: int
    undecided_count: int
    progress: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many files are in which state, and what waits in the queue."""

    by_state: dict[ItemState, int]
    queued_step_count: int
    oldest_queued_s: float
