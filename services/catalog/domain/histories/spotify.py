"""Spotify's exports: the extended streaming history, and the short one of the account data.

https://support.spotify.com/article/understanding-your-data/
"""

import re

from services.catalog.domain.histories.fields import Row, before, iso_time, text, whole
from services.catalog.domain.histories.listens import HeardElsewhere, Source
from services.catalog.domain.matching import Description

FILES = re.compile(
    r"(endsong_\d+|Streaming_History_Audio_.*|StreamingHistory(_music_)?\d+)\.json", re.IGNORECASE
)
"""Files with videos and podcasts are called otherwise."""


def listen(row: Row) -> HeardElsewhere | None:
    """What an entry says; None for podcasts, audiobooks and what makes no sense."""
    if "ms_played" in row or "ts" in row:
        ended, played_ms = iso_time(text(row, "ts")), whole(row, "ms_played")
        title = text(row, "master_metadata_track_name")
        artist = text(row, "master_metadata_album_artist_name")
        album = text(row, "master_metadata_album_album_name")
    else:
        ended, played_ms = iso_time(text(row, "endTime")), whole(row, "msPlayed")
        title, artist, album = text(row, "trackName"), text(row, "artistName"), ""
    # Both write down when it ended.
    began = before(ended, played_ms)
    if began is None or not title:
        return None
    return HeardElsewhere(Source.SPOTIFY, began, played_ms, Description(title, artist, album))
