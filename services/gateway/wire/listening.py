"""What a listener does and keeps: plays, the queue, bookmarks, favourites, ratings."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from services.gateway.wire.music import Quality, Track
from services.gateway.wire.shapes import (
    LARGEST_INT64,
    LONGEST_MS,
    NO_NUL,
    Answer,
    Asked,
    Cursor,
    Id,
    Instant,
    Line,
    MaybeInstant,
    numbered,
    unix_ms,
)
from tutti.catalog.v1 import listening_pb2
from tutti.gateway.v1 import events_pb2

Client = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]


class EntityKind(StrEnum):
    """What can be a favourite or rated."""

    ARTIST = "artist"
    ALBUM = "album"
    TRACK = "track"

    @property
    def number(self) -> listening_pb2.EntityKind.ValueType:
        """The same in the contract."""
        return numbered(listening_pb2.EntityKind, "ENTITY_KIND_", self)


class RatingSet(Asked):
    """How good it is."""

    rating: int = Field(ge=0, le=5, description="From 1 to 5; 0 takes the rating back.")


class PlaybackEnd(StrEnum):
    """How a listening ended."""

    COMPLETED = "completed"
    SKIPPED = "skipped"
    STOPPED = "stopped"


class PlayReport(Asked):
    """One listening to one track."""

    id: Id = Field(description="Chosen by the app; the same id counts once.")
    track_id: Id
    started_at: AwareDatetime
    played_ms: int = Field(ge=0, le=LONGEST_MS)
    end: PlaybackEnd = Field(
        description="completed: over 80 % was heard. skipped: before 30 s. stopped: in between."
    )
    client: Client = ""
    session_id: Client = Field("", description="Of listening, chosen by the app.")
    previous_track_id: Line = ""


class PlayReports(Asked):
    """What was played, in order."""

    plays: list[PlayReport] = Field(min_length=1, max_length=10)

    def fact(self, user_id: str) -> events_pb2.PlaybackReported:
        """The same as the platform is told."""
        return events_pb2.PlaybackReported(
            plays=[
                events_pb2.Playback(
                    id=play.id,
                    user_id=user_id,
                    track_id=play.track_id,
                    started_at_unix_ms=unix_ms(play.started_at),
                    played_ms=play.played_ms,
                    end=numbered(events_pb2.PlaybackEnd, "PLAYBACK_END_", play.end),
                    client=play.client,
                    session_id=play.session_id,
                    previous_track_id=play.previous_track_id,
                )
                for play in self.plays
            ]
        )


class PlaysAccepted(Answer):
    """How many reports were taken; they appear among the plays soon."""

    accepted_count: int


class Play(Answer):
    """One listening to one track."""

    id: str
    track: Track
    started_at: Instant
    played_ms: int
    client: str


class PlayPage(Answer):
    """What the viewer played, last first."""

    items: list[Play] = Field(validation_alias="plays")
    next_cursor: Cursor


class Queue(Answer):
    """What is to be played, and where it stands."""

    track_ids: list[str]
    current_index: int
    position_ms: int
    changed_by: str
    changed_at: MaybeInstant
    version: int


class QueueDetail(Answer):
    """The queue with its tracks, those that may still be seen."""

    queue: Queue
    tracks: list[Track]


class QueueSave(Asked):
    """The queue as this client has it."""

    track_ids: list[Id] = Field(max_length=10_000)
    current_index: int = Field(0, ge=0, le=9_999)
    position_ms: int = Field(0, ge=0, le=LONGEST_MS)
    changed_by: Client = Field("", description="What this client calls itself.")
    version: int = Field(
        0, ge=0, le=LARGEST_INT64, description="The one this is based on; 0 does not care."
    )

    def request(self, viewer_id: str) -> listening_pb2.SaveQueueRequest:
        """Ask the catalog."""
        return listening_pb2.SaveQueueRequest(
            viewer_id=viewer_id,
            queue=listening_pb2.Queue(
                track_ids=self.track_ids,
                current_index=self.current_index,
                position_ms=self.position_ms,
                changed_by=self.changed_by,
                version=self.version,
            ),
        )


class Bookmark(Answer):
    """A place in a track to come back to."""

    track: Track
    position_ms: int
    comment: str
    changed_at: Instant


class BookmarkList(Answer):
    """Bookmarks, last changed first."""

    items: list[Bookmark] = Field(validation_alias="bookmarks")


class BookmarkSet(Asked):
    """A place to come back to."""

    position_ms: int = Field(ge=0, le=LONGEST_MS)
    comment: Line = ""


class MediaUrlRequest(Asked):
    """Which form of the track to link."""

    quality: Quality = Quality.HIGH


class MediaUrl(Answer):
    """A link that plays without any other proof, for a while."""

    url: str = Field(description="Relative to this server.")
    expires_at: Instant
