"""Replicas of the synth for tests, in this process or in ones that can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from nats.aio.msg import Msg

from libs.common.events import open_bus, open_connection
from libs.common.rpc import open_channel
from libs.common.tests.waiting import until
from services.synth.__main__ import synth
from services.synth.domain.composition import compose
from services.synth.domain.conductor import Conductor
from services.synth.domain.parameters import Parameters
from services.synth.domain.phrases import Phrases
from services.synth.domain.playing import FRAME, QUANTUM
from services.synth.domain.streams import Logged
from services.synth.domain.styles import style_named
from services.synth.rendering.samples import Samples
from services.synth.settings import SynthSettings
from services.synth.tests.tiny import TinyEngine
from services.synth.wire import encode_parameters
from tutti.synth.v1 import synth_pb2 as pb
from tutti.synth.v1.synth_pb2_grpc import SynthServiceStub

if TYPE_CHECKING:
    from tutti.synth.v1.synth_pb2_grpc import SynthServiceAsyncStub

PATIENCE_S = 20.0


def parameters(style: str = "drift", seed: int = 7) -> Parameters:
    return style_named(style).parameters(seed)


def opening(stream_id: str, style: str = "drift") -> pb.OpenStreamRequest:
    begin_with = encode_parameters(parameters(style))
    return pb.OpenStreamRequest(stream_id=stream_id, begin_with=begin_with)


@dataclass
class Ear:
    """Keeps the frames of a stream, each sample once, as whoever forwards them does."""

    frames: list[pb.Frame] = field(default_factory=list)
    heard_s: list[float] = field(default_factory=list)
    repeated: int = 0

    @property
    def next_position(self) -> int:
        return self.frames[-1].position + FRAME if self.frames else 0

    @property
    def missing(self) -> int:
        """Samples that never came."""
        positions = [frame.position for frame in self.frames]
        return sum(later - FRAME - sooner for sooner, later in pairwise(positions))

    def hear(self, frame: pb.Frame) -> None:
        if self.frames and (
            frame.epoch < self.frames[-1].epoch or frame.position < self.next_position
        ):
            self.repeated += 1
            return
        self.frames.append(frame)
        self.heard_s.append(time.monotonic())

    def pcm(self) -> bytes:
        return b"".join(frame.pcm for frame in self.frames)

    async def until(self, count: int) -> None:
        """Return once so many more frames were heard."""
        wanted = len(self.frames) + count
        await until(lambda: len(self.frames) >= wanted, PATIENCE_S)


@asynccontextmanager
async def listening(nats_url: str, stream_id: str) -> AsyncGenerator[Ear]:
    ear = Ear()

    async def heard(message: Msg) -> None:
        ear.hear(pb.Frame.FromString(message.data))

    async with open_connection(nats_url) as connection:
        await connection.subscribe(f"tutti.synth.v1.pcm.{stream_id}", cb=heard)
        await connection.flush()
        yield ear


@asynccontextmanager
async def replica(nats_url: str, **settings: float) -> AsyncGenerator[SynthServiceAsyncStub]:
    """A replica in this process, with the tiny engine."""
    told = SynthSettings.model_validate(
        {"nats_url": nats_url, "rpc_port": 0, "drain_s": 0.2, **settings}
    )
    async with (
        open_bus(nats_url) as bus,
        synth(told, bus, lambda _: TinyEngine()) as address,
        open_channel(address) as channel,
    ):
        yield SynthServiceStub(channel)


@dataclass
class Process:
    """A replica in a process of its own."""

    process: asyncio.subprocess.Process
    stub: SynthServiceAsyncStub

    def kill(self) -> None:
        self.process.kill()

    def terminate(self) -> None:
        self.process.terminate()


@asynccontextmanager
async def process(
    nats_url: str, module: str = "services.synth.tests.tiny_synth", **settings: float
) -> AsyncGenerator[Process]:
    told = {"nats_url": nats_url, "rpc_port": 0, "drain_s": 0.2, **settings}
    environment = {f"SYNTH_{name.upper()}": str(value) for name, value in told.items()}
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env=os.environ | environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with open_channel(await _address(started)) as channel:
            reading = asyncio.create_task(_read_on(started))
            yield Process(started, SynthServiceStub(channel))
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()
    await reading


async def _address(started: asyncio.subprocess.Process) -> str:
    if started.stderr is None:
        raise AssertionError
    async with asyncio.timeout(PATIENCE_S):
        async for line in started.stderr:
            spoken: Mapping[str, str] = json.loads(line)
            if spoken["event"] == "serving":
                return spoken["address"]
    raise AssertionError("it never served")


async def _read_on(started: asyncio.subprocess.Process) -> None:
    if started.stderr is not None:
        sys.stderr.write((await started.stderr.read()).decode())


def offline(begins_with: Parameters, log: Sequence[Logged], frames: int) -> bytes:
    """The first frames of a stream with a log, in one go."""
    engine, samples = TinyEngine(), Samples()
    conductor = Conductor(begins_with, Phrases(compose))
    deck = engine.open()
    for logged in log:
        if logged.change is not None:
            conductor.apply(logged.change, logged.position)
    span, _ = conductor.advance(frames * FRAME // QUANTUM)
    sound = engine.render([(deck, span)])
    pieces = [sound[:, :, start : start + FRAME] for start in range(0, frames * FRAME, FRAME)]
    return b"".join(samples.frames(piece, [number])[0] for number, piece in enumerate(pieces))
