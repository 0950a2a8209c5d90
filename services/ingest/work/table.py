"""Who does which step."""

from collections.abc import Mapping

from services.ingest.domain.pipeline import Step
from services.ingest.work.publishing import Publish
from services.ingest.work.reading import Probe, ReadTags
from services.ingest.work.staging import Stage
from services.ingest.work.work import Work


def works() -> Mapping[Step, Work]:
    """Every step of the pipeline with its work."""
    return {
        Step.STAGE: Stage(),
        Step.PROBE: Probe(),
        Step.TAGS: ReadTags(),
        Step.PUBLISH: Publish(),
    }
