"""JSPF: a playlist in JSON, as https://xspf.org/jspf has it."""

import json
import re
from collections.abc import Mapping
from urllib.parse import quote

from services.gateway.domain.playlist_files.songs import (
    NotAPlaylist,
    PlaylistFile,
    Song,
    length_ms,
    one_line,
    prose,
)

MEDIA_TYPE = "application/jspf+json"
LONGEST_ADDRESS = 2000
MOST_IDENTIFIERS = 20
MUSICBRAINZ = "https://musicbrainz.org"
RECORDING = re.compile(r"musicbrainz\.org/recording/([0-9a-f-]{36})", re.IGNORECASE)
ISRC = re.compile(r"(?:musicbrainz\.org/isrc/|^(?:urn:)?isrc:)([A-Z0-9-]{12,15})", re.IGNORECASE)
TRACK = re.compile(r"^tutti:track:([A-Za-z0-9_-]{1,64})$")


def written(playlist: PlaylistFile) -> str:
    """The playlist as JSPF."""
    told = {
        "title": playlist.title,
        "annotation": playlist.comment,
        "creator": playlist.creator,
        "track": [_track(song) for song in playlist.songs],
    }
    return json.dumps({"playlist": _known(told)}, ensure_ascii=False, indent=1) + "\n"


def read(text: str) -> PlaylistFile:
    """A playlist from JSPF, whatever can be understood of it.

    Raises
    ------
    NotAPlaylist
        Of what is no JSON, or JSON of something else.
    """
    try:
        told = json.loads(text)
    except ValueError as error:
        raise NotAPlaylist(f"this is no JSPF: {error}") from None
    except RecursionError:
        raise NotAPlaylist("this is no JSPF: it is nested too deeply") from None
    told = told.get("playlist", told) if isinstance(told, Mapping) else None
    tracks = told.get("track") if isinstance(told, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(tracks, list):
        raise NotAPlaylist("this is no JSPF: there is no playlist with a list of tracks in it")
    comment = told.get("annotation")
    return PlaylistFile(
        title=_text(told.get("title")),
        comment=prose(comment) if isinstance(comment, str) else "",
        creator=_text(told.get("creator")),
        songs=tuple(_song(each) for each in tracks),
    )


def _track(song: Song) -> Mapping[str, object]:
    identifiers = (
        song.musicbrainz_recording_id
        and f"{MUSICBRAINZ}/recording/{song.musicbrainz_recording_id}",
        song.isrc and f"{MUSICBRAINZ}/isrc/{quote(song.isrc, safe='')}",
        song.track_id and f"tutti:track:{song.track_id}",
    )
    return _known(
        {
            "identifier": [each for each in identifiers if each],
            "title": song.title,
            "creator": song.artist,
            "album": song.album,
            "trackNum": song.track_number,
            "duration": song.duration_ms,
        }
    )


def _known(told: Mapping[str, object]) -> Mapping[str, object]:
    """Without what is unknown. Tracks stay, even where there are none."""
    return {name: value for name, value in told.items() if value or name == "track"}


# What a stranger wrote into JSON may be anything, and none of it is surprising.
def _song(told: object) -> Song:
    if not isinstance(told, Mapping):
        return Song()
    named = [one_line(each, LONGEST_ADDRESS) for each in _texts(told.get("identifier"))]
    return Song(
        title=_text(told.get("title")),
        artist=_text(told.get("creator")),
        album=_text(told.get("album")),
        duration_ms=length_ms(_number(told.get("duration"))),
        track_number=int(number) if 0 < (number := _number(told.get("trackNum"))) < 2**31 else 0,
        musicbrainz_recording_id=_first(RECORDING, named).lower(),
        isrc=_first(ISRC, named).upper(),
        track_id=_first(TRACK, named),
        path=one_line(next(iter(_texts(told.get("location"))), ""), LONGEST_ADDRESS),
    )


def _text(value: object) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    """One text or several: programs write both."""
    several = value[:MOST_IDENTIFIERS] if isinstance(value, list) else [value]
    return [each for each in several if isinstance(each, str)]


def _number(value: object) -> float:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
        return int(value)
    return value if isinstance(value, int | float) else 0


def _first(pattern: re.Pattern[str], texts: list[str]) -> str:
    found = (pattern.search(text) for text in texts)
    return next((each[1] for each in found if each), "")
