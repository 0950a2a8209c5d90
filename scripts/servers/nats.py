"""NATS with JetStream."""

from __future__ import annotations

import json
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
    # When its disk was full it leaves its streams alone, also when there is room again.
    sound = serves("127.0.0.1", http_port, "/healthz?js-enabled-only=true")
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
