"""What is done again: by an operator's wish, or because an engine is newer than its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import httpx
import pytest

from libs.common.faults import FailedPrecondition, InvalidInput
from services.ingest.tests.house import content, eventually
from tests.sounds import Piece
from tutti.catalog.v1 import music_pb2
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from pathlib import Path

    from services.ingest.tests.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


async def published(house: House, path: Path) -> pb.Item:
    item = await house.bring(content(path), path.name)
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED
    return ended


async def times_reanalysed(house: House, item: pb.Item) -> int:
    return [one.content_sha256 for one in house.catalog.reanalysed].count(item.content_sha256)


async def test_a_step_of_a_published_file_is_done_again(house: House, tmp_path: Path) -> None:
    item = await published(house, Piece(seed=31, duration_s=4).encoded(tmp_path / "a"))
    low = f"audio/{item.content_sha256}/low.mp3"
    await house.objects.remove(low)
    request = pb.RerunStepRequest(item_id=item.id, step="transcode_low")
    again = (await house.stub.RerunStep(request)).item
    assert again.state == pb.ITEM_STATE_PUBLISHED
    assert again.progress < 1
    await eventually(lambda: times_reanalysed(house, item))
    assert await house.objects.exists(low)
    [told] = [one for one in house.catalog.reanalysed if one.content_sha256 == item.content_sha256]
    assert music_pb2.QUALITY_LOW in {one.quality for one in told.renditions}
    after = await house.look(item.id)
    assert (after.item.state, after.item.progress) == (pb.ITEM_STATE_PUBLISHED, 1)
    assert len([one for one in house.catalog.ready if one.ingest_item_id == item.id]) == 1


async def test_without_a_step_all_of_them_are_done_again(house: House, tmp_path: Path) -> None:
    item = await published(house, Piece(seed=32, duration_s=4).encoded(tmp_path / "a"))
    await house.stub.RerunStep(pb.RerunStepRequest(item_id=item.id))
    await eventually(lambda: times_reanalysed(house, item))
    assert (await house.look(item.id)).item.track_id == item.track_id


async def test_only_what_is_outdated_is_refreshed(house: House, tmp_path: Path) -> None:
    item = await published(house, Piece(seed=33, duration_s=4).encoded(tmp_path / "a"))
    assert (await house.stub.RefreshOutdated(pb.RefreshOutdatedRequest())).queued_count == 0
    connection = await asyncpg.connect(house.settings.database_url)
    await connection.execute("UPDATE results SET engine_version = 'old' WHERE step = 'loudness'")
    await connection.execute("UPDATE steps SET engine_version = 'old' WHERE name = 'loudness'")
    first_made = await connection.fetchval(MADE_AT, item.content_sha256)
    assert (await house.stub.RefreshOutdated(pb.RefreshOutdatedRequest())).queued_count >= 1
    await eventually(lambda: times_reanalysed(house, item))
    assert await connection.fetchval(MADE_AT, item.content_sha256) == first_made
    await connection.close()
    steps = {step.name: step for step in (await house.look(item.id)).steps}
    assert steps["loudness"].engine_version == steps["transcode_high"].engine_version != "old"
    told = [one for one in house.catalog.reanalysed if one.content_sha256 == item.content_sha256]
    assert told[0].loudness.integrated_lufs < 0
    assert (await house.stub.RefreshOutdated(pb.RefreshOutdatedRequest())).queued_count == 0


MADE_AT = "SELECT made_at FROM results WHERE content_sha256 = $1 AND step = 'transcode_high'"


async def test_what_cannot_be_done_again_is_said(house: House, tmp_path: Path) -> None:
    path = Piece(seed=34, duration_s=4).encoded(tmp_path / "a")
    item = await published(house, path)
    for step, reason in (("stage", "published file"), ("none", "one of stage, probe")):
        with pytest.raises((FailedPrecondition, InvalidInput), match=reason):
            await house.stub.RerunStep(pb.RerunStepRequest(item_id=item.id, step=step))
    twin = await house.bring(content(path), "twin.flac")
    [twin] = await house.settled(twin.id)
    with pytest.raises(FailedPrecondition, match="this one is duplicate"):
        await house.stub.RerunStep(pb.RerunStepRequest(item_id=twin.id))


async def test_the_worker_measures_its_steps(house: House, tmp_path: Path) -> None:
    await published(house, Piece(seed=35, duration_s=4).encoded(tmp_path / "a"))
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{house.settings.metrics_port}/metrics")
    assert 'ingest_step_seconds_count{outcome="done",step="transcode_opus"}' in answer.text
