"""Podcasts: the feeds that are followed, and their episodes."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.wire.shapes import (
    Answer,
    Asked,
    Cursor,
    Instant,
    MaybeInstant,
    MaybeNumber,
    MaybeText,
    Paging,
    spoken,
)
from tutti.ingest.v1 import podcasts_pb2 as pb

MOST_EPISODES = 500
FeedAddress = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=2000, pattern=r"^[hH][tT][tT][pP][sS]?://[^\x00-\x20]+$"
    ),
]


class PodcastStatus(StrEnum):
    """Where a podcast or an episode stands, in the words that music apps know."""

    NEW = "new"
    DOWNLOADING = "downloading"
    COMPLETED = "completed"
    ERROR = "error"
    DELETED = "deleted"
    SKIPPED = "skipped"


Status = Annotated[PodcastStatus, spoken(pb.PodcastStatus, "PODCAST_STATUS_")]


class Episode(Answer):
    """One programme of a podcast. Its words are plain text."""

    id: str
    channel_id: str
    channel_title: str
    title: str
    description: str
    published_at: Instant
    duration_ms: MaybeNumber = Field(description="As its feed says, or measured once it is here.")
    size_bytes: MaybeNumber = Field(description="The same.")
    content_type: MaybeText
    bitrate_kbps: MaybeNumber
    status: Status = Field(description="It can be played when it is completed.")
    error_message: MaybeText
    completed_at: MaybeInstant = Field(description="When its file came.")


class Podcast(Answer):
    """A feed that is followed, for everybody on this server. Its words are plain text."""

    id: str
    url: str = Field(description="Of the feed.")
    title: str = Field(description="Empty until the feed was read.")
    description: str
    author: MaybeText
    link: MaybeText = Field(description="Its page on the web.")
    cover_sha256: MaybeText = Field(description="Changes with the picture at /podcasts/{id}/cover.")
    status: Status
    error_message: MaybeText = Field(
        description="Why the feed could not be read; it is read again."
    )
    episode_count: int
    newest_published_at: MaybeInstant
    created_at: Instant
    refreshed_at: MaybeInstant
    episodes: list[Episode] = Field(description="The newest, as many as were asked for.")


class PodcastPage(Answer):
    """Podcasts by title."""

    items: list[Podcast] = Field(validation_alias="channels")
    next_cursor: Cursor


class EpisodePage(Answer):
    """Episodes, newest first."""

    items: list[Episode] = Field(validation_alias="episodes")
    next_cursor: Cursor


class FeedsToRead(Answer):
    """How many feeds are read soon."""

    channel_count: int


class PodcastNew(Asked):
    """A feed to follow."""

    url: FeedAddress = Field(
        description="Of an RSS or Atom feed.", examples=["https://example.org/feed.xml"]
    )


class WithEpisodes(Asked):
    """How much of a podcast is told."""

    episodes: int = Field(0, ge=0, le=MOST_EPISODES, description="How many of the newest.")


class PodcastQuery(Paging):
    """Which page of podcasts, and how much of each."""

    episodes: int = Field(0, ge=0, le=MOST_EPISODES, description="How many of the newest of each.")
