"""Telling services that keep listening."""

from http import HTTPStatus

from services.gateway.http.entrance import Listener, guarded_router
from services.gateway.http.parts import ScrobblingPeer
from services.gateway.wire.scrobbling import (
    LastFmBegun,
    ListenBrainzConnect,
    NowPlaying,
    Scrobbler,
    ScrobblerList,
    ScrobblerName,
)
from tutti.catalog.v1 import scrobbling_pb2 as pb

routes = guarded_router("scrobbling")


@routes.get("/me/scrobbling")
async def list_my_scrobblers(viewer: Listener, scrobbling: ScrobblingPeer) -> ScrobblerList:
    """List the services there are, and how each stands with oneself."""
    answer = await scrobbling.ListScrobblers(pb.ListScrobblersRequest(user_id=viewer.user_id))
    return ScrobblerList.model_validate(answer)


@routes.put("/me/scrobbling/listenbrainz")
async def connect_listenbrainz(
    viewer: Listener, scrobbling: ScrobblingPeer, asked: ListenBrainzConnect
) -> Scrobbler:
    """Tell ListenBrainz what one plays from now on, by one's user token there."""
    answer = await scrobbling.ConnectListenBrainz(
        pb.ConnectListenBrainzRequest(user_id=viewer.user_id, token=asked.token)
    )
    return Scrobbler.model_validate(answer.scrobbler)


@routes.post("/me/scrobbling/lastfm/begin")
async def begin_lastfm(viewer: Listener, scrobbling: ScrobblingPeer) -> LastFmBegun:
    """Begin to connect Last.fm: allow it at the address, then finish."""
    answer = await scrobbling.BeginLastFm(pb.BeginLastFmRequest(user_id=viewer.user_id))
    return LastFmBegun.model_validate(answer)


@routes.put("/me/scrobbling/lastfm")
async def finish_lastfm(viewer: Listener, scrobbling: ScrobblingPeer) -> Scrobbler:
    """Tell Last.fm what one plays from now on. 409 until one has allowed it there."""
    answer = await scrobbling.FinishLastFm(pb.FinishLastFmRequest(user_id=viewer.user_id))
    return Scrobbler.model_validate(answer.scrobbler)


@routes.delete("/me/scrobbling/{scrobbler}", status_code=HTTPStatus.NO_CONTENT)
async def disconnect_scrobbler(
    viewer: Listener, scrobbling: ScrobblingPeer, scrobbler: ScrobblerName
) -> None:
    """Tell it nothing more, and forget what waits to be sent there."""
    await scrobbling.DisconnectScrobbler(
        pb.DisconnectScrobblerRequest(user_id=viewer.user_id, scrobbler=scrobbler.number)
    )


@routes.put("/me/now-playing", status_code=HTTPStatus.NO_CONTENT)
async def set_now_playing(viewer: Listener, scrobbling: ScrobblingPeer, asked: NowPlaying) -> None:
    """Say what one begins to hear, once for each listening; services are told as best it can."""
    await scrobbling.SetNowPlaying(
        pb.SetNowPlayingRequest(user_id=viewer.user_id, track_id=asked.track_id)
    )
