import asyncio
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest
from urllib3.response import BaseHTTPResponse

from libs.common.faults import CannotStart, Conflict, InvalidInput, NotFound, Unavailable
from libs.common.objects import ObjectStore, blocking_objects, open_objects, store
from libs.common.objects.store import CHUNK_BYTES
from libs.common.settings import ObjectStoreSettings
from libs.common.tests.waiting import until

LARGE = bytes(range(256)) * 4096 * 12


@pytest.fixture
async def tape(objects: ObjectStore) -> ObjectStore:
    await objects.put_bytes("audio/ab/original.flac", b"fLaC" + bytes(996), "audio/flac")
    return objects


@pytest.fixture
def opened(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> list[BaseHTTPResponse]:
    """The connections on which something was read, as they come."""
    seen: list[BaseHTTPResponse] = []
    blocking = objects._blocking  # noqa: SLF001 to see the connections
    really = blocking.open

    def spy(
        key: str, start: int = 0, length: int | None = None, etag: str = ""
    ) -> BaseHTTPResponse:
        seen.append(really(key, start, length, etag))
        return seen[-1]

    monkeypatch.setattr(blocking, "open", spy)
    return seen


async def test_what_is_stored_is_read_back(tape: ObjectStore) -> None:
    assert await tape.get_bytes("audio/ab/original.flac") == b"fLaC" + bytes(996)
    found = await tape.stat("audio/ab/original.flac")
    assert (found.size_bytes, found.content_type) == (1000, "audio/flac")
    assert found.etag
    assert '"' not in found.etag
    assert found.last_modified.tzinfo is not None


async def test_a_file_in_several_parts_arrives_whole(
    objects: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.common.objects.blocking.PART_BYTES", 5 * 2**20)
    (tmp_path / "in").write_bytes(LARGE)
    await objects.put_file("staging/large", tmp_path / "in", "audio/wav")
    await objects.download("staging/large", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == LARGE


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, None, b"fLaC" + bytes(996)), (0, 4, b"fLaC"), (2, 4, b"aC\0\0"), (998, None, b"\0\0")],
)
async def test_a_range_is_read_from_where_it_starts(
    tape: ObjectStore, start: int, length: int | None, expected: bytes
) -> None:
    chunks = [chunk async for chunk in tape.open_range("audio/ab/original.flac", start, length)]
    assert b"".join(chunks) == expected


@pytest.mark.parametrize("size_bytes", [0, 1, 1000, 1001])
async def test_one_call_tells_and_reads_the_beginning(
    objects: ObjectStore, size_bytes: int
) -> None:
    content = bytes(range(256)) * 4
    await objects.put_bytes("head", content[:size_bytes], "audio/flac")
    found, beginning = await objects.beginning("head", 1000)
    assert found == await objects.stat("head")
    assert beginning == content[: min(size_bytes, 1000)]


async def test_what_was_replaced_is_not_read_on(tape: ObjectStore) -> None:
    key = "audio/ab/original.flac"
    etag = (await tape.stat(key)).etag
    assert await anext(tape.open_range(key, 2, 2, etag)) == b"aC"
    await tape.put_bytes(key, b"another", "audio/flac")
    with pytest.raises(Conflict, match="was replaced"):
        await anext(tape.open_range(key, 2, 2, etag))


