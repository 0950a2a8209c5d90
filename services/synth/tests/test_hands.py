"""Streams that go from one replica to another, whatever happens to the first."""

import asyncio
import os
import signal

import pytest

from libs.common.events import open_connection
from services.synth.adapters.buckets import Overtaken, open_bucket
from services.synth.adapters.claims import BUCKET, Claims
from services.synth.adapters.control_log import ControlLog
from services.synth.domain.parameters import Change
from services.synth.domain.streams import Logged
from services.synth.tests.house import (
    Ear,
    listening,
    offline,
    opening,
    parameters,
    process,
    replica,
)
from services.synth.tests.test_streams import steering
from services.synth.wire import decode_logged
from tutti.synth.v1 import synth_pb2 as pb

pytestmark = pytest.mark.slow


def owners(ear: Ear) -> int:
    """How many played what was heard; fails where one comes back."""
    epochs = [frame.epoch for frame in ear.frames]
    assert epochs == sorted(epochs)
    return len({*epochs})


async def test_after_a_kill_another_goes_on_with_the_next_sample(nats_url: str) -> None:
    async with (
        process(nats_url) as doomed,
        replica(nats_url) as heir,
        listening(nats_url, "drift") as ear,
    ):
        await doomed.stub.OpenStream(opening("drift"))
        await ear.until(24)  # past the first bar, and its snapshot
        steered = await heir.SteerStream(steering("drift", timbre=0.9, tonic=7))
        doomed.kill()
        await ear.until(20)
        told = (await heir.GetStream(pb.GetStreamRequest(stream_id="drift"))).stream
    assert ear.missing == 0
    assert owners(ear) == 2
    log = [decode_logged(steered.logged)]
    assert ear.pcm() == offline(parameters(), log, len(ear.frames))
    assert (told.revision, told.parameters.tonic) == (1, 7)


async def test_a_replica_that_is_told_to_stop_hands_over_without_a_gap(nats_url: str) -> None:
    async with (
        process(nats_url) as leaving,
        replica(nats_url),
        listening(nats_url, "drift") as ear,
    ):
        await leaving.stub.OpenStream(opening("drift"))
        await ear.until(8)
        leaving.terminate()
        assert await leaving.process.wait() == 0
        await ear.until(10)
    assert (ear.missing, ear.repeated) == (0, 0)
    assert owners(ear) == 2
    assert ear.pcm() == offline(parameters(), [], len(ear.frames))


async def test_the_only_replica_goes_on_after_a_kill_and_after_a_stop(nats_url: str) -> None:
    async with listening(nats_url, "drift") as ear:
        async with process(nats_url) as first:
            await first.stub.OpenStream(opening("drift"))
            await ear.until(6)
            first.kill()
        async with replica(nats_url):
            await ear.until(6)
        async with replica(nats_url):
            await ear.until(6)
    assert ear.missing == 0
    assert owners(ear) == 3
    assert ear.pcm() == offline(parameters(), [], len(ear.frames))


async def test_one_that_was_asleep_finds_its_stream_taken_and_is_silent(nats_url: str) -> None:
    async with (
        process(nats_url) as sleeper,
        replica(nats_url) as heir,
        listening(nats_url, "drift") as ear,
    ):
        await sleeper.stub.OpenStream(opening("drift"))
        await ear.until(6)
        os.kill(sleeper.process.pid, signal.SIGSTOP)
        await ear.until(8)
        os.kill(sleeper.process.pid, signal.SIGCONT)
        await asyncio.sleep(0.5)
        await heir.SteerStream(steering("drift", timbre=0.2))
        told = (await sleeper.stub.GetStream(pb.GetStreamRequest(stream_id="drift"))).stream
        await ear.until(4)
    assert ear.missing == 0
    assert owners(ear) == 2
    assert (told.epoch, told.revision) == (ear.frames[-1].epoch, 1)


async def test_only_one_of_two_owners_can_add_to_the_log(nats_url: str) -> None:
    async with replica(nats_url) as synth, open_connection(nats_url) as connection:
        epoch = (await synth.OpenStream(opening("drift"))).stream.epoch
        jetstream = connection.jetstream()
        log, claims = ControlLog(jetstream), Claims(await open_bucket(jetstream, BUCKET))
        late = Logged(1, 0, Change(timbre=0.5), epoch - 1, "the owner before", 0)
        with pytest.raises(Overtaken):
            await log.append("drift", late, after=0)
        claim, revision = await claims.read("drift")
        assert claim is not None
        assert claim.epoch == epoch
        with pytest.raises(Overtaken):
            await claims.write("drift", claim, after=revision - 1)


async def test_a_change_is_appended_once_however_often_it_is_tried(nats_url: str) -> None:
    async with replica(nats_url) as synth, open_connection(nats_url) as connection:
        epoch = (await synth.OpenStream(opening("drift"))).stream.epoch
        log = ControlLog(connection.jetstream())
        again = Logged(1, 4410, Change(timbre=0.5), epoch + 1, "Ella", 0)
        begun = await log.begin("drift", Logged(0, 0, None, epoch + 1, "another", 0))
        assert await log.append("drift", again, begun) == await log.append("drift", again, begun)
