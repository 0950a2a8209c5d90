"""Podcasts as apps know them."""

from services.gateway.domain.apps.ids import Kind, name_of
from services.gateway.wire.subsonic.music import moment, seconds, year_of
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.ingest.v1 import podcasts_pb2 as pb


def status(number: pb.PodcastStatus.ValueType) -> str:
    """The word for how a channel or an episode stands."""
    return pb.PodcastStatus.Name(number).removeprefix("PODCAST_STATUS_").lower()


def channel(row: pb.Channel) -> Tree:
    """A PodcastChannel, with the episodes it was read with."""
    return grown(
        id=name_of(Kind.CHANNEL, row.id),
        url=row.url,
        title=row.title,
        description=row.description,
        coverArt=name_of(Kind.CHANNEL, row.id) if row.cover_sha256 else None,
        status=status(row.status),
        errorMessage=row.error_message,
        episode=list(map(episode, row.episodes)),
    )


def episode(row: pb.Episode) -> Tree:
    """A PodcastEpisode. It is streamed by the id it has."""
    published = moment(row.published_at_unix_ms)
    return grown(
        id=name_of(Kind.EPISODE, row.id),
        streamId=name_of(Kind.EPISODE, row.id),
        channelId=name_of(Kind.CHANNEL, row.channel_id),
        parent=name_of(Kind.CHANNEL, row.channel_id),
        isDir=False,
        title=row.title,
        album=row.channel_title,
        artist=row.channel_title,
        year=year_of(published),
        genre="Podcast",
        coverArt=name_of(Kind.CHANNEL, row.channel_id) if row.channel_cover_sha256 else None,
        size=row.size_bytes or None,
        contentType=row.content_type,
        suffix=row.suffix,
        duration=seconds(row.duration_ms) or None,
        bitRate=row.bitrate_kbps or None,
        isVideo=False,
        type="podcast",
        created=published,
        publishDate=published,
        description=row.description,
        status=status(row.status),
    )
