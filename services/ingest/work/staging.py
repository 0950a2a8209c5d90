"""The first step: from wherever the bytes are to their place in the store."""

from services.ingest.domain.claims import Claim
from services.ingest.work.bench import Bench, Result
from services.ingest.work.work import NoFollowUp


class Stage(NoFollowUp):
    """Puts the file where its content says. The parts it came in are then swept away."""

    engine = None

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Collect, recognise, register, store."""
        with bench.scratch.folder() as folder:
            draft = folder / "original"
            original = bench.originals.collect(claim, draft)
            bench.register_content(claim, original.content_sha256)
            bench.store(original.key, draft, original.container.content_type)
            with bench.scratch.entry(original.content_sha256) as entry:
                bench.scratch.once(entry / "original", draft.rename)
        return {}
