"""Sound in the form that an app asks for, made from real recordings while it listens."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest

from services.gateway.domain.sounds.choosing import safe_gain_db
from services.gateway.tests.apps import SPOKEN, App, app_of
from services.gateway.tests.conftest import House, Site, open_site
from services.gateway.tests.people import API, Person
from services.gateway.tests.tones import (
    CHANGES_S,
    ENDS_S,
    heard,
    record,
    record_long,
    release,
)
from tests.audio import run_ffmpeg

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.slow

GAIN_DB = -4.0
"""Of all recordings that are published here."""
LONG_S = 900.0
"""Takes longer to encode than a test takes to look."""
FORMS: Sequence[tuple[str, dict[str, str], str, str, int | None]] = (
    ("flac", {"format": "mp3", "maxBitRate": "192"}, "mp3", "mp3", 192),
    ("flac", {"maxBitRate": "70"}, "mp3", "mp3", 64),
    ("flac", {"format": "opus", "maxBitRate": "64"}, "ogg", "opus", None),
    ("flac", {"format": "aac", "maxBitRate": "128"}, "aac", "aac", None),
    ("flac", {"format": "m4a"}, "mov", "aac", None),
    ("wav", {"format": "flac"}, "flac", "flac", None),
    ("m4a", {"format": "ogg"}, "ogg", "vorbis", None),
    ("mp3", {"format": "opus"}, "ogg", "opus", None),
    ("ogg", {"format": "mp3"}, "mp3", "mp3", 320),
)
"""What is there, what is asked for; container, codec and kbit/s of what comes."""


@pytest.fixture
async def site(house: House, tmp_path: Path) -> AsyncIterator[Site]:
    told = {"scratch_folder": tmp_path / "scratch", "transcode_wait_s": 0.5}
    async with open_site(house, **told) as site:
        yield site


@pytest.fixture
async def app(site: Site, ada: Person) -> App:
    return await app_of(ada, site.client)


def encoders() -> list[psutil.Process]:
    """The processes of this one that encode."""
    found = psutil.Process().children(recursive=True)
    return [each for each in found if "ffmpeg" in " ".join(_words(each))]


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


async def test_it_comes_in_the_form_that_was_asked_for(
    site: Site, ada: Person, app: App, tmp_path: Path
) -> None:
    songs = {
        suffix: f"tr-{(await record(site, ada, tmp_path, suffix))['id']}"
        for suffix in ("flac", "wav", "m4a", "mp3", "ogg")
    }
    for suffix, given, container, codec, kbps in FORMS:
        response = await app.call("stream", id=songs[suffix], **given)
        assert response.headers["content-type"].startswith("audio/"), response.text
        assert response.headers["accept-ranges"] == "none"
        sound = heard(response.content)
        assert (sound.container.split(",")[0], sound.codec) == (container, codec)
        assert sound.duration_s == pytest.approx(ENDS_S, abs=0.1), given
        assert sound.changes_s == pytest.approx(CHANGES_S, abs=0.1), given
        if kbps:
            assert sound.kbps == pytest.approx(kbps, rel=0.03)


async def test_it_begins_at_an_offset(site: Site, ada: Person, app: App, tmp_path: Path) -> None:
    song = f"tr-{(await record(site, ada, tmp_path))['id']}"
    for given, codec in (
        ({"timeOffset": "2.5", "format": "mp3", "maxBitRate": "128"}, "mp3"),
        ({"timeOffset": "3"}, "flac"),
    ):
        sound = heard((await app.call("stream", id=song, **given)).content)
        offset_s = float(given["timeOffset"])
        assert sound.codec == codec
        assert sound.duration_s == pytest.approx(ENDS_S - offset_s, abs=0.1)
        assert sound.changes_s == pytest.approx(CHANGES_S - offset_s, abs=0.1)


async def test_what_was_made_once_has_parts_that_can_be_asked_for(
    site: Site, ada: Person, app: App, tmp_path: Path
) -> None:
    song = f"tr-{(await record(site, ada, tmp_path))['id']}"
    asked: dict[str, Any] = {"id": song, "format": "mp3", "maxBitRate": 96}
    head = await site.client.head("/rest/stream", params={**SPOKEN, **app.proof, **asked})
    assert (head.status_code, head.content) == (200, b"")
    assert "etag" not in head.headers
    first = (await app.call("stream", **asked)).content
    part = await site.client.get(
        "/rest/stream", params={**SPOKEN, **app.proof, **asked}, headers={"Range": "bytes=100-199"}
    )
    assert (part.status_code, part.content) == (206, first[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(first)}"
    whole = await app.call("stream", **asked)
    assert (whole.content, whole.headers["content-length"]) == (first, str(len(first)))
    assert whole.headers["etag"] == part.headers["etag"]
    assert not encoders()


async def test_about_how_long_it_will_be_is_told_and_kept(
    site: Site, ada: Person, app: App, tmp_path: Path
) -> None:
    song = f"tr-{(await record(site, ada, tmp_path))['id']}"
    for format_ in ("mp3", "opus"):
        answer = await app.call("stream", id=song, format=format_, estimateContentLength="true")
        length = int(answer.headers["content-length"])
        assert length == len(answer.content)
        again = await app.call("stream", id=song, format=format_)
        exact = again.content
        assert len(exact) <= length <= 1.3 * len(exact) + 20_000
        assert answer.content == exact + bytes(length - len(exact))
        run_ffmpeg("-i", "pipe:", "-f", "null", "-", sound=answer.content)


async def test_who_leaves_takes_the_process_along(
    site: Site, ada: Person, app: App, tmp_path: Path
) -> None:
    song = f"tr-{(await record_long(site, ada, tmp_path, LONG_S))['id']}"
    asked: dict[str, Any] = {**SPOKEN, **app.proof, "id": song, "format": "m4a"}
    async with site.client.stream("GET", "/rest/stream", params=asked) as answer:
        assert await anext(answer.aiter_bytes(1000))
        working = encoders()
        assert working
    await asyncio.to_thread(psutil.wait_procs, working, timeout=5)
    assert not encoders()
    assert not [*(tmp_path / "scratch" / "drafts").glob("*/*")]
    assert not list((tmp_path / "scratch" / "files").glob("*m4a*"))


async def test_more_than_there_are_turns_for_is_refused(
    site: Site, ada: Person, app: App, tmp_path: Path
) -> None:
    song = f"tr-{(await record_long(site, ada, tmp_path, LONG_S))['id']}"
    asked: dict[str, Any] = {**SPOKEN, **app.proof, "id": song, "f": "json"}
    forms = ({"format": "m4a"}, {"format": "ogg"})
    async with (
        site.client.stream("GET", "/rest/stream", params=asked | forms[0]) as one,
        site.client.stream("GET", "/rest/stream", params=asked | forms[1]) as other,
    ):
        sounds = one.aiter_bytes(1000), other.aiter_bytes(1000)
        assert all([await anext(sound) for sound in sounds])
        number, message = await app.refused("stream", id=song, format="aac")
        assert number == 0
        assert "ask again later" in message
        working = len(encoders())
        joined = site.client.stream("GET", "/rest/stream", params=asked | forms[0])
        async with joined as third:
            assert await anext(third.aiter_bytes(1000))
            assert len(encoders()) == working


async def test_files_that_mean_harm_end_and_nothing_is_kept_of_them(
    site: Site, ada: Person, app: App, tmp_path: Path
) -> None:
    await record(site, ada, tmp_path)
    sound = (tmp_path / "tones.flac").read_bytes()
    for content, suffix in (
        (b"ID3" + bytes(1000), "mp3"),
        (b"#!EXTM3U\nfile:///etc/passwd\n", "mp3"),
        (sound[: len(sound) // 8], "flac"),
    ):
        track = await release(site, ada, content, suffix, ENDS_S)
        answer = await app.call("stream", id=f"tr-{track['id']}", format="opus")
        if answer.headers["content-type"].startswith("application/json"):
            assert answer.json()["subsonic-response"]["status"] == "failed"
        else:
            assert heard(answer.content).duration_s < ENDS_S / 2
    assert not list((tmp_path / "scratch" / "files").glob("*opus*"))
    assert not encoders()


async def test_a_quality_that_is_missing_is_made(
    site: Site, ada: Person, bob: Person, tmp_path: Path
) -> None:
    track = await record(site, ada, tmp_path)
    address = f"{API}/tracks/{track['id']}/stream"
    for quality, codec in (("medium", "mp3"), ("opus", "opus")):
        answer = await ada.client.get(address, params={"quality": quality})
        assert heard(answer.content).codec == codec
        part = await ada.client.get(
            address, params={"quality": quality}, headers={"Range": "bytes=0-9"}
        )
        assert (part.status_code, part.content) == (206, answer.content[:10])
        assert (await bob.client.get(address, params={"quality": quality})).status_code == 404
    assert (await ada.client.get(address, params={"quality": "preview"})).status_code == 404


async def test_it_is_as_loud_as_others_where_that_is_asked_for(
    site: Site, ada: Person, tmp_path: Path
) -> None:
    track = await record(site, ada, tmp_path)
    address = f"{API}/tracks/{track['id']}/stream"
    plain = heard((await ada.client.get(address, params={"quality": "high"})).content)
    wish = {"quality": "high", "normalise": "true"}
    even = heard((await ada.client.get(address, params=wish)).content)
    level = float(np.sqrt(np.square(even.samples).mean() / np.square(plain.samples).mean()))
    assert 20 * math.log10(level) == pytest.approx(GAIN_DB, abs=0.1)
    refused = await ada.client.get(address, params=wish | {"quality": "original"})
    assert refused.status_code == 422


def test_a_gain_never_overdrives() -> None:
    assert safe_gain_db(-4.04, 0.9) == -4.1
    assert safe_gain_db(6.0, 0.5) == 6.0
    assert safe_gain_db(6.5, 0.5) == 6.0
    assert safe_gain_db(3.0, 0.0) == 0.0
