"""What only one Tutti at a time may hold: its data folder, and its port."""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil

from scripts.servers.memory import is_free

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scripts.fleet.settings import FleetSettings


RESTORING = "restoring"
"""A file that lies in a data folder for as long as it is being restored."""


class Refusal(Exception):
    """A reason, in words for whoever typed the command, not to do what was asked."""


@contextmanager
def claimed(home: Path) -> Iterator[None]:
    """Hold the data folder, or refuse because another copy holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(_running_copy(home)) from None
        yield


def check_whole(home: Path) -> None:
    """Refuse when a restore of the data was cut off."""
    if (home / RESTORING).exists():
        raise Refusal(f"The restore of {home} did not come to its end: give its command again.")


def check_port(settings: FleetSettings) -> None:
    """Refuse when somebody else answers where Tutti should."""
    if is_free(settings.port, settings.host):
        return
    raise Refusal(
        f"Port {settings.port} is taken by {_listener(settings.port)}. "
        f"Stop it, or choose another port: TUTTI_PORT={settings.port + 1} make run"
    )


def _running_copy(home: Path) -> str:
    where = f"Tutti already runs with the data in {home}"
    with suppress(OSError, ValueError, KeyError):
        status = json.loads((home / "fleet.json").read_text())
        where += f", as process {status['pid']}, at {status['address']}"
    return f"{where}. Stop it first, or choose another folder and port: TUTTI_DATA, TUTTI_PORT."


def _listener(port: int) -> str:
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            listening = connection.status == psutil.CONN_LISTEN
            if listening and connection.pid and getattr(connection.laddr, "port", 0) == port:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another program"
