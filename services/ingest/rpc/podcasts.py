"""PodcastsService over gRPC."""

from collections.abc import Iterator, Sequence

import grpc

from libs.common.faults import InvalidInput
from libs.common.outbound import canonical
from services.ingest.adapters.postgres_podcasts import PostgresPodcasts
from services.ingest.domain.podcasts import Channel, EpisodeNotHere, PodcastStatus
from services.ingest.wire.ingest import page_size
from services.ingest.wire.podcasts import (
    after_channel,
    after_episode,
    decode_channel_place,
    decode_episode_place,
    encode_audio,
    encode_channel,
    encode_episode,
)
from tutti.ingest.v1 import podcasts_pb2 as pb
from tutti.ingest.v1.podcasts_pb2_grpc import PodcastsServiceServicer

MOST = 500
ROOM_BYTES = 6 * 2**20
"""A page of channels ends when it is fuller than this, and has room for one more batch."""
EPISODES_AT_ONCE = 500


class PodcastsRpc(PodcastsServiceServicer):
    """Feeds that are followed, and their episodes."""

    def __init__(self, podcasts: PostgresPodcasts) -> None:
        self._podcasts = podcasts

    async def Subscribe(
        self, request: pb.SubscribeRequest, context: grpc.ServicerContext
    ) -> pb.SubscribeResponse:
        """Follow a feed."""
        channel, already = await self._podcasts.follow(canonical(request.url))
        return pb.SubscribeResponse(channel=encode_channel(channel), already_followed=already)

    async def ListChannels(
        self, request: pb.ListChannelsRequest, context: grpc.ServicerContext
    ) -> pb.ListChannelsResponse:
        """List channels, a page at a time."""
        size, most = page_size(request.page_size, default=100, most=MOST), _episodes(request)
        after = decode_channel_place(request.page_token)
        found = await self._podcasts.channels(after, size + 1)
        page: list[pb.Channel] = []
        for few in _batches(found[:size], most):
            if sum(one.ByteSize() for one in page) > ROOM_BYTES:
                break
            page += map(encode_channel, await self._podcasts.with_newest(few, most))
        more = after_channel(found[len(page) - 1]) if len(found) > len(page) else ""
        return pb.ListChannelsResponse(channels=page, next_page_token=more)

    async def GetChannel(
        self, request: pb.GetChannelRequest, context: grpc.ServicerContext
    ) -> pb.GetChannelResponse:
        """Find a channel."""
        most = _episodes(request)
        channel = await self._podcasts.channel(request.channel_id)
        [found] = await self._podcasts.with_newest([channel], most)
        return pb.GetChannelResponse(channel=encode_channel(found))

    async def ListEpisodes(
        self, request: pb.ListEpisodesRequest, context: grpc.ServicerContext
    ) -> pb.ListEpisodesResponse:
        """List episodes, a page at a time."""
        size = page_size(request.page_size, default=50, most=MOST)
        after = decode_episode_place(request.page_token)
        found = await self._podcasts.episodes(request.channel_id, after, size + 1)
        more = after_episode(found[size - 1]) if len(found) > size else ""
        return pb.ListEpisodesResponse(
            episodes=map(encode_episode, found[:size]), next_page_token=more
        )

    async def ListNewestEpisodes(
        self, request: pb.ListNewestEpisodesRequest, context: grpc.ServicerContext
    ) -> pb.ListNewestEpisodesResponse:
        """List what came last, of all channels."""
        if not 0 <= request.count <= MOST:
            raise InvalidInput(f"count must be from 1 to {MOST}, or 0 for 20")
        found = await self._podcasts.newest(request.count or 20)
        return pb.ListNewestEpisodesResponse(episodes=map(encode_episode, found))

    async def GetEpisode(
        self, request: pb.GetEpisodeRequest, context: grpc.ServicerContext
    ) -> pb.GetEpisodeResponse:
        """Find an episode."""
        episode = await self._podcasts.episode(request.episode_id)
        return pb.GetEpisodeResponse(episode=encode_episode(episode))

    async def GetEpisodeAudio(
        self, request: pb.GetEpisodeAudioRequest, context: grpc.ServicerContext
    ) -> pb.GetEpisodeAudioResponse:
        """Say where the sound is."""
        episode = await self._podcasts.episode(request.episode_id)
        if episode.status is not PodcastStatus.COMPLETED:
            raise EpisodeNotHere("this episode is not on the server: have it downloaded first")
        return encode_audio(episode)

    async def RefreshChannels(
        self, request: pb.RefreshChannelsRequest, context: grpc.ServicerContext
    ) -> pb.RefreshChannelsResponse:
        """Read feeds again."""
        count = await self._podcasts.refresh(request.channel_id)
        return pb.RefreshChannelsResponse(channel_count=count)

    async def DownloadEpisode(
        self, request: pb.DownloadEpisodeRequest, context: grpc.ServicerContext
    ) -> pb.DownloadEpisodeResponse:
        """Have a file downloaded."""
        episode = await self._podcasts.want(request.episode_id)
        return pb.DownloadEpisodeResponse(episode=encode_episode(episode))

    async def RemoveEpisode(
        self, request: pb.RemoveEpisodeRequest, context: grpc.ServicerContext
    ) -> pb.RemoveEpisodeResponse:
        """Remove a file."""
        await self._podcasts.let_go(request.episode_id)
        return pb.RemoveEpisodeResponse()

    async def RemoveChannel(
        self, request: pb.RemoveChannelRequest, context: grpc.ServicerContext
    ) -> pb.RemoveChannelResponse:
        """Follow a feed no longer."""
        await self._podcasts.unfollow(request.channel_id)
        return pb.RemoveChannelResponse()


def _batches(channels: Sequence[Channel], most_episodes: int) -> Iterator[Sequence[Channel]]:
    """The channels a few at a time, so that not too many episodes are in hand."""
    few = EPISODES_AT_ONCE // max(most_episodes, 1)
    return (channels[start : start + few] for start in range(0, len(channels), few))


def _episodes(request: pb.ListChannelsRequest | pb.GetChannelRequest) -> int:
    if not 0 <= request.most_episodes <= MOST:
        raise InvalidInput(f"most_episodes must be from 0 to {MOST}")
    return request.most_episodes
