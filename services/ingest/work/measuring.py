"""What is measured of a recording's sound."""

from dataclasses import dataclass

from services.ingest.adapters.media.loudness import measure_loudness
from services.ingest.domain.claims import Claim, Engine
from services.ingest.work.bench import Bench, Result
from services.ingest.work.results import remembered
from services.ingest.work.work import NoFollowUp


@dataclass(frozen=True, slots=True)
class MeasureLoudness(NoFollowUp):
    """Measures loudness and true peak."""

    engine: Engine

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Listen to all of it."""
        with bench.sound(claim) as pcm:
            return remembered(measure_loudness(bench.sandbox, pcm))
