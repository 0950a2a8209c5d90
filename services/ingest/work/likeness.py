"""Whether the library has the recording already."""

from collections.abc import Iterator
from dataclasses import dataclass

from libs.common.postgres import Connection
from services.ingest.adapters.media.fingerprint import fingerprint
from services.ingest.adapters.postgres_library import (
    Rival,
    judge,
    keep_words,
    lock_library,
    results_of,
    rivals,
)
from services.ingest.domain.claims import Claim, Engine, Outcome
from services.ingest.domain.duplicates import Candidate, Decision, verdict
from services.ingest.domain.fingerprints import Fingerprint, Verdict, lookup_words, similarity
from services.ingest.domain.fingerprints import verdict as alike
from services.ingest.domain.formats import better
from services.ingest.domain.pipeline import Step, StepState
from services.ingest.work.bench import Bench, Result
from services.ingest.work.results import Read, recalled, remembered


@dataclass(frozen=True, slots=True)
class TakeFingerprint:
    """Takes a fingerprint that other encodings of the recording share."""

    engine: Engine

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Listen to the first two minutes."""
        with bench.sound(claim) as pcm:
            return remembered(fingerprint(bench.sandbox, pcm))

    async def settle(self, connection: Connection, claim: Claim, outcome: Outcome) -> StepState:
        """Let others find it."""
        words = lookup_words(recalled(Fingerprint, outcome.result))
        await keep_words(connection, claim.content_sha256, words)
        return StepState.DONE


class TellApart:
    """Compares the recording with those of its library, and those on their way there."""

    engine = None

    def perform(self, _bench: Bench, _claim: Claim) -> Result:
        """Nothing before the library is locked."""
        return {}

    async def settle(self, connection: Connection, claim: Claim, _outcome: Outcome) -> StepState:
        """Judge, while nobody else judges in this library."""
        await lock_library(connection, claim.library_id)
        results = await results_of(connection, claim.item_id, claim.content_sha256)
        ours = recalled(Fingerprint, results[Step.FINGERPRINT])
        read = recalled(Read, results[Step.PROBE])
        found = await rivals(connection, claim, lookup_words(ours))
        candidates = [
            candidate for rival in found for candidate in _candidates(claim, ours, read, rival)
        ]
        decision = Decision(claim.decision) if claim.decision else None
        await judge(connection, claim, verdict(candidates, claim.track_id, decision))
        return StepState.DONE


def _candidates(claim: Claim, ours: Fingerprint, read: Read, rival: Rival) -> Iterator[Candidate]:
    if rival.content_sha256 == claim.content_sha256:
        yield Candidate(rival.track_id, 1.0, same=True, new_is_better=False)
        return
    theirs = recalled(Fingerprint, rival.fingerprint)
    said = alike(ours, theirs)
    if said is not Verdict.DIFFERENT:
        yield Candidate(
            rival.track_id,
            similarity(ours, theirs),
            same=said is Verdict.SAME,
            new_is_better=better(read.encoding, recalled(Read, rival.probe).encoding),
        )
