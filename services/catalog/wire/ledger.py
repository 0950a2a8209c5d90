"""Jobs of the ledger as the contract has them, and back."""

from dataclasses import asdict
from datetime import UTC, datetime

from libs.common.faults import InvalidInput
from services.catalog.domain.ledger import Job, JobTotal
from services.catalog.domain.names import tidy, tidy_prose
from services.catalog.wire.music import unix_ms
from tutti.ledger.v1 import ledger_pb2 as pb


def encode_job(job: Job) -> pb.Job:
    """Write a job for others to read."""
    values = asdict(job)
    finished_at = values.pop("finished_at")
    return pb.Job(finished_at_unix_ms=unix_ms(finished_at), **values)


def encode_total(total: JobTotal) -> pb.JobTotal:
    """Write jobs added up."""
    return pb.JobTotal(**asdict(total))


def decode_job(job: pb.Job) -> Job:
    """Read a job a service reported. What an engine says of itself is cut to fit."""
    if not job.id:
        raise InvalidInput("a job needs an id, by which it is one row")
    return Job(
        id=tidy(job.id),
        service=tidy(job.service),
        kind=tidy(job.kind),
        engine=tidy(job.engine),
        engine_version=tidy(job.engine_version),
        model=tidy(job.model),
        device=tidy(job.device),
        input_hash=tidy(job.input_hash),
        output_reference=tidy(job.output_reference, 1000),
        tokens_in=job.tokens_in,
        tokens_out=job.tokens_out,
        audio_s=job.audio_s,
        cost_usd=job.cost_usd,
        latency_ms=job.latency_ms,
        cache_hit=job.cache_hit,
        error=tidy_prose(job.error),
        user_id=tidy(job.user_id),
        finished_at=decode_moment(job.finished_at_unix_ms),
    )


def decode_moment(moment_unix_ms: int) -> datetime:
    """Read a moment, or raise InvalidInput."""
    try:
        return datetime.fromtimestamp(moment_unix_ms / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        raise InvalidInput("a moment must be given in milliseconds since 1970") from None
