"""Listens as the APIs of ListenBrainz and Last.fm answer with them."""

from services.catalog.domain.histories.fields import Row, text, unix_time, whole
from services.catalog.domain.histories.listens import HeardElsewhere, Source
from services.catalog.domain.matching import Description, isrc, recording_id


def listenbrainz_listen(row: Row) -> HeardElsewhere | None:
    """A listen of ListenBrainz."""
    told = _inner(row, "track_metadata")
    more, mapped = _inner(told, "additional_info"), _inner(told, "mbid_mapping")
    at, title = unix_time(row.get("listened_at")), text(told, "track_name")
    if at is None or not title:
        return None
    recording = Description(
        title=title,
        artist=text(told, "artist_name"),
        album=text(told, "release_name"),
        duration_ms=whole(more, "duration_ms") or 1000 * whole(more, "duration"),
        musicbrainz_recording_id=recording_id(
            text(more, "recording_mbid") or text(mapped, "recording_mbid")
        ),
        isrc=isrc(text(more, "isrc")),
    )
    return HeardElsewhere(Source.LISTENBRAINZ, at, None, recording)


def lastfm_listen(row: Row) -> HeardElsewhere | None:
    """A scrobble of Last.fm. Its MusicBrainz ids are not to be trusted: they may name another."""
    at, title = unix_time(_inner(row, "date").get("uts")), text(row, "name")
    if at is None or not title:
        return None
    artist, album = _inner(row, "artist"), _inner(row, "album")
    recording = Description(
        title=title, artist=text(artist, "#text", "name"), album=text(album, "#text", "title")
    )
    return HeardElsewhere(Source.LASTFM, at, None, recording)


def _inner(row: Row, name: str) -> Row:
    inner = row.get(name)
    return inner if isinstance(inner, dict) else {}
