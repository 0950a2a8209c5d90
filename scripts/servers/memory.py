"""What a data folder remembers between runs: the ports and the secrets of its servers."""

from __future__ import annotations

import json
import secrets
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PORTS = range(20_000, 32_000)
"""Below the ports that systems hand out to outgoing connections, which come and go."""


def remembered_ports(file: Path, names: Iterable[str]) -> dict[str, int]:
    """Return a free port for each name: the one used before, unless a stranger has taken it."""
    known = _read(file)
    ports: dict[str, int] = {}
    for name in names:
        port = known.get(name)
        while not isinstance(port, int) or port in ports.values() or not is_free(port):
            port = secrets.choice(PORTS)
        ports[name] = port
    _write(file, {**known, **ports})
    return ports


def remembered_secrets(file: Path, names: Iterable[str]) -> dict[str, str]:
    """Return a secret of 32 random bytes for each name, made when first asked for."""
    known = {name: str(value) for name, value in _read(file).items()}
    wanted = {name: known.get(name) or secrets.token_urlsafe(32) for name in names}
    if not wanted.items() <= known.items():
        _write(file, {**known, **wanted})
    return wanted


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on the port."""
    with socket.socket() as probe:
        # As servers do, so that connections of the previous run that linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def write_private(file: Path, text: str) -> None:
    """Replace a file by one that only its owner may read, in one step."""
    draft = file.with_name(f"{file.name}.draft")
    draft.touch(0o600)
    draft.chmod(0o600)
    draft.write_text(text)
    draft.replace(file)


def _read(file: Path) -> Mapping[str, object]:
    known = json.loads(file.read_text()) if file.exists() else {}
    return known if isinstance(known, dict) else {}


def _write(file: Path, content: Mapping[str, object]) -> None:
    write_private(file, json.dumps(content, indent=2) + "\n")
