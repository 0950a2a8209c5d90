"""A NATS whose users may each speak of their own alone, as a setting of each service."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from libs.common.events import Event, open_bus
from libs.common.faults import Unavailable
from libs.common.tests.facts import SongPlayed, song
from scripts.programs.readiness import greets
from scripts.servers.binaries import nats_server
from scripts.servers.settings import Binaries

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from google.protobuf.message import Message

pytestmark = pytest.mark.slow

EVERYONE = ["$JS.API.>", "$JS.ACK.>", "_INBOX.>", "dead.>"]


def user(name: str, *speaks_of: str) -> dict[str, object]:
    permissions = {"publish": [*EVERYONE, *speaks_of], "subscribe": ["_INBOX.>", "tutti.>"]}
    return {"user": name, "password": f"secret-of-{name}", "permissions": permissions}


@asynccontextmanager
async def running(folder: Path) -> AsyncGenerator[str]:
    """Yield host and port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    users = [user("radio", "tutti.test.>"), user("stranger", "tutti.other.>")]
    config = {
        "listen": listen,
        "jetstream": {"store_dir": str(folder / "store")},
        "authorization": {"users": users},
    }
    (folder / "nats.conf").write_text(json.dumps(config))
    process = await asyncio.create_subprocess_exec(
        nats_server(Binaries()), "--config", str(folder / "nats.conf"),
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await reachable(listen)
        yield listen
    finally:
        process.terminate()
        await process.wait()


async def reachable(listen: str) -> None:
    async with asyncio.timeout(20):
        while True:
            with suppress(OSError):
                return await greets(int(listen.rpartition(":")[2]), b"INFO ")()
            await asyncio.sleep(0.05)


async def test_a_service_announces_what_its_user_may_and_nothing_else(tmp_path: Path) -> None:
    heard: asyncio.Queue[Message] = asyncio.Queue()
    async with (
        running(tmp_path) as listen,
        open_bus(f"nats://radio:secret-of-radio@{listen}") as radio,
        open_bus(f"nats://stranger:secret-of-stranger@{listen}") as stranger,
    ):
        await stranger.subscribe(SongPlayed, "history", heard.put)
        with pytest.raises(Unavailable):
            await stranger.publish(Event.of(song("Forged"), "1"))
        await radio.publish(Event.of(song("Aria"), "2"))
        async with asyncio.timeout(10):
            assert await heard.get() == song("Aria")
        assert heard.empty()
        await stranger.stop_listening(1)
