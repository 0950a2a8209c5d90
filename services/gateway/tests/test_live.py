"""Live streams over sockets: every frame once, to everybody, whoever is slow."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import struct
from contextlib import suppress
from types import CoroutineType
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
import websockets

from services.gateway.adapters.live import broadcast, hub, reception
from services.gateway.http import lines
from services.gateway.tests.listeners import Heard, listening
from services.gateway.tests.synth import FRAME, tone
from services.gateway.tests.tuning import pitch_hz
from services.gateway.tests.waiting import until
from tutti.synth.v1 import synth_pb2 as pb

if TYPE_CHECKING:
    from services.gateway.tests.conftest import Studio
    from services.gateway.tests.listeners import App


def sequences(frames: list[Heard]) -> list[int]:
    return [frame.sequence for frame in frames]


async def test_a_frame_is_the_same_for_everybody(studio: Studio) -> None:
    headers = studio.owner.bearer
    async with (
        listening(studio.site, studio.station_id, headers) as one,
        listening(studio.site, studio.station_id, headers) as two,
        studio.synth.playing(studio.station_id),
    ):
        first, second = await one.hear(12), await two.hear(12)
    assert [each.position for each in first] == [n * FRAME for n in range(12)]
    assert all(each.sound == tone(each.position) for each in first)
    assert first == second
    assert [each.flags for each in first] == [2, *[0] * 11]
    assert len(studio.synth.opened) == 1


async def test_the_first_message_says_what_plays(studio: Studio) -> None:
    async with listening(studio.site, studio.station_id, studio.owner.bearer) as app:
        assert app.hello["station"] == {"id": studio.station_id, "name": "Night"}
        assert app.hello["parameters"]["tempo_bpm"] == 66
        assert app.hello["parameters"]["mode"] == "dorian"
        assert app.hello["may_steer"]
        await until(lambda: _heard(studio, 1))


async def test_a_socket_is_within_no_layers(studio: Studio) -> None:
    async with listening(studio.site, studio.station_id, studio.owner.bearer):
        waiting = [each for each in gc.get_objects() if type(each) is CoroutineType]
    files = {each.cr_code.co_filename for each in waiting}
    assert any(file.endswith("http/rooms.py") for file in files)
    assert not [file for file in files if "middleware" in file or "observing" in file]


async def test_who_joins_late_begins_at_once(studio: Studio) -> None:
    headers = studio.owner.bearer
    async with listening(studio.site, studio.station_id, headers) as early:
        await studio.synth.advance(studio.station_id, 30)
        await early.hear(30)
        async with listening(studio.site, studio.station_id, headers) as late:
            assert sequences(await late.hear(4)) == [26, 27, 28, 29]
            await studio.synth.advance(studio.station_id, 2)
            assert sequences(await late.hear(6))[4:] == [30, 31]
            assert [frame.flags for frame in late.frames] == [2, 0, 0, 0, 0, 0]


async def test_who_comes_back_goes_on_where_they_were(studio: Studio) -> None:
    headers = studio.owner.bearer
    async with listening(studio.site, studio.station_id, headers) as app:
        await studio.synth.advance(studio.station_id, 30)
        await app.hear(30)
        there = {"from": 18 * FRAME}
        async with listening(studio.site, studio.station_id, headers, **there) as back:
            assert sequences(await back.hear(12)) == list(range(18, 30))
            assert back.frames[0].flags == 0
        gone = {"from": 3 * FRAME}
        async with listening(studio.site, studio.station_id, headers, **gone) as anew:
            assert sequences(await anew.hear(4)) == [26, 27, 28, 29]
            assert anew.frames[0].flags == 2


async def test_only_the_owner_of_a_stream_is_heard(studio: Studio) -> None:
    synth, at = studio.synth, studio.station_id
    async with listening(studio.site, at, studio.owner.bearer) as app:
        first = [synth.frame(n * FRAME, epoch=3) for n in range(3)]
        await synth.send(at, *first, synth.frame(3 * FRAME, epoch=2), first[2])
        await synth.send(at, synth.frame(5 * FRAME, epoch=4), synth.frame(6 * FRAME, epoch=4))
        assert sequences(await app.hear(5)) == [0, 1, 2, 5, 6]
        assert [frame.flags for frame in app.frames] == [2, 0, 0, 1, 0]


async def test_a_frame_that_is_none_is_passed_over(studio: Studio) -> None:
    async with listening(studio.site, studio.station_id, studio.owner.bearer) as app:
        connection = studio.synth.connection
        await connection.publish(f"tutti.synth.v1.pcm.{studio.station_id}", b"\xff\xff\xff")
        await studio.synth.advance(studio.station_id, 2)
        assert sequences(await app.hear(2)) == [0, 1]


async def test_scripts_hear_the_same_in_json(studio: Studio) -> None:
    headers = studio.owner.bearer
    async with listening(studio.site, studio.station_id, headers, format="json") as script:
        await studio.synth.advance(studio.station_id, 3)
        third = await script.told("audio", sequence=2)
    assert base64.b64decode(third["pcm"]) == tone(2 * FRAME)
    assert third["position"] == 2 * FRAME


async def test_notes_are_for_who_asked(studio: Studio) -> None:
    synth, at, headers = studio.synth, studio.station_id, studio.owner.bearer
    note = pb.Note(onset=5, length=4000, pitch=62.0, velocity=0.5, part="pad")
    bar = pb.Bar(number=4, onset=0, chord="Dm7")
    async with (
        listening(studio.site, at, headers, notes=1) as sees,
        listening(studio.site, at, headers) as hears,
    ):
        await synth.send(at, synth.frame(0, notes=(note,), bar=bar), synth.frame(FRAME))
        seen = await sees.told("notes")
        await hears.hear(2)
    assert seen["notes"] == [
        {"onset": 5, "length": 4000, "pitch": 62.0, "velocity": 0.5, "part": "pad"}
    ]
    assert seen["bar"] == {"number": 4, "onset": 0, "chord": "Dm7"}
    assert not any(message["type"] == "notes" for message in hears.said)


async def test_who_joins_late_sees_what_still_sounds(studio: Studio) -> None:
    synth, at, headers = studio.synth, studio.station_id, studio.owner.bearer
    long = pb.Note(onset=0, length=300 * FRAME, pitch=50.0, velocity=0.5, part="pad")
    short = pb.Note(onset=0, length=FRAME, pitch=62.0, velocity=0.5, part="pluck")
    async with listening(studio.site, at, headers) as first:
        for number in range(0, 90, 30):
            bar = pb.Bar(number=number, onset=0, chord="Dm7")
            notes = (short,) if number else (short, long)
            await synth.send(at, synth.frame(number * FRAME, notes=notes, bar=bar))
            await first.hear(number // 30 + 1)
        async with listening(studio.site, at, headers, notes=1) as late:
            await late.hear(3)
        async with listening(studio.site, at, headers, notes=1, from_=60 * FRAME) as again:
            await again.hear(1)
    seen = [said for said in late.said if said["type"] == "notes"]
    assert [message["position"] for message in seen] == [0, 60 * FRAME]
    assert [note["part"] for note in seen[0]["notes"]] == ["pluck", "pad"]
    assert seen[1]["bar"]["number"] == 60
    positions = [said["position"] for said in again.said if said["type"] == "notes"]
    assert positions == [60 * FRAME]


async def test_opus_and_flac_are_the_same_tone(studio: Studio) -> None:
    headers = studio.owner.bearer
    async with (
        listening(studio.site, studio.station_id, headers, format="opus") as opus,
        listening(studio.site, studio.station_id, headers, format="flac") as flac,
    ):
        await studio.synth.advance(studio.station_id, 15, speed=10)
        await opus.hear(10)
        await flac.hear(10)
    assert {frame.codec for frame in opus.frames} == {1}
    assert {frame.codec for frame in flac.frames} == {2}
    lossless = decoded(flac, "flac", [frame.sound for frame in flac.frames])
    assert np.array_equal(lossless[: 2 * FRAME], np.frombuffer(tone(0) + tone(FRAME), "<i2")[::2])
    packets = [packet for frame in opus.frames for packet in prefixed(frame.sound)]
    assert len(packets) in range(5 * len(opus.frames) - 2, 5 * len(opus.frames) + 1)
    assert pitch_hz(decoded(opus, "libopus", packets)[4800:], 48_000) == pytest.approx(440, abs=1)


def prefixed(sound: bytes) -> list[bytes]:
    """The packets of a message, each behind its length."""
    packets = []
    while sound:
        (length,) = struct.unpack_from("<H", sound)
        packets.append(sound[2 : 2 + length])
        sound = sound[2 + length :]
    return packets


def decoded(
    app: App, codec: str, packets: list[bytes]
) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """The left channel."""
    context = av.CodecContext.create(codec, "r")
    assert isinstance(context, av.AudioCodecContext)
    context.extradata = base64.b64decode(app.hello["codec_header"])
    context.sample_rate, context.layout = 48_000 if codec == "libopus" else 44_100, "stereo"
    heard = [frame for packet in packets for frame in context.decode(av.Packet(packet))]
    resampler = av.AudioResampler("s16", "stereo")
    flat = [
        out.to_ndarray().reshape(-1)[::2] for frame in heard for out in resampler.resample(frame)
    ]
    return np.concatenate(flat)


@pytest.mark.slow
async def test_who_stalls_is_cut_and_nobody_else_notices(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "STALLED_S", 1.0)
    headers = studio.owner.bearer
    async with (
        listening(studio.site, studio.station_id, headers) as well,
        listening(studio.site, studio.station_id, headers) as stalled,
        studio.synth.playing(studio.station_id, speed=10),
    ):
        stalled.socket.transport.pause_reading()
        frames = await well.hear(200)
        assert sequences(frames) == list(range(200))
        assert not any(frame.flags & 1 for frame in frames)
        stalled.socket.transport.resume_reading()
        with pytest.raises(websockets.ConnectionClosed):
            await stalled.hear(10_000)
    assert len(stalled.frames) < 150


@pytest.mark.slow
async def test_who_is_slow_loses_frames_and_is_told(studio: Studio) -> None:
    headers = studio.owner.bearer
    async with (
        listening(studio.site, studio.station_id, headers) as slow,
        studio.synth.playing(studio.station_id, speed=20),
    ):
        slow.socket.transport.pause_reading()
        await asyncio.sleep(3)
        slow.socket.transport.resume_reading()
        while not any(frame.flags & 1 for frame in slow.frames):
            await slow.take()
    after = next(frame for frame in slow.frames if frame.flags & 1)
    before = slow.frames[slow.frames.index(after) - 1]
    assert after.sequence > before.sequence + 1
    assert sequences(slow.frames[:-1]) == list(range(before.sequence + 1))


@pytest.mark.parametrize(
    ("sent", "code"),
    [(['{"type":"time","client_us":1}'] * 30, 1008), (["x" * 70_000], 1009)],
)
async def test_what_a_client_says_has_a_measure(studio: Studio, sent: list[str], code: int) -> None:
    async with listening(studio.site, studio.station_id, studio.owner.bearer) as app:
        with suppress(websockets.ConnectionClosed):
            for message in sent:
                await app.socket.send(message)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await app.hear(1)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


async def test_what_makes_no_sense_is_answered(studio: Studio) -> None:
    async with listening(studio.site, studio.station_id, studio.owner.bearer) as app:
        for message in ("", "[]", '{"type":"steer"}', '{"type":"else"}', b"\x00"):
            await app.socket.send(message)
        await app.say(type="steer", id="a", change={"intensity": 2})
        await app.say(type="time", client_us=5)
        assert (await app.told("time"))["client_us"] == 5
    errors = [message for message in app.said if message["type"] == "error"]
    assert [error["code"] for error in errors] == ["invalid_input"] * 6
    assert not studio.synth.revision


async def test_text_that_is_none_ends_the_socket(studio: Studio) -> None:
    async with listening(studio.site, studio.station_id, studio.owner.bearer) as app:
        await app.socket.send(b"\xff\xfe", text=True)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await app.hear(1)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1007


@pytest.mark.slow
async def test_a_stream_is_left_after_the_last_and_opened_when_silent(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "LINGERS_S", 0.5)
    monkeypatch.setattr(reception, "SILENT_S", 0.5)
    monkeypatch.setattr(hub, "LOOK_EVERY_S", 0.1)
    async with listening(studio.site, studio.station_id, studio.owner.bearer) as app:
        await studio.synth.advance(studio.station_id, 1)
        await app.hear(1)
        await until(lambda: _opened(studio, 2))
    await until(lambda: _heard(studio, 0))
    opened = len(studio.synth.opened)
    await asyncio.sleep(1.5)
    assert len(studio.synth.opened) == opened


async def _heard(studio: Studio, listeners: int) -> bool:
    return bool(studio.synth.heard) and studio.synth.heard[-1].listeners == listeners


async def _opened(studio: Studio, times: int) -> bool:
    return len(studio.synth.opened) >= times


async def test_what_is_asked_for_must_make_sense(studio: Studio) -> None:
    for query in ({"format": "wav"}, {"from": -1}, {"else": 1}, {"id": "a/b"}):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with listening(studio.site, studio.station_id, studio.owner.bearer, **query):
                pass
        assert refused.value.response.status_code == 422
        assert json.loads(refused.value.response.body or b"")["code"] == "invalid_input"
