"""Answers calls about streams."""

from collections.abc import AsyncGenerator

import grpc

from services.synth.adapters.listening_in import ListeningIn
from services.synth.domain.styles import styles
from services.synth.streams.calls import Calls
from services.synth.wire import encode_style
from tutti.synth.v1 import synth_pb2 as pb
from tutti.synth.v1.synth_pb2_grpc import SynthServiceServicer


class SynthRpc(SynthServiceServicer):
    """Any replica answers about any stream."""

    def __init__(self, calls: Calls, listening_in: ListeningIn) -> None:
        self._calls = calls
        self._listening_in = listening_in

    async def OpenStream(
        self, request: pb.OpenStreamRequest, context: grpc.ServicerContext
    ) -> pb.OpenStreamResponse:
        """Make sure that a stream plays."""
        return await self._calls.open(request)

    async def SteerStream(
        self, request: pb.SteerStreamRequest, context: grpc.ServicerContext
    ) -> pb.SteerStreamResponse:
        """Change what a stream plays."""
        return await self._calls.steer(request)

    async def GetStream(
        self, request: pb.GetStreamRequest, context: grpc.ServicerContext
    ) -> pb.GetStreamResponse:
        """Say how a stream is."""
        return await self._calls.get(request)

    async def ListStreams(
        self, request: pb.ListStreamsRequest, context: grpc.ServicerContext
    ) -> pb.ListStreamsResponse:
        """List what plays."""
        return await self._calls.list()

    async def CloseStream(
        self, request: pb.CloseStreamRequest, context: grpc.ServicerContext
    ) -> pb.CloseStreamResponse:
        """End a stream for good."""
        return await self._calls.close(request)

    async def ListStyles(
        self, request: pb.ListStylesRequest, context: grpc.ServicerContext
    ) -> pb.ListStylesResponse:
        """List the styles there are."""
        return pb.ListStylesResponse(styles=map(encode_style, styles().values()))

    async def StreamPcm(
        self, request: pb.StreamPcmRequest, context: grpc.ServicerContext
    ) -> AsyncGenerator[pb.StreamPcmResponse]:
        """Send frames as they are rendered, for as long as the stream plays."""
        await self._calls.get(pb.GetStreamRequest(stream_id=request.stream_id))
        async for frame in self._listening_in.frames(request.stream_id):
            yield pb.StreamPcmResponse(frame=frame)
