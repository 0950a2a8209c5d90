"""What operators see of the server, and the problems everyone may see."""

from typing import Literal

from pydantic import AwareDatetime, Field

from services.gateway.wire.imports import ImportStatus
from services.gateway.wire.shapes import (
    Answer,
    Asked,
    Cursor,
    Instant,
    MaybeInstant,
    MaybeText,
    Paging,
)


class JobQuery(Paging):
    """Which jobs."""

    kind: str = Field("", pattern=r"^[a-z0-9_-]{0,64}$", description="All when left out.")
    failed: bool = Field(False, description="Only failed ones.")


class Job(Answer):
    """A call of a model or an analysis engine, as it went."""

    id: str
    service: str
    kind: str
    engine: str
    engine_version: str
    model: MaybeText
    device: str
    input_hash: str
    output_reference: MaybeText
    tokens_in: int
    tokens_out: int
    audio_s: float
    cost_usd: float
    latency_ms: int
    cache_hit: bool
    error: MaybeText
    user_id: MaybeText
    finished_at: Instant


class JobPage(Answer):
    """Jobs, last finished first."""

    items: list[Job] = Field(validation_alias="jobs")
    next_cursor: Cursor


class SummaryQuery(Asked):
    """Since when to add up."""

    since: AwareDatetime | None = Field(None, description="Thirty days ago when left out.")


class JobTotal(Answer):
    """Jobs of one kind, engine and model, added up."""

    kind: str
    engine: str
    model: MaybeText
    job_count: int
    failed_count: int
    cache_hit_count: int
    tokens_in: int
    tokens_out: int
    audio_s: float
    cost_usd: float
    latency_ms_p50: float
    latency_ms_p99: float


class JobSummary(Answer):
    """The bill."""

    since: Instant
    items: list[JobTotal]


class PartState(Answer):
    """Whether something the gateway needs answers."""

    ready: bool
    detail: str = Field(description="Empty when ready.")


class Readiness(Answer):
    """Whether the gateway can serve, and each part it needs for that."""

    ready: bool
    parts: dict[str, PartState]


class ServerStatus(Answer):
    """How the server is."""

    parts: dict[str, PartState]
    imports: ImportStatus


class ScrubWish(Asked):
    """What the walk through all objects shall do besides looking at them."""

    remove_orphans: bool = Field(
        False, description="Remove what nothing needs and is older than a day."
    )


class Scrub(Answer):
    """A walk through all stored objects."""

    under_way: bool
    began_at: MaybeInstant
    ended_at: MaybeInstant
    due_at: Instant = Field(description="When the next one begins by itself.")
    checked_count: int
    checked_bytes: int
    damaged_count: int
    orphan_count: int = Field(description="Objects that nothing needs; known at the end.")
    orphan_bytes: int
    removes_orphans: bool


class Damage(Answer):
    """An object that was missing, or not what it must be."""

    key: str
    original: bool = Field(
        description="Only the same file brought again heals it; all else is made anew."
    )
    detail: str
    quarantine_key: MaybeText = Field(description="Where what was found lies.")
    content_sha256: str
    file_name: MaybeText
    title: MaybeText
    artist: MaybeText
    found_at: Instant
    healed_at: MaybeInstant = Field(description="Null while it is damaged.")


class ScrubReport(Answer):
    """How far the scrubber is, and what it found: what is damaged still, then what was."""

    scrub: Scrub
    damages: list[Damage]


class Alive(Answer):
    """The process runs."""

    alive: Literal[True] = True


class FieldProblem(Answer):
    """What is wrong with one field."""

    field: str = Field(description='Where it is: "body.tracks.0.title", "query.limit".')
    message: str


class Problem(Answer):
    """Why a request was not honoured, by RFC 9457."""

    type: str = Field("about:blank", description="A name for this kind of problem.")
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="What was wrong, and what would be right.")
    code: str = Field(description="What programs recognise the problem by.")
    errors: list[FieldProblem] = Field([], description="Fields that do not fit, if it is that.")
