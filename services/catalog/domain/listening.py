"""Listening: plays and what counts as one, the queue, bookmarks, favourites and ratings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from libs.common.faults import Conflict, InvalidInput, ResourceExhausted
from services.catalog.domain.music import Track
from services.catalog.domain.text import line_or_nothing

LONG_ENOUGH_MS = 240_000
"""Four minutes heard count however long the track is, as scrobbling services agree:
https://www.last.fm/api/scrobbling#when-is-a-scrobble-a-scrobble"""

FIRST_PLAY = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(days=1)
"""How far ahead the clock of a device may be."""

LONGEST_ID = 200
MOST_QUEUED = 10_000
MOST_BOOKMARKS = 1000
BEST_RATING = 5


class EntityKind(StrEnum):
    """What can be a favourite or rated."""

    ARTIST = "artist"
    ALBUM = "album"
    TRACK = "track"


class Ended(StrEnum):
    """How a listening ended, as the app saw it."""

    UNKNOWN = "unknown"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    STOPPED = "stopped"


class QueueChanged(Conflict):
    """Another device saved the queue meanwhile."""

    code = "queue_changed"


class TooManyBookmarks(ResourceExhausted):
    """The user has as many bookmarks as one may have."""

    code = "too_many_bookmarks"


@dataclass(frozen=True, slots=True)
class Playback:
    """One listening to one track, as an app reported it."""

    id: str
    user_id: str
    track_id: str
    started_at: datetime
    played_ms: int
    ended: Ended
    client: str
    session_id: str
    previous_track_id: str

    def __post_init__(self) -> None:
        for name in ("id", "user_id", "track_id", "session_id", "previous_track_id"):
            line_or_nothing(getattr(self, name), name, LONGEST_ID)
        line_or_nothing(self.client, "the name of a client")
        if not self.id:
            raise InvalidInput("a play needs an id, by which it counts once")
        if self.played_ms < 0:
            raise InvalidInput("played_ms must not be negative")

    def counts(self, duration_ms: int) -> bool:
        """Whether it is one more play of the track, or only a taste of it."""
        if self.ended in (Ended.COMPLETED, Ended.SKIPPED):
            return self.ended is Ended.COMPLETED
        return self.played_ms >= min(duration_ms / 2, LONG_ENOUGH_MS)


def moment(unix_ms: int, now: datetime) -> datetime:
    """When a device says something happened, unless its clock is plainly wrong."""
    try:
        told = datetime.fromtimestamp(unix_ms / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        told = datetime.max.replace(tzinfo=UTC)
    if not FIRST_PLAY <= told <= now + CLOCK_SKEW:
        raise InvalidInput("a play started between the year 2000 and now")
    return told


@dataclass(frozen=True, slots=True)
class Play:
    """One listening in the history of a listener."""

    id: str
    track: Track
    started_at: datetime
    played_ms: int
    client: str


@dataclass(frozen=True, slots=True)
class Queue:
    """What is to be played, and where it stands."""

    track_ids: Sequence[str] = ()
    current_index: int = 0
    position_ms: int = 0
    changed_by: str = ""
    changed_at: datetime | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.track_ids) > MOST_QUEUED:
            raise InvalidInput(f"a queue holds at most {MOST_QUEUED} tracks")
        if not 0 <= self.current_index < max(len(self.track_ids), 1):
            raise InvalidInput("current_index must name one of the tracks")
        if self.position_ms < 0:
            raise InvalidInput("position_ms must not be negative")
        if any(len(track_id) > LONGEST_ID for track_id in self.track_ids):
            raise InvalidInput(f"the id of a track has at most {LONGEST_ID} characters")
        line_or_nothing(self.changed_by, "the name of a client")


@dataclass(frozen=True, slots=True)
class BookmarkPlan:
    """A place in a track to be remembered."""

    track_id: str
    position_ms: int
    comment: str

    def __post_init__(self) -> None:
        if self.position_ms < 0:
            raise InvalidInput("position_ms must not be negative")


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in a track to come back to."""

    track: Track
    position_ms: int
    comment: str
    changed_at: datetime


def check_rating(rating: int) -> None:
    """Raise InvalidInput for what is neither a rating nor its end."""
    if not 0 <= rating <= BEST_RATING:
        raise InvalidInput(f"rating must be from 1 to {BEST_RATING}, or 0 to take it back")
