"""The synth, assembled. Run it with ``python -m services.synth``."""

import asyncio
import gc
import os
import random
import re
import secrets
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

from nats.js import JetStreamContext

from libs.common.events import Bus, open_connection
from libs.common.faults import CannotStart, Unavailable
from libs.common.rpc import Need, serve
from libs.common.service import run
from libs.common.starting import settings_of
from libs.common.tasks import end
from services.synth.adapters import claims, snapshots
from services.synth.adapters.asking import Asking
from services.synth.adapters.buckets import Bucket, open_bucket
from services.synth.adapters.claims import Claims
from services.synth.adapters.control_log import ControlLog, ensure_log
from services.synth.adapters.engines import EngineChoice, open_engine
from services.synth.adapters.ether import Ether, ensure_beats
from services.synth.adapters.listening_in import ListeningIn
from services.synth.adapters.snapshots import Snapshots
from services.synth.domain.composition import compose
from services.synth.domain.phrases import Phrases
from services.synth.domain.playing import Engine
from services.synth.domain.standing import Standing
from services.synth.rendering.player import Player
from services.synth.rendering.thread import Hands, RenderThread
from services.synth.rpc import SynthRpc
from services.synth.settings import SynthSettings
from services.synth.streams.beginning import Beginning
from services.synth.streams.calls import Calls
from services.synth.streams.owned import Kept, Owned
from services.synth.streams.replica import Replica
from services.synth.streams.saving import Saving
from services.synth.streams.sending import Sending
from services.synth.streams.steering import Steering
from services.synth.streams.workings import Manner, Workings
from tutti.synth.v1.synth_pb2_grpc import add_SynthServiceServicer_to_server

SERVICE = "tutti.synth.v1.SynthService"
PHRASES_A_STREAM = 4
SWITCH_S = 0.0005
"""How long the render thread waits for the interpreter; by itself, 5 ms after each deck's frame."""
DEAF = 0.8
"""Of the silence after which others go on: who does not hear itself for so long is silent."""

OpenEngine = Callable[[SynthSettings], Engine]


def chosen_engine(settings: SynthSettings) -> Engine:
    """The engine of the settings. Takes seconds."""
    choice = EngineChoice(settings.engine, settings.streams, settings.kernels, settings.device)
    return open_engine(choice)


@asynccontextmanager
async def synth(
    settings: SynthSettings, bus: Bus, open_engine_of: OpenEngine = chosen_engine
) -> AsyncGenerator[str]:
    """Open every part in order, serve, and close them in reverse. Yields the address to call."""
    engine = await asyncio.to_thread(open_engine_of, settings)
    async with open_connection(settings.nats_url) as connection:
        jetstream = connection.jetstream(timeout=2)
        kept, ether, asking = (
            await _kept(jetstream),
            Ether(connection, jetstream),
            Asking(connection),
        )
        owned: dict[str, Owned] = {}
        name, silence_s = _name(), settings.silence_ms / 1000
        sending = Sending(name, owned, ether, DEAF * silence_s)
        phrases = Phrases(compose, settings.streams * PHRASES_A_STREAM)
        with ThreadPoolExecutor(1, "compose") as composing:
            prefetch = partial(_prefetch, phrases, composing)
            hands = Hands(sending.deliver, prefetch, sending.lose)
            thread = RenderThread(engine, hands, settings.ahead_ms / 1000)
            saving = Saving(thread, kept)
            beginning = Beginning(name, thread, phrases, kept, ether)
            workings = Workings(kept, ether, asking, thread, beginning, saving, sending)
            manner = Manner(name, settings.streams, settings.rest_after_s)
            standing = Standing(name, silence_s, random.random)
            replica = Replica(manner, workings, standing, owned)
            steering = Steering(thread, kept.log, saving)
            calls = Calls(replica, steering, asking, kept.snapshots, engine.name)
            async with thread.running(), _working(replica, calls, workings):
                register = partial(
                    add_SynthServiceServicer_to_server,
                    SynthRpc(calls, ListeningIn(ether, name)),
                )
                needs = {"nats": Need(bus.ping)}
                async with serve(settings, register, [SERVICE], needs) as address:
                    gc.collect()
                    gc.freeze()  # what stands now is never looked through again
                    try:
                        yield address
                    finally:
                        await replica.hand_over()


@asynccontextmanager
async def _working(replica: Replica, calls: Calls, workings: Workings) -> AsyncGenerator[None]:
    """Hear, watch, send, for as long as the context lasts."""
    sending = workings.sending
    sending.room = replica.room
    await replica.listen(calls.answers)
    await calls.answer_others()
    tasks = [
        asyncio.create_task(work)
        for work in (
            sending.run(workings.saving),
            sending.regain(workings.thread, replica.come_back),
            replica.watch(),
            replica.keep_house(),
        )
    ]
    try:
        yield
    finally:
        await asyncio.gather(*map(end, tasks))


async def _kept(jetstream: JetStreamContext) -> Kept:
    try:
        of_claims, of_snapshots = await _made(jetstream)
    except Unavailable as problem:
        raise CannotStart(str(problem), "nats_url") from None
    log, ensure = ControlLog(jetstream), partial(_made, jetstream)
    return Kept(Claims(of_claims), log, Snapshots(of_snapshots), ensure)


async def _made(jetstream: JetStreamContext) -> tuple[Bucket, Bucket]:
    """Make what is missing in NATS; return the buckets of claims and of snapshots."""
    await ensure_log(jetstream)
    await ensure_beats(jetstream)
    of_claims = await open_bucket(jetstream, claims.BUCKET)
    return of_claims, await open_bucket(jetstream, snapshots.BUCKET)


def _prefetch(phrases: Phrases, composing: ThreadPoolExecutor, player: Player) -> None:
    for piece, number in player.conductor.ahead():
        if not phrases.ready(piece, number):
            composing.submit(phrases.prepare, piece, number)


def _name() -> str:
    """A name that no other replica has, nor this one after a restart."""
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:40]
    return f"{host}-{os.getpid()}-{secrets.token_hex(2)}"


if __name__ == "__main__":
    sys.setswitchinterval(SWITCH_S)
    run(synth, settings_of(SynthSettings))
