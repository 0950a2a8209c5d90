"""Live streams as radio apps hear them: endless files, and HLS."""

from __future__ import annotations

import asyncio
import io
import re
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import av
import httpx
import numpy as np
import pytest

from services.gateway.adapters.live.segments import SAMPLES
from services.gateway.http import lines
from services.gateway.http.icy import announced
from services.gateway.tests.conftest import Site, Studio, open_site
from services.gateway.tests.people import API, sign_up
from services.gateway.tests.synth import FRAME
from services.gateway.tests.tuning import pitch_hz
from tutti.synth.v1 import synth_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

TYPES = {"mp3": "audio/mpeg", "opus": "audio/ogg", "flac": "audio/flac", "aac": "audio/aac"}


@asynccontextmanager
async def radio(
    site: Site, studio: Studio, suffix: str, **headers: str
) -> AsyncGenerator[httpx.Response]:
    """Begin to hear the station as an app does that knows its invitation."""
    address = f"{API}{studio.path}/listen.{suffix}"
    invited = {"invitation": studio.station["invitation"]}
    async with site.client.stream("GET", address, params=invited, headers=headers) as response:
        assert response.status_code == 200
        yield response


async def first(response: httpx.Response, size_bytes: int) -> bytes:
    """So much of a stream, from its beginning."""
    heard = b""
    async with asyncio.timeout(10):
        async for more in response.aiter_raw():
            heard += more
            if len(heard) >= size_bytes:
                break
    return heard


def played_hz(recording: bytes) -> float:
    """What a player makes of a recording: the pitch of its second half."""
    resampler = av.AudioResampler("s16", "stereo", 44_100)
    with av.open(io.BytesIO(recording), "r") as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    left = np.concatenate([frame.to_ndarray().reshape(-1)[::2] for frame in frames])
    assert len(left) > FRAME
    return pitch_hz(left[len(left) // 2 :], 44_100)


@pytest.mark.parametrize("suffix", TYPES)
async def test_a_player_hears_the_tone_whenever_it_comes(studio: Studio, suffix: str) -> None:
    async with studio.synth.playing(studio.station_id), radio(studio.site, studio, suffix) as one:
        assert one.headers["content-type"] == TYPES[suffix]
        assert one.headers["icy-name"] == "Night"
        assert "transfer-encoding" not in one.headers
        early = await first(one, 20_000)
        async with radio(studio.site, studio, suffix) as two:
            late = await first(two, 20_000)
    assert played_hz(early) == pytest.approx(440, abs=1)
    assert played_hz(late) == pytest.approx(440, abs=1)


async def test_titles_are_within_the_sound_for_who_asks(studio: Studio) -> None:
    synth, at = studio.synth, studio.station_id
    async with synth.playing(at), radio(studio.site, studio, "mp3", **{"Icy-MetaData": "1"}) as app:
        every = int(app.headers["icy-metaint"])
        heard = await first(app, 2 * every + 200)
    title = announced("Night - drift")
    assert heard[every : every + len(title)] == title
    assert heard[every + len(title) + every] == 0
    sound = heard[:every] + heard[every + len(title) : 2 * every + len(title)]
    assert played_hz(sound) == pytest.approx(440, abs=1)
    await synth.send(at, synth.frame(0, epoch=9, bar=pb.Bar(number=1, onset=0, chord="Dm7")))


def test_a_title_has_its_length_before_it() -> None:
    assert announced("It's D") == b"\x02" + b"StreamTitle='It\xe2\x80\x99s D';".ljust(32, b"\0")
    assert len(announced("x" * 9999)) == 1 + 255 * 16


async def test_old_apps_are_understood(studio: Studio) -> None:
    async with studio.synth.playing(studio.station_id):
        url = studio.site.client.base_url
        reader, writer = await asyncio.open_connection(url.host, url.port)
        path = f"{API}{studio.path}/listen.mp3?invitation={studio.station['invitation']}"
        writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        sound = await asyncio.wait_for(reader.readexactly(20_000), 10)
        writer.close()
    assert b"chunked" not in head
    assert played_hz(sound) == pytest.approx(440, abs=1)


async def test_what_follows_a_request_for_a_stream_is_refused(studio: Studio) -> None:
    url = studio.site.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    path = f"{API}{studio.path}/listen.mp3?invitation={studio.station['invitation']}"
    request = f"GET {path} HTTP/1.1\r\nHost: tutti\r\n\r\n"
    writer.write((request + request).encode())
    assert b"409 Conflict" in await asyncio.wait_for(reader.readline(), 10)
    writer.close()


@pytest.mark.slow
async def test_an_app_that_stalls_is_hung_up_on(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "STALLED_S", 0.5)
    url = studio.site.client.base_url
    async with studio.synth.playing(studio.station_id, speed=30):
        with socket.socket() as narrow:
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            narrow.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(narrow, (url.host, url.port))
            path = f"{API}{studio.path}/listen.flac?invitation={studio.station['invitation']}"
            await loop.sock_sendall(narrow, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            await asyncio.sleep(4)
            async with asyncio.timeout(5):
                with suppress(ConnectionError):
                    while await loop.sock_recv(narrow, 2**20):
                        pass


async def test_who_may_not_hear_a_station_gets_no_sound(studio: Studio) -> None:
    for end in ("listen.mp3", "hls/index.m3u8", "hls/1.aac"):
        path = f"{studio.path}/{end}"
        assert (await studio.site.client.get(API + path)).status_code == 401
        async with sign_up(studio.site.client) as stranger:
            await stranger.ask("GET", path, 404)
    await studio.owner.ask("HEAD", f"{studio.path}/listen.mp3")
    await studio.owner.ask("GET", f"{studio.path}/listen.wav", 422)


@pytest.mark.slow
async def test_hls_plays_and_is_cut_alike_by_all_replicas(studio: Studio) -> None:
    path = f"{API}{studio.path}/hls/"
    invited = f"?invitation={studio.station['invitation']}"
    studio.synth.position = 1_000 * FRAME
    async with (
        open_site(studio.site.house, synth_address=studio.synth_address) as elsewhere,
        studio.synth.playing(studio.station_id, speed=20),
    ):
        await studio.site.client.get(f"{path}index.m3u8{invited}")
        await asyncio.sleep(0.5)
        one = (await studio.site.client.get(f"{path}index.m3u8{invited}")).text
        two = (await elsewhere.client.get(f"{path}index.m3u8{invited}")).text
        numbers, others = listed(one), listed(two)
        assert len(numbers) > 1
        assert set(numbers) & set(others)
        assert len(others) > 1
        assert f"#EXT-X-MEDIA-SEQUENCE:{numbers[0]}" in one
        assert numbers[0] >= 1_000 * FRAME // SAMPLES
        parts = []
        for number in numbers:
            address = f"{path}{number}.aac{invited}"
            here, there = [await each.client.get(address) for each in (studio.site, elsewhere)]
            assert here.headers["content-type"] == "audio/aac"
            assert here.content == there.content
            assert here.content.startswith(b"ID3")
            parts.append(here.content)
        assert (await elsewhere.client.get(f"{path}1.aac{invited}")).status_code == 404
    assert played_hz(b"".join(parts)) == pytest.approx(440, abs=1)


def listed(playlist: str) -> list[int]:
    assert playlist.startswith("#EXTM3U\n")
    assert "#EXT-X-TARGETDURATION:2\n" in playlist
    numbers = [int(number) for number in re.findall(r"^(\d+)\.aac\?invitation=", playlist, re.M)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return numbers
