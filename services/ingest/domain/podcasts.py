"""Podcasts: channels that are followed, and their episodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from libs.common.faults import FailedPrecondition, NotFound, ResourceExhausted
from services.ingest.domain.formats import Container

MOST_CHANNELS = 1_000
MOST_EPISODES = 5_000
"""Of one channel that are kept: a feed may give new names to its episodes for ever."""

FIRST_PAUSE_S = 300.0
LONGEST_PAUSE_S = 86_400.0
"""Between two tries to read a feed that fails."""
DOWNLOAD_PAUSES_S = (30.0, 120.0, 600.0)
"""Between tries to download a file from a server that does not answer."""


class UnknownChannel(NotFound):
    """There is no such channel."""

    code = "unknown_channel"


class UnknownEpisode(NotFound):
    """There is no such episode."""

    code = "unknown_episode"


class EpisodeNotHere(FailedPrecondition):
    """The file of the episode was not downloaded."""

    code = "episode_not_here"


class TooManyChannels(ResourceExhausted):
    """As many channels as one server follows are followed already."""

    code = "too_many_channels"


class PodcastStatus(StrEnum):
    """Where a channel or an episode stands, in the words that apps know."""

    NEW = "new"
    DOWNLOADING = "downloading"
    COMPLETED = "completed"
    ERROR = "error"
    DELETED = "deleted"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Episode:
    """One programme of a channel."""

    id: str
    channel_id: str
    channel_title: str
    channel_cover_sha256: str
    guid: str
    title: str
    description: str
    enclosure_url: str
    published_at: datetime
    duration_ms: int
    size_bytes: int
    content_type: str
    suffix: str
    bitrate_kbps: int
    status: PodcastStatus
    error_message: str
    object_key: str
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed that is followed, with those of its episodes that were asked for."""

    id: str
    url: str
    title: str
    description: str
    author: str
    link: str
    image_url: str
    cover_sha256: str
    status: PodcastStatus
    error_message: str
    episode_count: int
    newest_published_at: datetime | None
    created_at: datetime
    refreshed_at: datetime | None
    episodes: Sequence[Episode] = ()


@dataclass(frozen=True, slots=True)
class Sound:
    """The file of an episode as it was found to be."""

    content_sha256: str
    container: Container
    size_bytes: int
    duration_ms: int
    bitrate_kbps: int

    @property
    def object_key(self) -> str:
        """Where it lies in the store."""
        return f"{episode_prefix(self.content_sha256)}{self.container.extensions[0]}"


def channel_id(url: str) -> UUID:
    """What a channel of this address is called, now and when it is followed again."""
    return uuid5(NAMESPACE_URL, url)


def episode_id(channel: UUID, guid: str) -> UUID:
    """What an episode is called that its feed calls so."""
    return uuid5(channel, guid)


def episode_prefix(content_sha256: str) -> str:
    """What the key of an episode's file begins with."""
    return f"podcasts/{content_sha256}."


def pause_s(failures: int) -> float:
    """How long a feed is left alone that failed so often in a row."""
    return float(min(FIRST_PAUSE_S * 2 ** min(failures - 1, 20), LONGEST_PAUSE_S))


def expected_container(url: str, content_type: str) -> Container | None:
    """How a file is packed by what is said of it: its name first, for servers seldom know."""
    ending = PurePosixPath(urlsplit(url).path).suffix.lower().lstrip(".")
    by_name = (one for one in Container if ending in one.extensions)
    by_type = (one for one in Container if content_type in (one.content_type, *_OTHER_TYPES[one]))
    return next(by_name, None) or next(by_type, None)


_OTHER_TYPES: dict[Container, tuple[str, ...]] = {
    Container.MP3: ("audio/mp3", "audio/x-mp3", "audio/mpeg3"),
    Container.FLAC: ("audio/x-flac",),
    Container.OGG: ("application/ogg", "audio/opus", "audio/vorbis"),
    Container.MP4: ("audio/x-m4a", "audio/m4a", "audio/x-m4b", "audio/mp4a-latm"),
    Container.ADTS: ("audio/aacp", "audio/x-aac"),
    Container.WAV: ("audio/x-wav", "audio/wave"),
    Container.AIFF: ("audio/x-aiff",),
    Container.MATROSKA: ("audio/x-matroska",),
}
