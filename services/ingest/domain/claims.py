"""A worker's hold on one step of one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.ingest.domain.objects import StoredObject
from services.ingest.domain.pipeline import Step


@dataclass(frozen=True, slots=True)
class Claim:
    """One try of one step: what to do, for which file, and where its bytes are."""

    step_id: int
    step: Step
    attempt: int
    """From 1. A finish counts only if the step was not claimed again since."""
    setbacks: int
    anew: bool
    item_id: str
    user_id: str
    library_id: str
    file_name: str
    size_bytes: int
    upload_id: str | None
    source_path: str | None
    content_sha256: str
    track_id: str
    replaces_track_id: str
    decision: str
    published: bool
    traceparent: str


@dataclass(frozen=True, slots=True)
class Engine:
    """What does a step: a newer version may find something else."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt that succeeded.

    ``known`` says that the result was there already: the same engine had met the
    same content before.
    """

    engine: Engine | None
    result: Mapping[str, object]
    duration_ms: int
    known: bool
    stored: Sequence[StoredObject] = ()


class NotYet(Exception):
    """The step must wait for something, which is nobody's fault and no attempt.

    Parameters
    ----------
    reason
        What it waits for.
    wait_s
        When to look again.
    """

    def __init__(self, reason: str, wait_s: float) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
