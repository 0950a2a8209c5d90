"""What the catalog tells the rest of the platform."""

import uuid

from libs.common.events import Event
from services.catalog.domain.music import Track
from services.catalog.wire.music import encode_track
from tutti.catalog.v1 import events_pb2


def track_published(
    track: Track, ingest_item_id: str, *, replaced_original: bool, unused_sha256: str
) -> Event:
    """A recording stands in a library. Announced again when ingest asks again."""
    fact = events_pb2.TrackPublished(
        track=encode_track(track),
        ingest_item_id=ingest_item_id,
        replaced_original=replaced_original,
        unused_content_sha256=unused_sha256,
    )
    return Event.of(fact, key=ingest_item_id)


def track_refused(ingest_item_id: str, reason: str) -> Event:
    """A recording could not be taken in."""
    fact = events_pb2.TrackRefused(ingest_item_id=ingest_item_id, reason=reason)
    return Event.of(fact, key=ingest_item_id)


def tracks_listed(found_id: str) -> Event:
    """What was found in a folder is shown."""
    return Event.of(events_pb2.TracksListed(found_id=found_id), key=found_id)


def track_delisted(ingest_item_id: str) -> Event:
    """A file that came to nothing is not shown."""
    fact = events_pb2.TrackDelisted(ingest_item_id=ingest_item_id)
    return Event.of(fact, key=ingest_item_id)


def track_edited(track: Track) -> Event:
    """What is written about a track changed."""
    fact = events_pb2.TrackEdited(track=encode_track(track))
    return Event.of(fact, key=f"{track.id}/{uuid.uuid4().hex}")


def track_removed(
    track_id: str, library_id: str, content_sha256: str, item_id: str, *, content_unused: bool
) -> Event:
    """A track left its library; if its file was still being prepared, that is not wanted."""
    fact = events_pb2.TrackRemoved(
        track_id=track_id,
        library_id=library_id,
        content_sha256=content_sha256,
        content_unused=content_unused,
        ingest_item_id=item_id,
    )
    return Event.of(fact, key=track_id)
