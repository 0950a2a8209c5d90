"""What ingest tells the rest of the platform."""

from libs.common.events import Event
from services.ingest.domain.quarantine import Quarantine
from tutti.ingest.v1 import events_pb2


def recording_quarantined(
    item_id: str, user_id: str, library_id: str, file_name: str, quarantine: Quarantine
) -> Event:
    """A file came to nothing."""
    fact = events_pb2.RecordingQuarantined(
        ingest_item_id=item_id,
        user_id=user_id,
        library_id=library_id,
        file_name=file_name,
        reason_code=quarantine.code,
        reason=quarantine.reason,
    )
    return Event.of(fact, key=item_id)
