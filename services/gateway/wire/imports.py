"""Uploads, and files on their way into a library."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.wire.shapes import (
    Answer,
    Asked,
    Cursor,
    Given,
    Instant,
    MaybeText,
    PageToken,
    Paging,
    SparseAnswer,
    numbered,
    spoken,
)
from tutti.ingest.v1 import ingest_pb2 as pb

LARGEST_FILE_BYTES = 64 * 2**30
"""Far above what any server's own limit may be set to."""

FileName = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f/\\]+$")
]
Filter = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]


class ItemState(StrEnum):
    """Where a file stands."""

    WAITING = "waiting"
    PROCESSING = "processing"
    UNDECIDED = "undecided"
    PUBLISHED = "published"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    DISMISSED = "dismissed"


class StepState(StrEnum):
    """Where a step stands."""

    BLOCKED = "blocked"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Decision(StrEnum):
    """What shall become of a possible duplicate."""

    KEEP_BOTH = "keep_both"
    REPLACE = "replace"
    DISCARD = "discard"


class UploadNew(Asked):
    """A file to come."""

    file_name: FileName = Field(description="A name, not a path.", examples=["Aria.flac"])
    size_bytes: int = Field(ge=1, le=LARGEST_FILE_BYTES, examples=[31_415_926])
    library_id: Filter = Field("", description="One's own when left out.")
    batch_id: Filter = Field("", description="Chosen by the client, to follow files together.")


class Upload(Answer):
    """A file to come, and which of its parts have arrived."""

    id: str
    library_id: str
    batch_id: str
    file_name: str
    size_bytes: int
    part_size_bytes: int = Field(description="Of every part but the last.")
    part_count: int
    received_parts: list[int] = Field(description="From 1, ascending.")
    item_id: MaybeText = Field(description="Set once complete.")
    expires_at: Instant


class Item(SparseAnswer):
    """One file on its way into a library."""

    id: str
    user_id: str = ""
    library_id: str = ""
    batch_id: str = ""
    file_name: str = ""
    size_bytes: int = 0
    state: Annotated[ItemState, spoken(pb.ItemState, "ITEM_STATE_")]
    progress: float = Field(0.0, description="From 0 to 1.")
    current_step: str | None = None
    reason_code: str | None = Field(None, description="Of the quarantine, for programs.")
    reason: str | None = Field(None, description="Of the quarantine, for people.")
    notes: list[str] = Field([], description="What was odd but did not stop it.")
    track_id: str | None = Field(None, description="When published, or of what it duplicates.")
    content_sha256: str | None = None
    title: str | None = None
    artist: str | None = None
    created_at: Instant
    changed_at: Instant
    duplicate_similarity: float | None = Field(None, description="From 0 to 1.")


class ItemPage(Answer):
    """Files, last first."""

    items: list[Item]
    next_cursor: Cursor


class Step(Answer):
    """One piece of work on a file."""

    name: str
    state: Annotated[StepState, spoken(pb.StepState, "STEP_STATE_")]
    attempts: int
    engine: MaybeText
    engine_version: MaybeText
    duration_ms: int
    error: MaybeText


class ItemDetail(Answer):
    """A file with its steps."""

    item: Item
    steps: list[Step]


class ItemQuery(Paging):
    """Which files."""

    batch_id: Filter = ""
    state: list[ItemState] = Field([], max_length=10, description="Any state when left out.")

    def request(self, user_id: str) -> pb.ListItemsRequest:
        """Ask ingest; an empty user id is for everyone's."""
        return pb.ListItemsRequest(
            user_id=user_id,
            batch_id=self.batch_id,
            states=[numbered(pb.ItemState, "ITEM_STATE_", state) for state in self.state],
            page_size=self.limit,
            page_token=self.cursor,
        )


class BatchQuery(Asked):
    """Which page of the batches."""

    limit: int = Field(20, ge=1, le=100)
    cursor: PageToken = ""


class Batch(Answer):
    """Files that came together."""

    id: str
    item_count: int
    published_count: int
    duplicate_count: int
    quarantined_count: int
    undecided_count: int
    progress: float
    created_at: Instant


class BatchPage(Answer):
    """Batches, last first."""

    items: list[Batch] = Field(validation_alias="batches")
    next_cursor: Cursor


class DecisionMade(Asked):
    """What shall become of a possible duplicate."""

    decision: Decision


class ImportStatus(Answer):
    """How many files are in which state, and what waits."""

    waiting_count: int
    processing_count: int
    undecided_count: int
    published_count: int
    duplicate_count: int
    quarantined_count: int
    queued_step_count: int
    oldest_queued_s: float


class ScanStarted(Answer):
    """What a look through a folder found."""

    batch_id: str
    new_count: int
    changed_count: int
    unchanged_count: int
    missing_count: int = Field(description="Gone from the folder; their tracks stay.")


class Rerun(Asked):
    """Which step to run again."""

    step: str = Field("", pattern=r"^[a-z0-9_]{0,64}$", description="The failed one when empty.")


class RefreshStarted(Answer):
    """How many steps were queued again."""

    queued_count: int


class ItemNews(Answer):
    """What a line of the event stream may carry: either of the two."""

    item: Annotated[Item | None, Given]
    batch: Annotated[Batch | None, Given]
