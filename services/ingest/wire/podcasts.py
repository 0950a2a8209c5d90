"""Channels and episodes as the contract has them."""

import base64
import json
from datetime import UTC, datetime, timedelta

from libs.common.faults import InvalidInput
from services.ingest.domain.podcasts import Channel, Episode, PodcastStatus
from tutti.ingest.v1 import podcasts_pb2 as pb

_STATUSES = {
    PodcastStatus.NEW: pb.PODCAST_STATUS_NEW,
    PodcastStatus.DOWNLOADING: pb.PODCAST_STATUS_DOWNLOADING,
    PodcastStatus.COMPLETED: pb.PODCAST_STATUS_COMPLETED,
    PodcastStatus.ERROR: pb.PODCAST_STATUS_ERROR,
    PodcastStatus.DELETED: pb.PODCAST_STATUS_DELETED,
    PodcastStatus.SKIPPED: pb.PODCAST_STATUS_SKIPPED,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
LATEST_US = 10**17
"""Past the year 5000."""


def encode_channel(channel: Channel) -> pb.Channel:
    """Write a channel, with the episodes it was found with."""
    return pb.Channel(
        id=channel.id,
        url=channel.url,
        title=channel.title,
        description=channel.description,
        author=channel.author,
        link=channel.link,
        image_url=channel.image_url,
        cover_sha256=channel.cover_sha256,
        status=_STATUSES[channel.status],
        error_message=channel.error_message,
        episode_count=channel.episode_count,
        newest_published_at_unix_ms=_unix_ms(channel.newest_published_at),
        created_at_unix_ms=_unix_ms(channel.created_at),
        refreshed_at_unix_ms=_unix_ms(channel.refreshed_at),
        episodes=map(encode_episode, channel.episodes),
    )


def encode_episode(episode: Episode) -> pb.Episode:
    """Write an episode."""
    return pb.Episode(
        id=episode.id,
        channel_id=episode.channel_id,
        channel_title=episode.channel_title,
        channel_cover_sha256=episode.channel_cover_sha256,
        guid=episode.guid,
        title=episode.title,
        description=episode.description,
        published_at_unix_ms=_unix_ms(episode.published_at),
        duration_ms=episode.duration_ms,
        size_bytes=episode.size_bytes,
        content_type=episode.content_type,
        suffix=episode.suffix,
        bitrate_kbps=episode.bitrate_kbps,
        enclosure_url=episode.enclosure_url,
        status=_STATUSES[episode.status],
        error_message=episode.error_message,
        completed_at_unix_ms=_unix_ms(episode.completed_at),
    )


def encode_audio(episode: Episode) -> pb.GetEpisodeAudioResponse:
    """Write where the file of an episode lies and what it is."""
    return pb.GetEpisodeAudioResponse(
        object_key=episode.object_key,
        content_type=episode.content_type,
        size_bytes=episode.size_bytes,
        duration_ms=episode.duration_ms,
        bitrate_kbps=episode.bitrate_kbps,
        title=episode.title,
        channel_title=episode.channel_title,
    )


def after_channel(channel: Channel) -> str:
    """The token of the page after a channel."""
    return _token(channel.title, channel.id)


def after_episode(episode: Episode) -> str:
    """The token of the page after an episode."""
    return _token((episode.published_at - _EPOCH) // _MICROSECOND, episode.id)


def decode_channel_place(token: str) -> tuple[str, str] | None:
    """Title and id that a page of channels begins after; None: it is the first."""
    match _parts(token):
        case None:
            return None
        case [str(title), str(channel_id)]:
            return title, channel_id
    raise _foreign()


def decode_episode_place(token: str) -> tuple[datetime, str] | None:
    """Moment and id that a page of episodes begins after; None: it is the first."""
    match _parts(token):
        case None:
            return None
        case [int(moment_us), str(episode_id)] if abs(moment_us) < LATEST_US:
            return _EPOCH + moment_us * _MICROSECOND, episode_id
    raise _foreign()


def _token(*parts: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def _parts(token: str) -> object:
    try:
        return json.loads(base64.urlsafe_b64decode(token)) if token else None
    except (ValueError, RecursionError):
        raise _foreign() from None


def _foreign() -> InvalidInput:
    return InvalidInput("page_token must be one that a page before gave")


def _unix_ms(moment: datetime | None) -> int:
    return round(moment.timestamp() * 1000) if moment else 0
