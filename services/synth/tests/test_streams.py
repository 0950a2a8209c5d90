"""Streams through the service's own API, on a real NATS, with an engine that is quick to begin."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from libs.common.faults import InvalidInput, NotFound, ResourceExhausted
from services.synth.domain.playing import FRAME
from services.synth.tests.house import Ear, listening, offline, opening, parameters, replica
from services.synth.wire import decode_logged
from tutti.synth.v1 import synth_pb2 as pb

if TYPE_CHECKING:
    from tutti.synth.v1.synth_pb2_grpc import SynthServiceAsyncStub

pytestmark = pytest.mark.slow


def steering(stream_id: str, **change: float | str) -> pb.SteerStreamRequest:
    return pb.SteerStreamRequest(
        stream_id=stream_id,
        change=pb.Change(**change),  # type: ignore[arg-type]  # fields by name
        by="Ella",
    )


async def test_a_stream_that_is_opened_is_heard_from_its_first_sample_without_a_gap(
    nats_url: str,
) -> None:
    async with replica(nats_url) as synth, listening(nats_url, "drift") as ear:
        opened = await synth.OpenStream(opening("drift"))
        assert opened.stream.owner
        await ear.until(12)
    assert ear.frames[0].position == 0
    assert ear.missing == 0
    assert [frame.sequence for frame in ear.frames] == list(range(len(ear.frames)))
    assert ear.pcm() == offline(parameters(), [], len(ear.frames))
    assert ear.heard_s[11] - ear.heard_s[0] > 0.9
    assert ear.frames[0].bar.chord
    assert ear.frames[0].parameters.style == "drift"
    assert any(frame.notes for frame in ear.frames)


async def test_a_change_is_acknowledged_and_heard_from_the_sample_it_names(nats_url: str) -> None:
    async with replica(nats_url) as synth, listening(nats_url, "drift") as ear:
        await synth.OpenStream(opening("drift"))
        await ear.until(3)
        first = await synth.SteerStream(steering("drift", timbre=1.0))
        second = await synth.SteerStream(steering("drift", tonic=5, intensity=1.0))
        third = await synth.SteerStream(steering("drift", percussion=0.9))
        assert (second.parameters.timbre, second.parameters.tonic) == (1.0, 5)
        await ear.until(8)
        told = (await synth.GetStream(pb.GetStreamRequest(stream_id="drift"))).stream
    log = [decode_logged(each.logged) for each in (first, second, third)]
    assert [each.revision for each in log] == [1, 2, 3]
    assert first.logged.by == "Ella"
    changed = next(frame for frame in ear.frames if frame.revision)
    assert changed.position <= first.logged.position < changed.position + FRAME
    assert ear.pcm() == offline(parameters(), log, len(ear.frames))
    assert ear.pcm() != offline(parameters(), [], len(ear.frames))
    assert told.revision == 3


async def test_any_replica_answers_for_any_stream(nats_url: str) -> None:
    async with replica(nats_url) as one, replica(nats_url) as other:
        await one.OpenStream(opening("drift"))
        owner = (await other.OpenStream(opening("drift"))).stream.owner
        steered = await other.SteerStream(steering("drift", timbre=0.1))
        told = (await other.GetStream(pb.GetStreamRequest(stream_id="drift"))).stream
        assert (told.owner, told.parameters.timbre) == (owner, 0.1)
        assert steered.logged.revision == 1
        await other.OpenStream(opening("pulse", "pulse"))
        for each in one, other:
            listed = (await each.ListStreams(pb.ListStreamsRequest())).streams
            assert [stream.id for stream in listed] == ["drift", "pulse"]
        with pytest.raises(InvalidInput, match="tonic must be from 0 to 11"):
            await other.SteerStream(steering("drift", tonic=12))
        await other.CloseStream(pb.CloseStreamRequest(stream_id="drift"))
        with pytest.raises(NotFound, match="there is no stream drift"):
            await one.GetStream(pb.GetStreamRequest(stream_id="drift"))


async def test_what_makes_no_sense_is_refused_with_what_would(nats_url: str) -> None:
    async with replica(nats_url, streams=1) as synth:
        styles = (await synth.ListStyles(pb.ListStylesRequest())).styles
        assert {"drift", "pulse"} <= {style.name for style in styles}
        with pytest.raises(InvalidInput, match="style must be one of choir, deep, drift"):
            await synth.OpenStream(
                pb.OpenStreamRequest(stream_id="a", begin_with=pb.Parameters(style="polka"))
            )
        with pytest.raises(InvalidInput, match="stream_id must have"):
            await synth.OpenStream(opening("a.b"))
        with pytest.raises(NotFound):
            await synth.SteerStream(steering("a", timbre=0.5))
        await synth.OpenStream(opening("a"))
        with pytest.raises(InvalidInput, match="style must be one of"):
            await synth.SteerStream(steering("a", style="polka"))
        with pytest.raises(InvalidInput, match="a change must name"):
            await synth.SteerStream(steering("a"))
        with pytest.raises(ResourceExhausted):
            await synth.OpenStream(opening("b"))


async def test_a_stream_that_nobody_hears_rests_and_goes_on_where_it_stopped(
    nats_url: str,
) -> None:
    async with replica(nats_url, rest_after_s=0.5) as synth, listening(nats_url, "drift") as ear:
        await synth.OpenStream(opening("drift"))
        steered = await synth.SteerStream(steering("drift", timbre=0.9))
        asleep = await resting(synth, "drift")
        assert asleep.parameters.timbre == 0.9
        assert asleep.position == ear.next_position
        count = len(ear.frames)
        await asyncio.sleep(0.3)
        assert len(ear.frames) == count
        await synth.OpenStream(opening("drift"))
        await ear.until(5)
    assert ear.missing == 0
    log = [decode_logged(steered.logged)]
    assert ear.pcm() == offline(parameters(), log, len(ear.frames))


async def test_a_stream_that_somebody_hears_does_not_rest(nats_url: str) -> None:
    async with replica(nats_url, rest_after_s=0.5) as synth:
        await synth.OpenStream(opening("drift"))
        heard = Ear()
        async for answer in synth.StreamPcm(pb.StreamPcmRequest(stream_id="drift"), timeout=10):
            heard.hear(answer.frame)
            if len(heard.frames) == 18:
                break
        assert heard.missing == 0
        [stream] = (await synth.ListStreams(pb.ListStreamsRequest())).streams
        assert stream.listeners == 1


async def test_a_closed_stream_begins_anew(nats_url: str) -> None:
    async with replica(nats_url) as synth:
        await synth.OpenStream(opening("drift"))
        await synth.SteerStream(steering("drift", timbre=0.9))
        first = (await synth.GetStream(pb.GetStreamRequest(stream_id="drift"))).stream
        await synth.CloseStream(pb.CloseStreamRequest(stream_id="drift"))
        async with listening(nats_url, "drift") as ear:
            again = (await synth.OpenStream(opening("drift"))).stream
            await ear.until(3)
    assert again.epoch > first.epoch
    assert (again.revision, again.parameters.timbre) == (0, parameters().timbre)
    assert ear.frames[0].position == 0


async def resting(synth: SynthServiceAsyncStub, stream_id: str) -> pb.Stream:
    async with asyncio.timeout(10):
        while True:
            told = (await synth.GetStream(pb.GetStreamRequest(stream_id=stream_id))).stream
            if not told.owner:
                return told
            await asyncio.sleep(0.05)
