"""Streams while NATS is away, and after it has lost all that it kept."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from scripts.programs.readiness import greets
from scripts.servers.binaries import nats_server
from scripts.servers.settings import Binaries
from services.synth.tests.house import listening, offline, opening, parameters, process, replica
from services.synth.tests.test_hands import owners
from services.synth.tests.test_streams import steering
from services.synth.wire import decode_logged

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

pytestmark = pytest.mark.slow


@dataclass
class Nats:
    """A server of the test's own, that can be killed."""

    folder: Path
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    async def start(self) -> None:
        config = {
            "listen": f"127.0.0.1:{self.port}",
            "jetstream": {"store_dir": str(self.folder / "store")},
        }
        (self.folder / "nats.conf").write_text(json.dumps(config))
        self.process = await asyncio.create_subprocess_exec(
            nats_server(Binaries()), "--config", str(self.folder / "nats.conf"),
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(20):
            while True:
                try:
                    return await greets(self.port, b"INFO ")()
                except OSError:
                    await asyncio.sleep(0.02)

    async def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            await self.process.wait()
            self.process = None


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Nats]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nats = Nats(tmp_path, port)
    await nats.start()
    try:
        yield nats
    finally:
        await nats.kill()


@pytest.mark.parametrize("forgets", [False, True])
async def test_music_waits_for_nats_and_goes_on_with_the_next_sample(
    server: Nats, *, forgets: bool
) -> None:
    async with (
        process(server.url) as doomed,
        replica(server.url) as heir,
        listening(server.url, "drift") as ear,
    ):
        await doomed.stub.OpenStream(opening("drift"))
        before = await heir.SteerStream(steering("drift", timbre=0.9))
        await ear.until(5)
        await server.kill()
        if forgets:
            shutil.rmtree(server.folder / "store")
        await asyncio.sleep(1)
        await server.start()
        await ear.until(10)
        after = await heir.SteerStream(steering("drift", intensity=0.9))
        await ear.until(3)
        assert owners(ear) == 1
        doomed.kill()
        await ear.until(5)
    assert ear.missing == 0
    assert owners(ear) == 2
    log = [decode_logged(each.logged) for each in (before, after)]
    assert [each.revision for each in log] == [1, 2]
    assert ear.pcm() == offline(parameters(), log, len(ear.frames))
