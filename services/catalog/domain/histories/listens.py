"""Listens from elsewhere, and imports of them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from libs.common.faults import FailedPrecondition, InvalidInput, NotFound, ResourceExhausted
from services.catalog.domain.listening import CLOCK_SKEW, FIRST_PLAY, LONG_ENOUGH_MS
from services.catalog.domain.matching import Description
from services.catalog.domain.names import folded

SHORTEST_MS = 30_000
"""What Spotify and Apple count as a stream; exports are full of what was skipped sooner."""
SAME_LISTEN_MS = 60_000
"""Services tell the same listen to the second or to the minute, by its start or its end."""

PART_BYTES = 2**20
MOST_PARTS = 64
MOST_UNFINISHED = 5
LONGEST_NAME = 200


class Source(StrEnum):
    """Where an import comes from."""

    FILE = "file"
    LISTENBRAINZ = "listenbrainz"
    LASTFM = "lastfm"
    SPOTIFY = "spotify"
    APPLE_MUSIC = "apple_music"
    UNMATCHED = "unmatched"


CLIENTS = {
    Source.LISTENBRAINZ: "ListenBrainz",
    Source.LASTFM: "Last.fm",
    Source.SPOTIFY: "Spotify",
    Source.APPLE_MUSIC: "Apple Music",
}


class State(StrEnum):
    """How far an import is."""

    ARRIVING = "arriving"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class UnknownImport(NotFound):
    """The user has no such import."""

    code = "unknown_history_import"


class TooManyImports(ResourceExhausted):
    """The user has as many unfinished imports as one may have."""

    code = "too_many_history_imports"


class NotArriving(FailedPrecondition):
    """The file is here already, or a part of it is missing."""

    code = "history_file_not_arriving"


class BadExport(InvalidInput):
    """The file is no export that is known here, or is damaged."""

    code = "bad_export"


@dataclass(frozen=True, slots=True)
class HeardElsewhere:
    """One listening that another service wrote down.

    Parameters
    ----------
    played_ms
        None where it is only known that the service counted it.
    """

    source: Source
    at: datetime
    played_ms: int | None
    recording: Description

    @property
    def id(self) -> str:
        """The id of the play it becomes: the same listen has the same, however often it is read."""
        said = (self.recording.title, self.recording.artist or self.recording.album)
        words = "\x1f".join([self.source, str(int(self.at.timestamp())), *map(folded, said)])
        return f"history-{hashlib.sha256(words.encode()).hexdigest()[:32]}"

    def counts(self, now: datetime) -> bool:
        """Whether it is worth looking for its track."""
        long_enough = self.played_ms is None or self.played_ms >= SHORTEST_MS
        sensible = FIRST_PLAY <= self.at <= now + CLOCK_SKEW
        return long_enough and sensible and bool(self.recording.title)


def counted(played_ms: int | None, duration_ms: int) -> bool:
    """Whether it is one more play of a track of this length, by the rule for our own plays."""
    return played_ms is None or played_ms >= min(duration_ms / 2, LONG_ENOUGH_MS)


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of listens."""

    read: int = 0
    added: int = 0
    known: int = 0
    unmatched: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """One import, as its user sees it."""

    id: str
    source: Source
    state: State
    name: str
    counts: Counts
    created_at: datetime
    ended_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A recording heard elsewhere of which there is no track here."""

    title: str
    artist: str
    album: str
    listen_count: int
    last_heard_at: datetime
