"""Podcasts: everybody lists and plays them, operators follow and remove them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request, Response

from libs.common.faults import NotFound
from services.gateway.adapters.renditions import Rendition
from services.gateway.http.bytes import object_response
from services.gateway.http.document import BYTES, PICTURE, Responses
from services.gateway.http.entrance import Listener, Operator, guarded_router
from services.gateway.http.media import Player, sound_response
from services.gateway.http.parts import AllParts, PodcastsPeer
from services.gateway.http.pictures import CoverSize
from services.gateway.wire.podcasts import (
    Episode,
    EpisodePage,
    FeedsToRead,
    Podcast,
    PodcastNew,
    PodcastPage,
    PodcastQuery,
    WithEpisodes,
)
from services.gateway.wire.shapes import Id, Paging
from tutti.ingest.v1 import podcasts_pb2 as pb

routes = guarded_router("podcasts")

RENEWED = "private, max-age=3600"
"""A podcast may get another picture at any time."""
ALREADY_THERE: Responses = {200: {"model": Podcast, "description": "It is followed already."}}


@routes.get("/podcasts")
async def list_podcasts(
    _: Listener, podcasts: PodcastsPeer, query: Annotated[PodcastQuery, Query()]
) -> PodcastPage:
    """List the podcasts of this server by title."""
    asked = pb.ListChannelsRequest(
        page_size=query.limit, page_token=query.cursor, most_episodes=query.episodes
    )
    return PodcastPage.model_validate(await podcasts.ListChannels(asked))


@routes.post("/podcasts", status_code=HTTPStatus.CREATED, responses=ALREADY_THERE)
async def follow_podcast(
    _: Operator, podcasts: PodcastsPeer, asked: PodcastNew, response: Response
) -> Podcast:
    """Follow a feed, which is read soon after."""
    answer = await podcasts.Subscribe(pb.SubscribeRequest(url=asked.url))
    if answer.already_followed:
        response.status_code = HTTPStatus.OK
    return Podcast.model_validate(answer.channel)


@routes.post("/podcasts/refresh", status_code=HTTPStatus.ACCEPTED)
async def refresh_podcasts(_: Operator, podcasts: PodcastsPeer) -> FeedsToRead:
    """Read all feeds again as soon as possible."""
    return FeedsToRead.model_validate(await podcasts.RefreshChannels(pb.RefreshChannelsRequest()))


@routes.get("/podcasts/episodes")
async def list_newest_episodes(
    _: Listener, podcasts: PodcastsPeer, page: Annotated[Paging, Query()]
) -> EpisodePage:
    """List the episodes of all podcasts, newest first."""
    asked = pb.ListEpisodesRequest(page_size=page.limit, page_token=page.cursor)
    return EpisodePage.model_validate(await podcasts.ListEpisodes(asked))


@routes.get("/podcasts/episodes/{episode_id}")
async def get_episode(_: Listener, podcasts: PodcastsPeer, episode_id: Id) -> Episode:
    """Read an episode."""
    answer = await podcasts.GetEpisode(pb.GetEpisodeRequest(episode_id=episode_id))
    return Episode.model_validate(answer.episode)


@routes.post("/podcasts/episodes/{episode_id}/download", status_code=HTTPStatus.ACCEPTED)
async def download_episode(_: Operator, podcasts: PodcastsPeer, episode_id: Id) -> Episode:
    """Have the file of an episode downloaded, unless it is here or on its way."""
    answer = await podcasts.DownloadEpisode(pb.DownloadEpisodeRequest(episode_id=episode_id))
    return Episode.model_validate(answer.episode)


@routes.delete("/podcasts/episodes/{episode_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_episode(_: Operator, podcasts: PodcastsPeer, episode_id: Id) -> None:
    """Remove the file of an episode, or end its download. The episode stays listed."""
    await podcasts.RemoveEpisode(pb.RemoveEpisodeRequest(episode_id=episode_id))


@routes.api_route("/podcasts/episodes/{episode_id}/stream", methods=["GET"], responses=BYTES)
@routes.api_route(
    "/podcasts/episodes/{episode_id}/stream", methods=["HEAD"], include_in_schema=False
)
async def stream_episode(
    _: Player, podcasts: PodcastsPeer, parts: AllParts, request: Request, episode_id: Id
) -> Response:
    """Play an episode. Answers parts of it to Range, and may redirect to the object store."""
    audio = await podcasts.GetEpisodeAudio(pb.GetEpisodeAudioRequest(episode_id=episode_id))
    rendition = Rendition(audio.object_key, audio.content_type, audio.title)
    return await sound_response(request, parts, rendition)


@routes.get("/podcasts/{channel_id}")
async def get_podcast(
    _: Listener, podcasts: PodcastsPeer, channel_id: Id, query: Annotated[WithEpisodes, Query()]
) -> Podcast:
    """Read a podcast."""
    asked = pb.GetChannelRequest(channel_id=channel_id, most_episodes=query.episodes)
    return Podcast.model_validate((await podcasts.GetChannel(asked)).channel)


@routes.delete("/podcasts/{channel_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_podcast(_: Operator, podcasts: PodcastsPeer, channel_id: Id) -> None:
    """Follow a feed no longer, and remove its episodes with their files."""
    await podcasts.RemoveChannel(pb.RemoveChannelRequest(channel_id=channel_id))


@routes.post("/podcasts/{channel_id}/refresh", status_code=HTTPStatus.ACCEPTED)
async def refresh_podcast(_: Operator, podcasts: PodcastsPeer, channel_id: Id) -> FeedsToRead:
    """Read a feed again as soon as possible."""
    asked = pb.RefreshChannelsRequest(channel_id=channel_id)
    return FeedsToRead.model_validate(await podcasts.RefreshChannels(asked))


@routes.get("/podcasts/{channel_id}/episodes")
async def list_episodes(
    _: Listener, podcasts: PodcastsPeer, channel_id: Id, page: Annotated[Paging, Query()]
) -> EpisodePage:
    """List the episodes of a podcast, newest first."""
    asked = pb.ListEpisodesRequest(
        channel_id=channel_id, page_size=page.limit, page_token=page.cursor
    )
    return EpisodePage.model_validate(await podcasts.ListEpisodes(asked))


@routes.get("/podcasts/{channel_id}/cover", responses=PICTURE)
async def get_podcast_cover(
    _: Player,
    podcasts: PodcastsPeer,
    parts: AllParts,
    request: Request,
    channel_id: Id,
    size: CoverSize = CoverSize.MEDIUM,
) -> Response:
    """Read the picture of a podcast, as WebP."""
    channel = (await podcasts.GetChannel(pb.GetChannelRequest(channel_id=channel_id))).channel
    if not channel.cover_sha256:
        raise NotFound("this podcast has no picture")
    suffix = "" if size is CoverSize.FULL else f"-{size}"
    head = await parts.heads.of(f"covers/{channel.cover_sha256}{suffix}.webp")
    headers = {"Content-Type": "image/webp", "Cache-Control": RENEWED}
    return await object_response(request, parts.heads, head, headers)
