"""Files, pictures and words, as music apps get them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import httpx
import pytest
from PIL import Image

from services.gateway.domain.apps.covers import key_of
from services.gateway.tests.apps import SPOKEN, App, app_of
from services.gateway.tests.recordings import HLS, SOUND, publish
from tutti.catalog.v1 import music_pb2

if TYPE_CHECKING:
    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person


@pytest.fixture
async def app(site: Site, ada: Person) -> App:
    return await app_of(ada, site.client)


def painted(side_px: int) -> bytes:
    """A cover as ingest writes it, red on the left."""
    image = Image.new("RGB", (side_px, side_px), (10, 20, 200))
    image.paste((200, 20, 10), (0, 0, side_px // 2, side_px))
    written = io.BytesIO()
    image.save(written, "WEBP")
    return written.getvalue()


async def with_cover(site: Site, ada: Person) -> dict[str, Any]:
    track = await publish(site, ada, "Dusk")
    for suffix, side_px in (("", 1200), ("-96", 96), ("-300", 300), ("-600", 600)):
        key = f"covers/{track['cover_sha256']}{suffix}.webp"
        await site.objects.put_bytes(key, painted(side_px), "image/webp")
    return track


async def test_a_cover_comes_as_jpeg_in_any_size_or_as_kept(
    site: Site, ada: Person, app: App
) -> None:
    track = await with_cover(site, ada)
    cover = f"co-{track['cover_sha256']}"
    for size, side_px in ((64, 64), (300, 300), (450, 450), (5000, 1200), (0, 1200)):
        response = await app.call("getCoverArt", id=cover, size=size)
        assert response.headers["content-type"] == "image/jpeg"
        assert "immutable" in response.headers["cache-control"]
        with Image.open(io.BytesIO(response.content)) as image:
            assert (image.format, image.size) == ("JPEG", (side_px, side_px))
            red, _, blue = image.convert("RGB").getpixel((side_px // 4, side_px // 2))  # type: ignore[misc]  # a colour
            assert red > 150 > blue
    asked = {**app.proof, **SPOKEN, "id": cover, "size": "300"}
    kept = await site.client.get(
        "/rest/getCoverArt", params=asked, headers={"Accept": "image/webp,*/*"}
    )
    assert kept.headers["content-type"] == "image/webp"
    assert kept.content == painted(300)
    for name in (f"tr-{track['id']}", f"al-{track['album_id']}"):
        response = await app.call("getCoverArt", id=name, size=96)
        assert response.headers["content-type"] == "image/jpeg"
        assert "immutable" not in response.headers["cache-control"]


async def test_covers_that_are_not_there_or_not_ones_own_are_not_sent(
    site: Site, bob: Person, app: App
) -> None:
    track = await publish(site, bob, "Dusk")
    for name in (f"co-{track['cover_sha256']}", f"al-{track['album_id']}", "co-0", "xx-1"):
        assert (await app.refused("getCoverArt", id=name))[0] == 70, name
    assert (await app.refused("getCoverArt", id="ra-1"))[0] == 0
    playlist = (await app.ask("createPlaylist", name="Empty"))["playlist"]["coverArt"]
    assert (await app.refused("getCoverArt", id=playlist))[0] == 70
    assert (await app.refused("getAvatar", username="ada"))[0] == 70


def test_a_picture_is_made_from_the_smallest_that_is_no_smaller() -> None:
    assert [key_of("a", side) for side in (1, 96, 97, 600, 601, 0)] == [
        "covers/a-96.webp",
        "covers/a-96.webp",
        "covers/a-300.webp",
        "covers/a-600.webp",
        "covers/a.webp",
        "covers/a.webp",
    ]


async def test_a_download_is_the_file_as_it_was_uploaded_whole_or_in_part(
    site: Site, ada: Person, app: App
) -> None:
    original = music_pb2.Rendition(
        quality=music_pb2.QUALITY_ORIGINAL,
        object_key="audio/original-of-dusk.flac",
        content_type="audio/flac",
        size_bytes=len(SOUND),
    )
    await site.objects.put_bytes(original.object_key, SOUND, "audio/flac")
    track = await publish(site, ada, "Dusk", renditions=[original])
    song = f"tr-{track['id']}"
    whole = await app.call("download", id=song)
    assert whole.content == SOUND
    assert whole.headers["content-type"] == "audio/flac"
    assert whole.headers["content-disposition"].startswith('attachment; filename="Dusk.flac"')
    asked = {**app.proof, **SPOKEN, "id": song}
    part = await site.client.get(
        "/rest/download.view", params=asked, headers={"Range": "bytes=100-199"}
    )
    assert part.status_code == httpx.codes.PARTIAL_CONTENT
    assert part.content == SOUND[100:200]
    head = await site.client.head("/rest/download", params=asked)
    assert (head.headers["content-length"], head.content) == (str(len(SOUND)), b"")


async def test_hls_plays_at_an_address_without_another_proof(
    site: Site, ada: Person, app: App
) -> None:
    track = await publish(site, ada, "Dusk")
    for name in ("hls", "hls.m3u8"):
        sent_on = await app.call(name, id=f"tr-{track['id']}")
        assert sent_on.status_code == httpx.codes.FOUND
        where = sent_on.headers["location"]
        assert where.startswith("/media/")
        assert (await site.client.get(where)).content == HLS["master.m3u8"]


async def test_words_come_with_their_times_and_without(site: Site, ada: Person, app: App) -> None:
    track = await publish(site, ada, "Dusk")
    song = f"tr-{track['id']}"
    synced, plain = (await app.ask("getLyricsBySongId", id=song))["lyricsList"]["structuredLyrics"]
    assert synced["line"] == [{"start": 1000, "value": "la"}]
    assert (synced["synced"], plain["synced"], plain["lang"]) == (True, False, "xxx")
    assert plain["line"] == [{"value": "la"}]
    assert plain["displayTitle"] == "Dusk"
    found = await app.ask("getLyrics", artist="Ada & die Bänd", title="dusk")
    assert found["lyrics"]["value"] == "la"
    xml = await app.call("getLyrics", artist="Ada", title="dusk", f="xml")
    root = ElementTree.fromstring(xml.content)  # noqa: S314 our own
    assert (root[0].text, root[0].attrib["title"]) == ("la", "Dusk")
    assert (await app.ask("getLyrics", title="Nothing of this name"))["lyrics"] == {}
    assert (await app.refused("getLyricsBySongId", id="tr-gone"))[0] == 70
