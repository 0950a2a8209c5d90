"""What the catalog listens to about music."""

from libs.common.events import Bus
from services.catalog.adapters.publishing import Publishing
from services.catalog.wire.music import decode_analysis, decode_loudness, decode_renditions
from services.catalog.wire.recording import decode_recording
from tutti.ingest.v1 import events_pb2

LISTENER = "catalog"


async def listen(bus: Bus, publishing: Publishing) -> None:
    """Take in recordings that are ready, and what is heard in them anew."""

    async def ready(fact: events_pb2.RecordingReady) -> None:
        await publishing.publish(decode_recording(fact))

    async def reanalysed(fact: events_pb2.RecordingReanalysed) -> None:
        await publishing.reanalyse(
            fact.content_sha256,
            decode_loudness(fact.loudness) if fact.HasField("loudness") else None,
            decode_analysis(fact.analysis) if fact.HasField("analysis") else None,
            decode_renditions(fact.renditions),
        )

    await bus.subscribe(events_pb2.RecordingReady, LISTENER, ready)
    await bus.subscribe(events_pb2.RecordingReanalysed, LISTENER, reanalysed)
