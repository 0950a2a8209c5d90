"""A synth that plays what a test tells it to: its answers over gRPC, its frames over NATS."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import grpc
import nats
import numpy as np

from libs.common.tasks import end
from tutti.synth.v1 import synth_pb2 as pb
from tutti.synth.v1.synth_pb2_grpc import (
    SynthServiceServicer,
    add_SynthServiceServicer_to_server,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from nats.aio.client import Client
    from nats.aio.msg import Msg

FRAME = 4410
RATE_HZ = 44_100
TONE_HZ = 440.0
LOUD = 10_000


def tone(position: int) -> bytes:
    """A tenth of a second of a sine, whose phase follows from the position."""
    samples = np.arange(position, position + FRAME)
    wave = LOUD * np.sin(2 * np.pi * TONE_HZ * samples / RATE_HZ)
    return np.repeat(np.round(wave), 2).astype("<i2").tobytes()


class Synth(SynthServiceServicer):
    """Any number of streams, all of which play the same tone."""

    def __init__(self, connection: Client) -> None:
        self.connection = connection
        self.opened: list[pb.OpenStreamRequest] = []
        self.heard: list[pb.Heard] = []
        self.parameters = pb.Parameters()
        self.revision = 0
        self.position = 0

    async def OpenStream(self, request: pb.OpenStreamRequest, _: object) -> pb.OpenStreamResponse:  # noqa: N802
        self.opened.append(request)
        if not self.revision:
            self.parameters.CopyFrom(request.begin_with)
        return pb.OpenStreamResponse(stream=self._stream(request.stream_id))

    async def CloseStream(  # noqa: N802
        self, request: pb.CloseStreamRequest, _: object
    ) -> pb.CloseStreamResponse:
        self.opened = [each for each in self.opened if each.stream_id != request.stream_id]
        return pb.CloseStreamResponse()

    async def ListStreams(  # noqa: N802
        self,
        request: pb.ListStreamsRequest,  # noqa: ARG002
        _: object,
    ) -> pb.ListStreamsResponse:
        ids = {each.stream_id for each in self.opened}
        return pb.ListStreamsResponse(streams=map(self._stream, sorted(ids)))

    async def SteerStream(  # noqa: N802
        self, request: pb.SteerStreamRequest, _: object
    ) -> pb.SteerStreamResponse:
        self.revision += 1
        if request.change.HasField("intensity"):
            self.parameters.intensity = request.change.intensity
        logged = pb.LoggedChange(
            revision=self.revision, position=self.position, change=request.change, by=request.by
        )
        return pb.SteerStreamResponse(logged=logged, parameters=self.parameters)

    async def ListStyles(self, request: pb.ListStylesRequest, _: object) -> pb.ListStylesResponse:  # noqa: ARG002, N802
        begins_with = pb.Parameters(
            style="drift", tonic=2, mode=pb.MODE_DORIAN, tempo_bpm=72, intensity=0.4, timbre=0.5
        )
        style = pb.Style(name="drift", description="Slow.", begins_with=begins_with)
        return pb.ListStylesResponse(styles=[style])

    def frame(
        self,
        position: int,
        epoch: int = 1,
        *,
        notes: tuple[pb.Note, ...] = (),
        bar: pb.Bar | None = None,
    ) -> pb.Frame:
        return pb.Frame(
            epoch=epoch,
            sequence=position // FRAME,
            revision=self.revision,
            position=position,
            rendered_at_unix_us=time.time_ns() // 1000,
            pcm=tone(position),
            parameters=self.parameters if position % (10 * FRAME) == 0 else None,
            notes=notes,
            bar=bar,
        )

    async def send(self, station_id: str, *frames: pb.Frame) -> None:
        """Let frames be heard, whatever they are."""
        for frame in frames:
            await self.connection.publish(
                f"tutti.synth.v1.pcm.{station_id}", frame.SerializeToString()
            )
        await self.connection.flush()

    async def advance(self, station_id: str, count: int, speed: float = 100.0) -> None:
        """Play so many frames, so many times faster than they sound."""
        for _ in range(count):
            await self.send(station_id, self.frame(self.position))
            self.position += FRAME
            await asyncio.sleep(0.1 / speed)

    @asynccontextmanager
    async def playing(self, station_id: str, speed: float = 10.0) -> AsyncGenerator[None]:
        """Play on and on."""
        task = asyncio.create_task(self.advance(station_id, 1_000_000, speed))
        try:
            yield
        finally:
            await end(task)

    def _stream(self, station_id: str) -> pb.Stream:
        return pb.Stream(
            id=station_id,
            parameters=self.parameters,
            revision=self.revision,
            position=self.position,
            epoch=1,
            owner="test",
            engine="sine",
        )


@asynccontextmanager
async def open_synth(nats_url: str) -> AsyncGenerator[tuple[Synth, str]]:
    """Answer until the context ends, and yield where."""
    connection = await nats.connect(nats_url)
    synth = Synth(connection)  # type: ignore[abstract]  # nothing else is asked of it

    async def heard(message: Msg) -> None:
        synth.heard.append(pb.Heard.FromString(message.data))

    await connection.subscribe("tutti.synth.v1.heard.*", cb=heard)
    server = grpc.aio.server()
    add_SynthServiceServicer_to_server(synth, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield synth, f"127.0.0.1:{port}"
    finally:
        await server.stop(0)
        await connection.close()
