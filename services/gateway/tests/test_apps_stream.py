"""Sound as music apps ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.gateway.domain.sounds.choosing import Source, Stored, Target, Wish, chosen
from services.gateway.domain.sounds.formats import Format
from services.gateway.tests.apps import SPOKEN, App, app_of
from services.gateway.tests.recordings import SOUND, publish
from tutti.catalog.v1 import music_pb2

if TYPE_CHECKING:
    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

ORIGINAL = bytes(reversed(SOUND))
RENDITIONS = (Stored("high.mp3", "audio/mpeg", "mp3", 320), Stored("o", "audio/ogg", "opus", 96))
LOSSLESS = Source(
    Stored("it.flac", "audio/flac", "flac", 900), "Dusk", 1000, "flac", True, renditions=RENDITIONS
)
LOSSY = Source(Stored("it.mp3", "audio/mpeg", "mp3", 192), "Dusk", 1000, "mp3")


@pytest.fixture
async def app(site: Site, ada: Person) -> App:
    return await app_of(ada, site.client)


async def released(site: Site, person: Person) -> dict[str, Any]:
    """A track with an original and one rendition."""
    original = music_pb2.Rendition(
        quality=music_pb2.QUALITY_ORIGINAL,
        object_key=f"audio/original-of-{person.id}.flac",
        content_type="audio/flac",
        size_bytes=len(ORIGINAL),
    )
    high = music_pb2.Rendition(
        quality=music_pb2.QUALITY_HIGH,
        object_key=f"audio/high-of-{person.id}.mp3",
        content_type="audio/mpeg",
        size_bytes=len(SOUND),
        bitrate_kbps=320,
    )
    await site.objects.put_bytes(original.object_key, ORIGINAL, "audio/flac")
    await site.objects.put_bytes(high.object_key, SOUND, "audio/mpeg")
    return await publish(site, person, "Dusk", renditions=[original, high])


@pytest.mark.parametrize(
    ("source", "wish", "form"),
    [
        (LOSSLESS, Wish(), LOSSLESS.original),
        (LOSSLESS, Wish(Format.MP3, 64, 1000, raw=True), LOSSLESS.original),
        (LOSSLESS, Wish(Format.MP3), RENDITIONS[0]),
        (LOSSLESS, Wish(limit_kbps=320), RENDITIONS[0]),
        (LOSSLESS, Wish(limit_kbps=1000), LOSSLESS.original),
        (LOSSLESS, Wish(Format.OPUS), RENDITIONS[1]),
        (LOSSLESS, Wish(Format.OPUS, 100), RENDITIONS[1]),
        (LOSSLESS, Wish(Format.OPUS, 160), Target(Format.OPUS, 160)),
        (LOSSLESS, Wish(limit_kbps=200), Target(Format.MP3, 192)),
        (LOSSLESS, Wish(limit_kbps=1), Target(Format.MP3, 32)),
        (LOSSLESS, Wish(Format.FLAC), LOSSLESS.original),
        (LOSSLESS, Wish(Format.FLAC, 320), RENDITIONS[0]),
        (LOSSLESS, Wish(Format.MP3, offset_ms=5000), Target(Format.MP3, 320)),
        (LOSSLESS, Wish(offset_ms=5000), Target(Format.FLAC, 0)),
        (LOSSY, Wish(Format.MP3, 320), LOSSY.original),
        (LOSSY, Wish(limit_kbps=192), LOSSY.original),
        (LOSSY, Wish(limit_kbps=191), Target(Format.MP3, 160)),
        (LOSSY, Wish(Format.M4A, 999), Target(Format.M4A, 320)),
    ],
)
def test_an_object_is_sent_wherever_one_is_what_was_asked_for(
    source: Source, wish: Wish, form: Stored | Target
) -> None:
    assert chosen(source, wish) == form


async def test_what_is_stored_is_streamed_whole_and_in_part(
    site: Site, ada: Person, app: App
) -> None:
    song = f"tr-{(await released(site, ada))['id']}"
    for given, content, content_type in (
        ({}, ORIGINAL, "audio/flac"),
        ({"format": "raw", "maxBitRate": 64}, ORIGINAL, "audio/flac"),
        ({"maxBitRate": 0}, ORIGINAL, "audio/flac"),
        ({"format": "mp3"}, SOUND, "audio/mpeg"),
        ({"maxBitRate": 320, "estimateContentLength": "true"}, SOUND, "audio/mpeg"),
    ):
        whole = await app.call("stream", id=song, **given)
        assert (whole.status_code, whole.content) == (200, content), given
        assert whole.headers["content-type"] == content_type
        asked: dict[str, Any] = {**SPOKEN, **app.proof, "id": song, **given}
        part = await site.client.get(
            "/rest/stream.view", params=asked, headers={"Range": "bytes=100-199"}
        )
        assert (part.status_code, part.content) == (206, content[100:200])
        assert part.headers["etag"] == whole.headers["etag"]
        head = await site.client.head("/rest/stream", params=asked)
        assert (head.headers["content-length"], head.content) == (str(len(content)), b"")
    assert (await app.ask("getSong", id=song))["song"].get("playCount") is None


async def test_what_cannot_be_streamed_is_refused(site: Site, bob: Person, app: App) -> None:
    theirs = f"tr-{(await released(site, bob))['id']}"
    for name in (theirs, "tr-gone", "al-1", "x"):
        assert (await app.refused("stream", id=name))[0] == 70, name
    for wrong in ({"format": "flv"}, {"maxBitRate": "fast"}, {"timeOffset": "-1"}):
        assert (await app.refused("stream", id=theirs, **wrong))[0] in {0, 70}, wrong
    assert (await app.refused("stream"))[0] == 10
