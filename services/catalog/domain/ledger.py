"""The ledger of AI jobs: what was asked of models and engines, and what it cost."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Job:
    """One call of a model or an analysis engine, as it went."""

    id: str
    service: str
    kind: str
    engine: str
    engine_version: str
    model: str
    device: str
    input_hash: str
    output_reference: str
    tokens_in: int
    tokens_out: int
    audio_s: float
    cost_usd: float
    latency_ms: int
    cache_hit: bool
    error: str
    user_id: str
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class JobTotal:
    """Jobs of one kind, engine and model, added up. Percentiles are of those not cached."""

    kind: str
    engine: str
    model: str
    job_count: int
    failed_count: int
    cache_hit_count: int
    tokens_in: int
    tokens_out: int
    audio_s: float
    cost_usd: float
    latency_ms_p50: float
    latency_ms_p99: float
