"""What is lost on the way: workers, the queue, the catalog's patience. No file is."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis

from services.ingest.tests.house import content, eventually
from tests.sounds import Piece
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.servers import Servers
    from services.ingest.tests.house import House

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
    pytest.mark.chaos,
]

WAITS = "a step waits for the database"


async def change(house: House, statement: str, *arguments: object) -> None:
    """Change rows as nobody may."""
    connection = await asyncpg.connect(house.settings.database_url)
    try:
        await connection.execute(statement, *arguments)
    finally:
        await connection.close()


async def test_a_worker_killed_in_the_middle_loses_no_file(house: House, tmp_path: Path) -> None:
    path = Piece(seed=21, duration_s=30).encoded(tmp_path / "a", "flac")
    item = await house.bring(content(path), "a.flac")
    for step in ("probe", "transcode_hls"):
        await house.until(item.id, step, pb.STEP_STATE_RUNNING)
        children = house.worker.children()
        await house.worker.stop(signal.SIGKILL)
        psutil.wait_procs(children, timeout=5)
        assert not any(child.is_running() for child in children)
        house.worker.start()
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED
    attempts = {step.name: step.attempts for step in (await house.look(item.id)).steps}
    assert attempts["probe"] == attempts["transcode_hls"] == 2
    assert attempts["tags"] == attempts["publish"] == 1


async def test_a_reader_that_somebody_kills_is_started_again(house: House, tmp_path: Path) -> None:
    path = Piece(seed=29, duration_s=15).encoded(tmp_path / "a", "flac")
    item = await house.bring(content(path), "a.flac")
    await house.until(item.id, "probe", pb.STEP_STATE_RUNNING)
    reader = await eventually(lambda: asyncio.to_thread(_reader, house))
    reader.kill()
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED
    steps = {step.name: step for step in (await house.look(item.id)).steps}
    assert steps["probe"].attempts == 2


def _reader(house: House) -> psutil.Process | None:
    """The caged program that reads a file, or nothing where none runs."""
    for process in house.worker.children():
        with suppress(psutil.NoSuchProcess):
            if "services.ingest.adapters.media.child" in process.cmdline():
                return process
    return None


async def test_a_child_that_is_killed_leaves_no_folder(house: House, tmp_path: Path) -> None:
    path = Piece(seed=30, duration_s=15).encoded(tmp_path / "a", "flac")
    item = await house.bring(content(path), "a.flac")
    await house.until(item.id, "transcode_hls", pb.STEP_STATE_RUNNING)
    work = house.settings.scratch_folder / "work"
    busy = await eventually(lambda: asyncio.to_thread(_busy, work))
    psutil.Process(int(busy.name.partition("-")[0])).kill()
    await eventually(lambda: asyncio.to_thread(lambda: not busy.exists()))
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED


def _busy(work: Path) -> Path | None:
    """The folder of a child in the middle of something."""
    return next((each.parent for each in work.glob("*/tmp*")), None)


async def test_an_emptied_queue_is_filled_again(house: House, tmp_path: Path) -> None:
    await house.worker.stop()
    paths = [Piece(seed=seed, duration_s=4).encoded(tmp_path / str(seed)) for seed in (22, 23)]
    items = [await house.bring(content(path), path.name) for path in paths]
    async with Redis.from_url(house.settings.redis_url) as redis:
        await redis.flushdb()
    house.worker.start()
    ended = await house.settled(*(item.id for item in items))
    assert {item.state for item in ended} == {pb.ITEM_STATE_PUBLISHED}


async def test_steps_wait_for_a_database_that_is_away(
    house: House, servers: Servers, tmp_path: Path
) -> None:
    await house.worker.stop()
    house.worker.start()
    await eventually(lambda: asyncio.to_thread(lambda: house.worker.log().endswith('ready."}\n')))
    said = len(house.worker.log())
    administrator = await asyncpg.connect(servers.postgres_url)
    try:
        # Who has a connection keeps it; the children of the worker have none yet.
        await administrator.execute("ALTER ROLE ingest CONNECTION LIMIT 0")
        path = Piece(seed=31, duration_s=4).encoded(tmp_path / "a")
        item = await house.bring(content(path), "a.flac")
        await eventually(lambda: asyncio.to_thread(lambda: WAITS in house.worker.log()[said:]))
    finally:
        await administrator.execute("ALTER ROLE ingest CONNECTION LIMIT -1")
        await administrator.close()
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED
    assert "left to the sweep" not in house.worker.log()[said:]


async def test_a_step_that_always_ends_its_worker_is_given_up(house: House, tmp_path: Path) -> None:
    await house.worker.stop()
    path = Piece(seed=24, duration_s=4).encoded(tmp_path / "a")
    item = await house.bring(content(path), "a.flac")
    await change(
        house, "UPDATE steps SET attempts = 3 WHERE item_id = $1 AND name = 'probe'", item.id
    )
    house.worker.start()
    [ended] = await house.settled(item.id)
    assert (ended.state, ended.reason_code) == (pb.ITEM_STATE_QUARANTINED, "resource_limit")
    probe = next(step for step in (await house.look(item.id)).steps if step.name == "probe")
    assert "never came back from 3 attempts" in probe.error
    await house.stub.RerunStep(pb.RerunStepRequest(item_id=item.id))
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED


async def test_a_fault_of_ours_is_tried_three_times_and_told_apart(
    house: House, tmp_path: Path
) -> None:
    await house.worker.stop()
    # Long enough that steps are left to do when the worker is killed.
    path = Piece(seed=25, duration_s=90).encoded(tmp_path / "a")
    item = await house.bring(content(path), "a.flac")
    # The original is lost from the store between two steps, and from the scratch folder.
    house.worker.start()
    await house.until(item.id, "stage", pb.STEP_STATE_DONE)
    staged = (await house.look(item.id)).item.content_sha256
    await house.worker.stop(signal.SIGKILL)
    await house.objects.remove_prefix(f"audio/{staged}/")
    entry = house.settings.scratch_folder / "entries" / staged
    await asyncio.to_thread(_remove, entry)
    house.worker.start()
    [ended] = await house.settled(item.id)
    assert (ended.state, ended.reason_code) == (pb.ITEM_STATE_QUARANTINED, "internal")
    assert "not with the file" in ended.reason


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


async def test_a_catalog_that_is_away_is_waited_for(house: House, tmp_path: Path) -> None:
    house.catalog.answers.clear()
    path = Piece(seed=26, duration_s=4).encoded(tmp_path / "a")
    item = await house.bring(content(path), "a.flac")
    await eventually(lambda: _current(house, item.id))
    again = await house.bring(content(path), "again.flac")
    await house.until(again.id, "duplicates", pb.STEP_STATE_QUEUED)
    await asyncio.sleep(3)
    assert (await house.look(again.id)).item.state == pb.ITEM_STATE_PROCESSING
    house.catalog.answers.set()
    first, second = await house.settled(item.id, again.id)
    assert (first.state, second.state) == (pb.ITEM_STATE_PUBLISHED, pb.ITEM_STATE_DUPLICATE)


async def _current(house: House, item_id: str) -> bool:
    return (await house.look(item_id)).item.current_step == "publish"


async def test_what_the_catalog_refuses_can_be_offered_again(house: House, tmp_path: Path) -> None:
    house.catalog.refuses = "the library was removed"
    path = Piece(seed=27, duration_s=4).encoded(tmp_path / "a")
    item = await house.bring(content(path), "a.flac")
    [ended] = await house.settled(item.id)
    assert (ended.state, ended.reason_code) == (pb.ITEM_STATE_QUARANTINED, "refused")
    assert "the library was removed" in ended.reason
    house.catalog.refuses = ""


async def test_a_worker_told_to_stop_does_so_within_eight_seconds(
    house: House, tmp_path: Path
) -> None:
    path = Piece(seed=28, duration_s=60).encoded(tmp_path / "a")
    item = await house.bring(content(path), "a.flac")
    await house.until(item.id, "transcode_hls", pb.STEP_STATE_RUNNING)
    started_s = time.monotonic()
    children = house.worker.children()
    assert min(child.nice() for child in children) > psutil.Process().nice()
    assert await house.worker.stop(signal.SIGTERM) == 0
    assert time.monotonic() - started_s < 8
    psutil.wait_procs(children, timeout=2)
    assert not any(child.is_running() for child in children)
    house.worker.start()
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED
