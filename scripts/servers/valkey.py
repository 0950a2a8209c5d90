"""Valkey, or Redis where there is no Valkey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.programs.program import Program
from scripts.programs.readiness import greets, local
from scripts.servers.binaries import valkey_server
from scripts.servers.memory import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.servers.settings import Binaries


def valkey(folder: Path, port: int, secret: str, binaries: Binaries) -> Program:
    """Describe a Valkey server that logs every write to the folder before a second has passed."""
    config = folder / "valkey.conf"

    def prepare() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_private(config, _config(folder, port, secret))

    call = f"AUTH {secret}\r\nPING\r\n".encode()
    argv = (str(valkey_server(binaries)), str(config))
    return Program("valkey", argv, greets(port, b"+OK", call), prepare=prepare, address=local(port))


def _config(folder: Path, port: int, secret: str) -> str:
    # Without the changed title, which would be written over the mark in the environment.
    return f"""
bind 127.0.0.1
port {port}
requirepass {secret}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
set-proc-title no
"""
