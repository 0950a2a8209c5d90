"""Beginnings of objects, kept in memory."""

import asyncio

import pytest

from libs.common.faults import NotFound, Unavailable
from libs.common.objects import ObjectStore
from services.gateway.adapters import heads as module
from services.gateway.adapters.heads import HEAD_BYTES, Head, Heads

KEY = "audio/ab/high.mp3"
SOUND = bytes(range(256)) * 2000
TYPE = "audio/mpeg"


@pytest.fixture
async def heads(objects: ObjectStore) -> Heads:
    await objects.put_bytes(KEY, SOUND, TYPE)
    return Heads(objects, 2 * HEAD_BYTES)


async def part(heads: Heads, head: Head, start: int, length: int) -> bytes:
    return b"".join([chunk async for chunk in heads.read(head, start, length)])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, len(SOUND)),
        (0, 1),
        (5, HEAD_BYTES),
        (HEAD_BYTES - 1, HEAD_BYTES + 1),
        (HEAD_BYTES, len(SOUND)),
        (400_000, 400_001),
    ],
)
async def test_any_part_is_read_as_it_is(heads: Heads, start: int, end: int) -> None:
    head = await heads.of(KEY)
    assert head.stat.size_bytes == len(SOUND)
    assert await part(heads, head, start, end - start) == SOUND[start:end]


async def test_what_is_kept_is_not_read_again(heads: Heads, objects: ObjectStore) -> None:
    head = await heads.of(KEY)
    await objects.remove(KEY)
    assert await heads.of(KEY) is head
    assert await part(heads, head, 0, HEAD_BYTES) == SOUND[:HEAD_BYTES]
    with pytest.raises(NotFound):
        await part(heads, head, 0, HEAD_BYTES + 1)


async def test_what_is_not_there_is_not_found(heads: Heads) -> None:
    with pytest.raises(NotFound):
        await heads.of("audio/ab/low.mp3")


async def test_old_and_new_are_never_mixed(heads: Heads, objects: ObjectStore) -> None:
    """An object made anew between its head and its rest, as a newer engine does."""
    head = await heads.of(KEY)
    await objects.put_bytes(KEY, SOUND[::-1], TYPE)
    with pytest.raises(Unavailable, match="ask again"):
        await part(heads, head, 0, len(SOUND))
    again = await heads.of(KEY)
    assert await part(heads, again, 0, len(SOUND)) == SOUND[::-1]


async def test_what_is_old_is_asked_about_again(
    heads: Heads, objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FRESH_S", 0.0)
    head = await heads.of(KEY)
    assert await heads.of(KEY) is head  # nothing has changed
    await objects.put_bytes(KEY, b"short", TYPE)
    assert (await heads.of(KEY)).content == b"short"
    await objects.remove(KEY)
    with pytest.raises(NotFound):
        await heads.of(KEY)
    monkeypatch.undo()
    with pytest.raises(NotFound):
        await heads.of(KEY)


async def test_no_more_is_kept_than_allowed(heads: Heads, objects: ObjectStore) -> None:
    first = await heads.of(KEY)
    await objects.put_bytes("covers/a.webp", b"a picture", "image/webp")
    await heads.of("covers/a.webp")
    assert await heads.of(KEY) is first
    for name in ("cd", "ef"):
        await objects.put_bytes(f"audio/{name}/high.mp3", SOUND, TYPE)
    await asyncio.gather(heads.of("audio/cd/high.mp3"), heads.of("audio/ef/high.mp3"))
    assert await heads.of(KEY) is not first
