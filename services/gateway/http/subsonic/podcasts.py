"""Podcasts."""

from services.gateway.domain.apps.ids import Kind, id_of
from services.gateway.domain.principals import Policy
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.http.subsonic.paging import pages
from services.gateway.wire.subsonic.podcasts import channel, episode
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.ingest.v1 import podcasts_pb2 as pb

MOST = 500
USUAL_NEWEST = 20


async def get_podcasts(call: Call) -> Tree:
    """List podcasts with their episodes, or read one."""
    most = MOST if call.given.flag("includeEpisodes", default=True) else 0
    podcasts = call.parts.peers.podcasts
    if "id" in call.given:
        channel_id = id_of(Kind.CHANNEL, call.given.text("id"))
        one = await podcasts.GetChannel(
            pb.GetChannelRequest(channel_id=channel_id, most_episodes=most)
        )
        return {"podcasts": {"channel": [channel(one.channel)]}}
    asked = pb.ListChannelsRequest(most_episodes=most)
    listed = pages(podcasts.ListChannels, asked)
    channels = [channel(row) async for page in listed for row in page.channels]
    return {"podcasts": grown(channel=channels)}


async def get_newest_podcasts(call: Call) -> Tree:
    """List the newest episodes of all podcasts."""
    count = call.given.number_up_to("count", USUAL_NEWEST, MOST) or USUAL_NEWEST
    answer = await call.parts.peers.podcasts.ListNewestEpisodes(
        pb.ListNewestEpisodesRequest(count=count)
    )
    return {"newestPodcasts": grown(episode=list(map(episode, answer.episodes)))}


async def get_podcast_episode(call: Call) -> Tree:
    """Read an episode."""
    asked = pb.GetEpisodeRequest(episode_id=_episode(call))
    answer = await call.parts.peers.podcasts.GetEpisode(asked)
    return {"podcastEpisode": episode(answer.episode)}


async def refresh_podcasts(call: Call) -> Tree:
    """Read all feeds again soon."""
    await call.parts.peers.podcasts.RefreshChannels(pb.RefreshChannelsRequest())
    return {}


async def create_podcast_channel(call: Call) -> Tree:
    """Follow a feed."""
    await call.parts.peers.podcasts.Subscribe(pb.SubscribeRequest(url=call.given.text("url")))
    return {}


async def delete_podcast_channel(call: Call) -> Tree:
    """Follow a feed no longer."""
    channel_id = id_of(Kind.CHANNEL, call.given.text("id"))
    await call.parts.peers.podcasts.RemoveChannel(pb.RemoveChannelRequest(channel_id=channel_id))
    return {}


async def delete_podcast_episode(call: Call) -> Tree:
    """Remove the file of an episode."""
    asked = pb.RemoveEpisodeRequest(episode_id=_episode(call))
    await call.parts.peers.podcasts.RemoveEpisode(asked)
    return {}


async def download_podcast_episode(call: Call) -> Tree:
    """Have the file of an episode downloaded."""
    asked = pb.DownloadEpisodeRequest(episode_id=_episode(call))
    await call.parts.peers.podcasts.DownloadEpisode(asked)
    return {}


def _episode(call: Call) -> str:
    return id_of(Kind.EPISODE, call.given.text("id"))


METHODS = {
    "getPodcasts": Method(get_podcasts),
    "getNewestPodcasts": Method(get_newest_podcasts),
    "getPodcastEpisode": Method(get_podcast_episode),
    "refreshPodcasts": Method(refresh_podcasts, Policy.OPERATOR),
    "createPodcastChannel": Method(create_podcast_channel, Policy.OPERATOR),
    "deletePodcastChannel": Method(delete_podcast_channel, Policy.OPERATOR),
    "deletePodcastEpisode": Method(delete_podcast_episode, Policy.OPERATOR),
    "downloadPodcastEpisode": Method(download_podcast_episode, Policy.OPERATOR),
}
