"""What the catalog listens to: music that is ready, listeners who play it, engines that worked."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from libs.common.events import Bus
from libs.common.faults import InvalidInput
from services.catalog.adapters.findings import Findings
from services.catalog.adapters.ledger import Ledger
from services.catalog.adapters.plays import Plays
from services.catalog.adapters.publishing import Publishing
from services.catalog.domain.listening import Playback
from services.catalog.wire.ledger import decode_job
from services.catalog.wire.listening import decode_playback
from services.catalog.wire.music import decode_analysis, decode_loudness, decode_renditions
from services.catalog.wire.recording import decode_found, decode_recording
from tutti.gateway.v1 import events_pb2 as gateway_events_pb2
from tutti.ingest.v1 import events_pb2
from tutti.ledger.v1 import events_pb2 as ledger_events_pb2

logger = logging.getLogger(__name__)

LISTENER = "catalog"


async def listen(
    bus: Bus, publishing: Publishing, findings: Findings, plays: Plays, ledger: Ledger
) -> None:
    """Take in what others announce, each at its own pace."""
    await _listen_to_recordings(bus, publishing)
    await _listen_to_findings(bus, findings)

    async def reported(fact: gateway_events_pb2.PlaybackReported) -> None:
        await plays.record(_sound(fact.plays))

    async def finished(fact: ledger_events_pb2.JobFinished) -> None:
        await ledger.record(decode_job(fact.job))

    await bus.subscribe(gateway_events_pb2.PlaybackReported, LISTENER, reported)
    await bus.subscribe(ledger_events_pb2.JobFinished, LISTENER, finished)


async def _listen_to_recordings(bus: Bus, publishing: Publishing) -> None:
    """Take in recordings that are ready, and what is heard in them anew."""

    async def ready(fact: events_pb2.RecordingReady) -> None:
        await publishing.publish(decode_recording(fact))

    async def reanalysed(fact: events_pb2.RecordingReanalysed) -> None:
        await publishing.reanalyse(
            fact.content_sha256,
            decode_loudness(fact.loudness) if fact.HasField("loudness") else None,
            decode_analysis(fact.analysis) if fact.HasField("analysis") else None,
            decode_renditions(fact.renditions),
            fact.cover_sha256,
        )

    await bus.subscribe(events_pb2.RecordingReady, LISTENER, ready)
    await bus.subscribe(events_pb2.RecordingReanalysed, LISTENER, reanalysed)


async def _listen_to_findings(bus: Bus, findings: Findings) -> None:
    """Show recordings that are not ready yet, until they are, or turn out to be none."""

    async def found(fact: events_pb2.RecordingsFound) -> None:
        await findings.show(fact.id, decode_found(fact))

    async def withdrawn(fact: events_pb2.RecordingWithdrawn) -> None:
        await findings.withdraw(fact.ingest_item_id)

    await bus.subscribe(events_pb2.RecordingsFound, LISTENER, found)
    await bus.subscribe(events_pb2.RecordingWithdrawn, LISTENER, withdrawn)


def _sound(playbacks: Iterable[gateway_events_pb2.Playback]) -> Iterator[Playback]:
    """The playbacks that make sense: one that does not takes no others with it."""
    now = datetime.now(UTC)
    for playback in playbacks:
        try:
            yield decode_playback(playback, now)
        except InvalidInput as reason:
            logger.warning("senseless play left out", extra={"reason": str(reason)})
