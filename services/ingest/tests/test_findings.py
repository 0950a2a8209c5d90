"""What was found, in announcements that fit into a message."""

from __future__ import annotations

import pytest

from services.ingest.domain.formats import Codec, Container, Encoding
from services.ingest.domain.glance import Found
from services.ingest.domain.tags import MOST_NAMES, NAME_LENGTH, Tags
from services.ingest.events import MOST_FOUND, MOST_FOUND_BYTES, recordings_found
from tutti.ingest.v1 import events_pb2

SOUND = Encoding(Container.MP3, Codec.MP3, 44_100, 2, None, 192_000, 180.0, 180.0)
NAMES = tuple(f"{n:02}{'音' * (NAME_LENGTH - 2)}" for n in range(MOST_NAMES))
WORDY = Tags(artists=NAMES, album_artists=NAMES, composers=NAMES, genres=NAMES)


@pytest.mark.parametrize(("tags", "most"), [(Tags(title="One"), 3), (WORDY, 250)])
def test_every_file_is_announced_once_in_messages_of_bounded_size(tags: Tags, most: int) -> None:
    found = [Found(str(n), f"{n}.mp3", 1000, SOUND, tags) for n in range(250)]
    events = [*recordings_found("ada", "home", found)]
    assert len(events) <= most
    facts = [events_pb2.RecordingsFound.FromString(event.payload) for event in events]
    assert len({fact.id for fact in facts}) == len(facts)
    assert all(len(fact.recordings) <= MOST_FOUND for fact in facts)
    assert all(len(event.payload) < MOST_FOUND_BYTES + 1000 for event in events)
    told = [one.ingest_item_id for fact in facts for one in fact.recordings]
    assert told == [one.item_id for one in found]
