"""Apple Music's play activity, from the copy of one's data at https://privacy.apple.com.

Its columns changed over the years, and some of its rows are no plays of music.
Newer files name no artist: a track is then known by title and album.
"""

import re

from services.catalog.domain.histories.fields import Row, before, iso_time, text, whole
from services.catalog.domain.histories.listens import HeardElsewhere, Source
from services.catalog.domain.matching import Description

FILES = re.compile(r"Apple Music Play Activity\.csv", re.IGNORECASE)
ZIPS = re.compile(r"Apple[ _]Music[ _]Activity\.zip|Apple_Media_Services\.zip", re.IGNORECASE)
COLUMNS = {"Song Name", "Play Duration Milliseconds"}
"""By which the file is known."""


def listen(row: Row) -> HeardElsewhere | None:
    """What a row says; None for videos, radio, and events that are no end of a play."""
    if text(row, "Event Type") not in ("", "PLAY_END"):
        return None
    if text(row, "Media Type").upper() not in ("", "AUDIO"):
        return None
    played_ms = whole(row, "Play Duration Milliseconds")
    title = text(row, "Song Name", "Content Name")
    began = iso_time(text(row, "Event Start Timestamp")) or before(
        iso_time(text(row, "Event End Timestamp", "Event Timestamp")), played_ms
    )
    if began is None or not title:
        return None
    recording = Description(
        title=title,
        artist=text(row, "Artist Name", "Container Artist Name"),
        album=text(row, "Album Name", "Container Album Name"),
        duration_ms=whole(row, "Media Duration In Milliseconds"),
    )
    return HeardElsewhere(Source.APPLE_MUSIC, began, played_ms, recording)
