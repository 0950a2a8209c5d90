"""What makes sound, when it takes too much and when its gateway is killed."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from libs.common.faults import Unavailable
from libs.common.sandbox import Limits, Sandbox, open_sandbox
from services.gateway.adapters.transcoding.encoding import encode
from services.gateway.adapters.transcoding.recipes import arguments
from services.gateway.adapters.transcoding.shelf import Shelf
from services.gateway.adapters.transcoding.turns import NoTurn, Turns
from services.gateway.domain.sounds.choosing import Source, Stored, Target
from services.gateway.domain.sounds.formats import Format
from services.gateway.tests.apps import SPOKEN, app_of
from services.gateway.tests.conftest import SECRET, House, Site, open_site
from services.gateway.tests.tones import heard, record_long
from tests.audio import run_ffmpeg
from tests.running import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from services.gateway.tests.people import Person

LONG = Source(
    Stored("it.flac", "audio/flac", "flac", 300), "Long", 600_000, "flac", True, 44_100, 2
)
ROOMY = Limits(cpu_s=60, wall_s=60, memory_bytes=2**30, file_bytes=2**30)
MADE_S = 60.0
READY_S = 60.0


def children() -> set[int]:
    """Processes that this one has started and that still run."""
    return {each.pid for each in psutil.Process().children()}


@pytest.mark.slow
@pytest.mark.parametrize("sandbox", [open_sandbox(), Sandbox(None)], ids=["caged", "limited"])
async def test_what_takes_more_than_it_may_is_killed(sandbox: Sandbox, tmp_path: Path) -> None:
    path, draft = tmp_path / "long.flac", tmp_path / "draft"
    run_ffmpeg("-f", "lavfi", "-i", "sine=duration=600", "-ac", "2", f"file:{path}")
    told, others = arguments(LONG, Target(Format.M4A, 192), 0, seekable=True), children()
    for allowed in (
        Limits(1, 60, 2**30, 2**30),
        Limits(60, 0.3, 2**30, 2**30),
        Limits(60, 60, 2**30, 200_000),
        Limits(60, 60, 2**23, 2**30),
    ):
        with path.open("rb") as sound, pytest.raises(Unavailable):
            await encode(sandbox, told, allowed, sound.fileno(), draft)
        assert draft.stat().st_size <= 2**24
        assert children() == others


@pytest.mark.slow
async def test_who_waits_for_it_no_more_ends_it(tmp_path: Path) -> None:
    path, draft = tmp_path / "long.flac", tmp_path / "draft"
    run_ffmpeg("-f", "lavfi", "-i", "sine=duration=600", "-ac", "2", f"file:{path}")
    told, others = arguments(LONG, Target(Format.M4A, 192), 0, seekable=True), children()
    with path.open("rb") as sound:
        making = asyncio.create_task(encode(open_sandbox(), told, ROOMY, sound.fileno(), draft))
        while not (draft.exists() and draft.stat().st_size):  # noqa: ASYNC110  it is a file
            await asyncio.sleep(0.01)
        making.cancel()
        await asyncio.wait([making])
    assert making.cancelled()
    assert children() == others


async def test_turns_are_given_in_order_and_few_to_each() -> None:
    turns = Turns(most=2, most_each=1, patience_s=0.05)
    async with turns.turn("ada"):
        with pytest.raises(NoTurn):
            await turns.turn("ada").__aenter__()
        async with turns.turn("bob"):
            with pytest.raises(NoTurn, match="ask again later"):
                await turns.turn("eve").__aenter__()
        async with turns.turn("eve"):
            pass
    async with turns.turn("ada"):
        pass


def test_what_was_used_last_is_kept(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, most_bytes=2500)
    for number, name in enumerate(("one", "two", "three")):
        draft = shelf.draft()
        draft.write_bytes(bytes(1000))
        path = shelf.keep(draft, name)
        if path.exists():
            os.utime(path, (number, number))
        assert shelf.found("one"), name
    assert [name for name in ("one", "two", "three") if shelf.found(name)] == ["one", "three"]
    shelf.close()


def test_drafts_go_with_their_process(tmp_path: Path) -> None:
    one, other = Shelf(tmp_path, 1000), Shelf(tmp_path, 1000)
    left, kept = one.draft(), other.draft()
    third = Shelf(tmp_path, 1000)
    assert left.exists()
    one.close()
    assert not left.exists()
    lost = tmp_path / "drafts" / "of a process that was killed"
    lost.mkdir()
    Shelf(tmp_path, 1000).close()
    assert (lost.exists(), kept.exists()) == (False, True)
    for shelf in (other, third):
        shelf.close()


@asynccontextmanager
async def own_gateway(house: House, folder: Path) -> AsyncGenerator[tuple[str, int]]:
    """A gateway in a process of its own: its address, and its process."""
    settings = house.settings(http_port=free_port(), scratch_folder=folder)
    told = settings.model_dump(
        include={"http_port", "scratch_folder", "nats_url", "redis_url", "catalog_address"}
        | {"ingest_address", "s3_endpoint", "s3_access_key", "s3_secret_key", "s3_bucket"}
    )
    environment = {f"GATEWAY_{name}".upper(): str(value) for name, value in told.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.gateway"),
        env={**os.environ, **environment, "GATEWAY_SECRET": SECRET.decode()},
    )
    address = f"http://127.0.0.1:{settings.http_port}"
    try:
        async with asyncio.timeout(READY_S), httpx.AsyncClient() as client:
            while not await _answers(client, f"{address}/livez"):  # noqa: ASYNC110  a process
                await asyncio.sleep(0.05)
        yield address, process.pid
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False


@pytest.mark.slow
async def test_a_gateway_that_is_killed_leaves_nothing_half_made(
    house: House, site: Site, ada: Person, tmp_path: Path
) -> None:
    folder = tmp_path / "scratch"
    song = f"tr-{(await record_long(site, ada, tmp_path, MADE_S))['id']}"
    app = await app_of(ada, site.client)
    asked: dict[str, Any] = {**SPOKEN, **app.proof, "id": song, "format": "m4a"}
    async with own_gateway(house, folder) as (address, pid), httpx.AsyncClient() as client:
        async with client.stream("GET", f"{address}/rest/stream", params=asked) as answer:
            chunks = answer.aiter_raw(1000)
            assert await anext(chunks)
            gateway = psutil.Process(pid)
            working = gateway.children(recursive=True)
            assert any("ffmpeg" in each.name() for each in working)
            gateway.kill()
            with pytest.raises(httpx.TransportError):
                async for _ in chunks:
                    pass
        _, alive = await asyncio.to_thread(psutil.wait_procs, working, timeout=10)
        assert not alive
    assert [*(folder / "drafts").glob("*/*")]
    assert not list((folder / "files").glob("*m4a*"))
    async with open_site(house, scratch_folder=folder) as again:
        assert not [*(folder / "drafts").glob("*/*")]
        whole = await again.client.get("/rest/stream", params=asked)
        assert heard(whole.content).duration_s == pytest.approx(MADE_S, abs=0.1)
