"""NATS with JetStream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scripts.programs.program import Program
from scripts.programs.readiness import greets, local
from scripts.servers.binaries import nats_server
from scripts.servers.memory import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.servers.settings import Binaries

USER = "tutti"


def nats(folder: Path, port: int, secret: str, binaries: Binaries) -> Program:
    """Describe a NATS server that keeps its streams in the folder."""
    config = folder / "nats.conf"

    def prepare() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_private(config, _config(folder, port, secret))

    argv = (str(nats_server(binaries)), "--config", str(config))
    return Program("nats", argv, greets(port, b"INFO "), prepare=prepare, address=local(port))


def _config(folder: Path, port: int, secret: str) -> str:
    settings = {
        "listen": f"127.0.0.1:{port}",
        "server_name": "tutti",
        "authorization": {"user": USER, "password": secret},
        "jetstream": {"store_dir": str(folder)},
        "max_payload": 8 * 1024 * 1024,
    }
    # The format of NATS is a superset of JSON.
    return json.dumps(settings, indent=2)
