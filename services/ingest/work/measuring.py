"""What is measured of a recording's sound."""

import time
from dataclasses import dataclass
from uuid import uuid4

from libs.common.postgres import Connection, announce
from libs.ledger import job_finished
from services.ingest.adapters.media.loudness import measure_loudness
from services.ingest.adapters.postgres_library import results_of
from services.ingest.domain.analysis import AnalysisEngine
from services.ingest.domain.claims import Claim, Engine, Outcome
from services.ingest.domain.pipeline import Step, StepState
from services.ingest.work.bench import Bench, Result
from services.ingest.work.results import Read, recalled, remembered
from services.ingest.work.work import NoFollowUp
from tutti.ledger.v1 import ledger_pb2


@dataclass(frozen=True, slots=True)
class MeasureLoudness(NoFollowUp):
    """Measures loudness and true peak."""

    engine: Engine

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Listen to all of it."""
        with bench.sound(claim) as pcm:
            return remembered(measure_loudness(bench.sandbox, pcm))


@dataclass(frozen=True, slots=True)
class Analyse:
    """Finds tempo, beats, key and colour, and tells the ledger."""

    analyst: AnalysisEngine

    @property
    def engine(self) -> Engine:
        """The engine the settings name."""
        return Engine(self.analyst.name, self.analyst.version)

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Listen to all of it."""
        with bench.sound(claim) as pcm:
            return remembered(self.analyst.analyse(pcm.samples(), pcm.shape.sample_rate_hz))

    async def settle(self, connection: Connection, claim: Claim, outcome: Outcome) -> StepState:
        """Note the job, also where the result was known."""
        results = await results_of(connection, claim.item_id, claim.content_sha256)
        job = ledger_pb2.Job(
            id=str(uuid4()),
            service="ingest",
            kind="analysis",
            engine=self.engine.name,
            engine_version=self.engine.version,
            device="cpu",
            input_hash=claim.content_sha256,
            output_reference=claim.item_id,
            audio_s=recalled(Read, results[Step.PROBE]).encoding.duration_s,
            latency_ms=outcome.duration_ms,
            cache_hit=outcome.known,
            user_id=claim.user_id,
            finished_at_unix_ms=time.time_ns() // 1_000_000,
        )
        await announce(connection, job_finished(job))
        return StepState.DONE