async def test_what_is_not_there_is_not_found(objects: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no object covers/x"):
        await objects.get_bytes("covers/x")
    with pytest.raises(NotFound):
        await objects.stat("covers/x")
    with pytest.raises(NotFound):
        await objects.beginning("covers/x", 10)
    with pytest.raises(NotFound):
        await objects.download("covers/x", tmp_path / "x")
    with pytest.raises(NotFound):
        await anext(objects.open_range("covers/x"))
    with pytest.raises(NotFound):
        await objects.copy("covers/x", "covers/y")
    assert not await objects.exists("covers/x")
    assert not (tmp_path / "x").exists()
    await objects.remove("covers/x")


async def test_keys_are_listed_copied_and_removed_by_prefix(tape: ObjectStore) -> None:
    await tape.copy("audio/ab/original.flac", "audio/ab/copy.flac")
    await tape.put_bytes("audio/abc/high.mp3", b"ID3", "audio/mpeg")
    assert await tape.list("audio/ab/") == ["audio/ab/copy.flac", "audio/ab/original.flac"]
    await tape.remove_prefix("audio/ab/")
    assert await tape.list("") == ["audio/abc/high.mp3"]
    await tape.remove("audio/abc/high.mp3")
    assert await tape.list("") == []


@pytest.mark.slow
async def test_a_slow_reader_holds_no_thread_and_the_loop_stays_free(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_threads", ThreadPoolExecutor(1))
    await objects.put_bytes("large", LARGE, "audio/wav")
    readers = [objects.open_range("large") for _ in range(5)]
    for reader in readers:  # five streams stand open with one thread
        assert len(await anext(reader)) <= CHUNK_BYTES
    assert (await objects.stat("large")).size_bytes == len(LARGE)
    for reader in readers:
        await reader.aclose()


async def test_a_cancelled_reader_frees_its_connection(
    objects: ObjectStore, opened: list[BaseHTTPResponse]
) -> None:
    await objects.put_bytes("large", LARGE, "audio/wav")

    async def read(chunks: AsyncGenerator[bytes]) -> None:
        async with aclosing(chunks):
            async for _ in chunks:
                await asyncio.sleep(0.01)

    readers = [asyncio.create_task(read(objects.open_range("large"))) for _ in range(4)]
    await until(lambda: len(opened) == 4)
    for reader in readers:
        reader.cancel()
    await asyncio.wait(readers)
    await until(lambda: all(response.closed for response in opened))


async def test_a_reader_who_pauses_gives_the_connection_back_and_goes_on_where_it_was(
    objects: ObjectStore, opened: list[BaseHTTPResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PAUSE_S", 0.05)
    await objects.put_bytes("large", LARGE, "audio/wav")
    heard = bytearray()
    async with aclosing(objects.open_range("large", 1000)) as chunks:
        async for chunk in chunks:
            heard += chunk
            if len(opened) == 1:
                await until(lambda: opened[0].closed)
    assert heard == LARGE[1000:]
    assert len(opened) == 2
    async with aclosing(objects.open_range("large")) as chunks:
        await anext(chunks)
        await until(lambda: opened[-1].closed)
        await objects.put_bytes("large", LARGE[::-1], "audio/wav")
        with pytest.raises(Conflict):
            await anext(chunks)


async def test_a_signed_url_serves_anybody_until_it_is_tampered_with(tape: ObjectStore) -> None:
    url = tape.presigned_get(
        "audio/ab/original.flac", 60, content_type="audio/x-flac", filename="So What é.flac"
    )
    async with httpx.AsyncClient() as client:
        answer = await client.get(url, headers={"Range": "bytes=0-3"})
        assert (answer.status_code, answer.content) == (206, b"fLaC")
        assert answer.headers["content-type"] == "audio/x-flac"
        assert "So%20What%20%C3%A9.flac" in answer.headers["content-disposition"]
        assert (await client.get(url.replace("original", "originam"))).status_code == 403


async def test_a_signed_url_names_the_public_address(object_settings: ObjectStoreSettings) -> None:
    public = object_settings.model_copy(update={"s3_public_endpoint": "https://media.example.org"})
    async with open_objects(public) as objects:
        url = objects.presigned_get("covers/x.webp", 60)
    assert url.startswith(f"https://media.example.org/{public.s3_bucket}/covers/x.webp?")


def test_the_blocking_face_does_the_same(object_settings: ObjectStoreSettings) -> None:
    objects = blocking_objects(object_settings)
    objects.ensure_bucket()
    objects.ensure_bucket()
    objects.put_bytes("a/1", b"one", "text/plain")
    assert objects.get_bytes("a/1") == b"one"
    assert [*objects.keys("a/")] == ["a/1"]
    with pytest.raises(NotFound):
        objects.get_bytes("a/2")


@pytest.mark.slow
async def test_an_outage_is_told_as_one(object_settings: ObjectStoreSettings) -> None:
    away = object_settings.model_copy(update={"s3_endpoint": "http://127.0.0.1:1"})
    with pytest.raises(Unavailable):
        blocking_objects(away).stat("a/1")
    with pytest.raises(CannotStart, match=r"cannot use the objects at http://127\.0\.0\.1:1"):
        async with open_objects(away):
            pass


async def test_a_wrong_secret_is_told_at_the_start(object_settings: ObjectStoreSettings) -> None:
    wrong = object_settings.model_copy(update={"s3_secret_key": "guess"})
    with pytest.raises(CannotStart, match="cannot use the objects"):
        async with open_objects(wrong):
            pass


async def test_a_range_past_the_end_is_refused(tape: ObjectStore) -> None:
    with pytest.raises(InvalidInput, match="ends before the range begins"):
        await anext(tape.open_range("audio/ab/original.flac", 1000))


async def test_a_store_without_keys_is_refused() -> None:
    with pytest.raises(CannotStart, match="access key") as caught:
        async with open_objects(ObjectStoreSettings()):
            pass
    assert caught.value.setting == "s3_access_key"


async def test_no_thread_outlives_the_store(object_settings: ObjectStoreSettings) -> None:
    async with open_objects(object_settings) as objects:
        await objects.list("")
    await until(lambda: not object_threads())


def object_threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name.startswith("objects")]
