"""Scrobbling over gRPC: decode, ask, encode."""

import grpc

from services.catalog.adapters.scrobbling.now_playing import NowPlaying
from services.catalog.adapters.scrobbling.scrobblers import Scrobblers
from services.catalog.wire.scrobbling import decode_scrobbler, encode_status
from tutti.catalog.v1 import scrobbling_pb2 as pb
from tutti.catalog.v1.scrobbling_pb2_grpc import ScrobblingServiceServicer


class ScrobblingRpc(ScrobblingServiceServicer):
    """Answers tutti.catalog.v1.ScrobblingService."""

    def __init__(self, scrobblers: Scrobblers, now_playing: NowPlaying) -> None:
        self._scrobblers = scrobblers
        self._now_playing = now_playing

    async def ListScrobblers(
        self, request: pb.ListScrobblersRequest, context: grpc.ServicerContext
    ) -> pb.ListScrobblersResponse:
        """List the services and how each stands."""
        found = await self._scrobblers.of_user(request.user_id)
        return pb.ListScrobblersResponse(scrobblers=map(encode_status, found))

    async def ConnectListenBrainz(
        self, request: pb.ConnectListenBrainzRequest, context: grpc.ServicerContext
    ) -> pb.ConnectListenBrainzResponse:
        """Connect ListenBrainz by a token."""
        status = await self._scrobblers.connect_listenbrainz(request.user_id, request.token)
        return pb.ConnectListenBrainzResponse(scrobbler=encode_status(status))

    async def BeginLastFm(
        self, request: pb.BeginLastFmRequest, context: grpc.ServicerContext
    ) -> pb.BeginLastFmResponse:
        """Begin to connect Last.fm."""
        return pb.BeginLastFmResponse(url=await self._scrobblers.begin_lastfm(request.user_id))

    async def FinishLastFm(
        self, request: pb.FinishLastFmRequest, context: grpc.ServicerContext
    ) -> pb.FinishLastFmResponse:
        """Finish it."""
        status = await self._scrobblers.finish_lastfm(request.user_id)
        return pb.FinishLastFmResponse(scrobbler=encode_status(status))

    async def DisconnectScrobbler(
        self, request: pb.DisconnectScrobblerRequest, context: grpc.ServicerContext
    ) -> pb.DisconnectScrobblerResponse:
        """End a connection."""
        service = decode_scrobbler(request.scrobbler)
        await self._scrobblers.disconnect(request.user_id, service)
        return pb.DisconnectScrobblerResponse()

    async def SetNowPlaying(
        self, request: pb.SetNowPlayingRequest, context: grpc.ServicerContext
    ) -> pb.SetNowPlayingResponse:
        """Pass on what somebody begins to hear."""
        await self._now_playing.set(request.user_id, request.track_id)
        return pb.SetNowPlayingResponse()
