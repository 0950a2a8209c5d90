"""The same recording again: in the same bytes, in a better or a worse file, or maybe."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

import pytest

from services.ingest.tests.house import content, eventually
from tests.sounds import Piece
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from services.ingest.tests.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest.fixture
def library() -> str:
    return uuid.uuid4().hex


async def publish(house: House, path: Path, library: str) -> pb.Item:
    item = await house.bring(content(path), path.name, library_id=library)
    [ended] = await house.settled(item.id)
    return ended


async def test_the_same_bytes_are_kept_once_a_library(
    house: House, tmp_path: Path, library: str
) -> None:
    path = Piece(seed=11).encoded(tmp_path / "a", "mp3")
    first = await publish(house, path, library)
    again = await publish(house, path, library)
    assert first.state == pb.ITEM_STATE_PUBLISHED
    assert again.state == pb.ITEM_STATE_DUPLICATE
    assert again.track_id == first.track_id
    assert len([one for one in house.catalog.ready if one.library_id == library]) == 1
    assert not await house.lacks(f"audio/{first.content_sha256}/")


async def test_another_library_gets_the_same_bytes_without_new_work(
    house: House, tmp_path: Path, library: str
) -> None:
    path = Piece(seed=12).encoded(tmp_path / "a", "mp3")
    first = await publish(house, path, library)
    rendition = f"audio/{first.content_sha256}/high.mp3"
    await house.objects.put_bytes(rendition, b"not made anew", "audio/mpeg")
    other = await publish(house, path, f"{library}-other")
    assert other.state == pb.ITEM_STATE_PUBLISHED
    assert other.track_id != first.track_id
    assert await house.objects.get_bytes(rendition) == b"not made anew"


async def test_a_worse_file_is_a_duplicate_and_leaves_nothing(
    house: House, tmp_path: Path, library: str
) -> None:
    piece = Piece(seed=13)
    first = await publish(house, piece.encoded(tmp_path / "a", "flac"), library)
    worse = await publish(house, piece.encoded(tmp_path / "a", "mp3"), library)
    assert worse.state == pb.ITEM_STATE_DUPLICATE
    assert worse.track_id == first.track_id
    await eventually(lambda: house.lacks(f"audio/{worse.content_sha256}/"))
    assert not await house.lacks(f"audio/{first.content_sha256}/")


async def test_a_better_file_becomes_the_original_of_the_track(
    house: House, tmp_path: Path, library: str
) -> None:
    piece = Piece(seed=14)
    first = await publish(house, piece.encoded(tmp_path / "a", "mp3"), library)
    better = await publish(house, piece.encoded(tmp_path / "a", "flac"), library)
    assert better.state == pb.ITEM_STATE_PUBLISHED
    assert better.track_id == first.track_id
    assert house.catalog.told(better.id).replaces_track_id == first.track_id
    await eventually(lambda: house.lacks(f"audio/{first.content_sha256}/"))
    again = await publish(house, piece.encoded(tmp_path / "b", "mp3"), library)
    assert again.state == pb.ITEM_STATE_DUPLICATE


async def test_two_at_once_become_one_track(house: House, tmp_path: Path, library: str) -> None:
    piece = Piece(seed=15)
    paths = [piece.encoded(tmp_path / "a", form) for form in ("mp3", "ogg", "flac")]
    items = await asyncio.gather(
        *(house.bring(content(path), path.name, library_id=library) for path in (*paths, paths[0]))
    )
    ended = await house.settled(*(item.id for item in items))
    published = [item for item in ended if item.state == pb.ITEM_STATE_PUBLISHED]
    assert len({item.track_id for item in ended}) == 1
    assert published
    told = [one for one in house.catalog.ready if one.library_id == library]
    assert len([one for one in told if not one.replaces_track_id]) == 1
    assert {item.state for item in ended} <= {pb.ITEM_STATE_PUBLISHED, pb.ITEM_STATE_DUPLICATE}


async def maybe_the_same(house: House, tmp_path: Path, library: str) -> Sequence[pb.Item]:
    """A piece, and the same at another length: alike, but not surely the same."""
    short = Piece(seed=16).encoded(tmp_path / "short", "flac")
    long = Piece(seed=16, duration_s=17).encoded(tmp_path / "long", "flac")
    return [await publish(house, path, library) for path in (short, long)]


async def decide(house: House, item: pb.Item, decision: pb.Decision.ValueType) -> pb.Item:
    request = pb.DecideDuplicateRequest(user_id=house.user_id, item_id=item.id, decision=decision)
    await house.stub.DecideDuplicate(request)
    [ended] = await house.settled(item.id)
    return ended


async def test_a_person_decides_when_it_is_not_sure(
    house: House, tmp_path: Path, library: str
) -> None:
    first, maybe = await maybe_the_same(house, tmp_path, library)
    assert maybe.state == pb.ITEM_STATE_UNDECIDED
    assert maybe.track_id == first.track_id
    assert 0.7 < maybe.duplicate_similarity <= 1
    kept = await decide(house, maybe, pb.DECISION_KEEP_BOTH)
    assert kept.state == pb.ITEM_STATE_PUBLISHED
    assert kept.track_id != first.track_id


async def test_a_person_may_let_it_replace_the_track(
    house: House, tmp_path: Path, library: str
) -> None:
    first, maybe = await maybe_the_same(house, tmp_path, library)
    replacing = await decide(house, maybe, pb.DECISION_REPLACE)
    assert replacing.state == pb.ITEM_STATE_PUBLISHED
    assert replacing.track_id == first.track_id


async def test_a_person_may_discard_it(house: House, tmp_path: Path, library: str) -> None:
    first, maybe = await maybe_the_same(house, tmp_path, library)
    discarded = await decide(house, maybe, pb.DECISION_DISCARD)
    assert (discarded.state, discarded.track_id) == (pb.ITEM_STATE_DUPLICATE, first.track_id)


async def test_a_removed_track_may_come_again(house: House, tmp_path: Path, library: str) -> None:
    path = Piece(seed=17).encoded(tmp_path / "a", "mp3")
    first = await publish(house, path, library)
    await house.catalog.remove(first.track_id, library, first.content_sha256)
    await eventually(lambda: house.lacks(f"audio/{first.content_sha256}/"))
    again = await publish(house, path, library)
    assert again.state == pb.ITEM_STATE_PUBLISHED
    assert await house.objects.exists(f"audio/{first.content_sha256}/high.mp3")
