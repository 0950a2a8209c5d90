"""NATS with JetStream."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from scripts.programs.program import Program
from scripts.programs.readiness import greets, local, serves
from scripts.servers.binaries import nats_server
from scripts.servers.memory import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scripts.servers.settings import Binaries

USER = "tutti"
ROOM_BYTES = 16 * 2**20
"""So much is free where there is room again."""
PORTS = ("nats", "nats-http")
"""Where it answers, and where it says how it is."""


def nats(folder: Path, ports: Mapping[str, int], secret: str, binaries: Binaries) -> Program:
    """Describe a NATS server that keeps its streams in the folder."""
    port, http_port = (ports[name] for name in PORTS)
    config = folder / "nats.conf"

    def prepare() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_private(config, _config(folder, port, http_port, secret))

    argv = (str(nats_server(binaries)), "--config", str(config))
    healthy = serves("127.0.0.1", http_port, "/healthz")

    async def sound() -> None:
        # A stream that could not be written to stays closed, also when there is room again.
        # Until then a new start would change nothing, and cut off what needs no disk.
        if shutil.disk_usage(folder).free >= ROOM_BYTES:
            await healthy()

    ready = greets(port, b"INFO ")
    return Program("nats", argv, ready, sound, prepare=prepare, address=local(port))


def _config(folder: Path, port: int, http_port: int, secret: str) -> str:
    settings = {
        "listen": f"127.0.0.1:{port}",
        "http": f"127.0.0.1:{http_port}",
        "server_name": "tutti",
        "authorization": {"user": USER, "password": secret},
        "jetstream": {"store_dir": str(folder)},
        "max_payload": 8 * 1024 * 1024,
    }
    # The format of NATS is a superset of JSON.
    return json.dumps(settings, indent=2)
