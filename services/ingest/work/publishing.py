"""The last step: everything is known, and the catalog may have it."""

from libs.common.postgres import Connection, announce
from services.ingest.adapters.postgres_library import results_of
from services.ingest.domain.analysis import Analysis
from services.ingest.domain.claims import Claim, Outcome
from services.ingest.domain.loudness import Loudness
from services.ingest.domain.pipeline import RENDITIONS, Step, StepState
from services.ingest.domain.recording import Recording
from services.ingest.events import recording_ready, recording_reanalysed
from services.ingest.work.bench import Bench, Result
from services.ingest.work.results import Made, Read, Tagged, recalled


class Publish:
    """Announces the recording; the item ends when the catalog answers."""

    engine = None

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Everything is made: nobody needs the sound on this disk any more."""
        bench.scratch.drop(claim.content_sha256)
        return {}

    async def settle(self, connection: Connection, claim: Claim, _outcome: Outcome) -> StepState:
        """Announce a new recording and wait, or what is new about one that is published."""
        recording = await _recording(connection, claim)
        if claim.published:
            await announce(connection, recording_reanalysed(recording))
            return StepState.DONE
        await announce(connection, recording_ready(recording), awaits_result=True)
        return StepState.AWAITING


async def _recording(connection: Connection, claim: Claim) -> Recording:
    results = await results_of(connection, claim.item_id, claim.content_sha256)
    read = recalled(Read, results[Step.PROBE])
    tagged = recalled(Tagged, results[Step.TAGS])
    return Recording(
        item_id=claim.item_id,
        user_id=claim.user_id,
        library_id=claim.library_id,
        replaces_track_id=claim.replaces_track_id,
        content_sha256=claim.content_sha256,
        file_name=claim.file_name,
        size_bytes=claim.size_bytes,
        encoding=read.encoding,
        tags=tagged.named(claim.file_name),
        cover=tagged.cover,
        loudness=recalled(Loudness, results[Step.LOUDNESS]),
        analysis=recalled(Analysis, results[Step.FEATURES]),
        renditions={
            rendition: recalled(Made, results[step]).size_bytes
            for step, rendition in RENDITIONS.items()
        },
        hls_size_bytes=recalled(Made, results[Step.HLS]).size_bytes,
    )
