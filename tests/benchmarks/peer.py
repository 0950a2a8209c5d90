"""Supysonic, a music server by others, to measure Tutti against in the same run.

A program of its own in a virtual environment of its own, run as its documentation
says and served by Gunicorn; nothing of it is imported. Where it cannot be had, what
``Uninstallable`` says is to be printed, and Tutti measured alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil

from tests.listener import PASSWORD, until
from tests.running import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

RELEASE = "0.7.9"
NEEDED = (f"supysonic=={RELEASE}", "gunicorn==23.0.0")
CACHES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
ENVIRONMENT = CACHES / "tutti" / "peers" / f"supysonic-{RELEASE}"
PROCESSES = 2
THREADS = 4
"""A worker for each of two cores. With threads Gunicorn keeps connections alive."""
STARTS_S = 30.0
LISTENER = "nadia"
ASKED = {"u": LISTENER, "p": PASSWORD, "c": "benchmark", "v": "1.12.0", "f": "json"}


class Uninstallable(Exception):
    """The peer cannot be had here, so nothing is compared."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"NOT COMPARED with Supysonic {RELEASE}: cannot install it: {reason}")


class Supysonic:
    """The peer with a library of its own."""

    def __init__(self, home: Path) -> None:
        _install()
        self.home = home
        self.port = free_port()
        home.mkdir(parents=True, exist_ok=True)
        (home / "supysonic.conf").write_text(
            f"[base]\ndatabase_uri = sqlite:///{home}/supysonic.db\n"
            f"[webapp]\ncache_dir = {home}/cache\n"
            f"[daemon]\nsocket = {home}/supysonic.sock\n"
        )
        self.tell("user", "add", LISTENER, "-p", PASSWORD)

    @property
    def address(self) -> str:
        """Where it answers while it serves."""
        return f"http://127.0.0.1:{self.port}"

    def tell(self, *words: str) -> None:
        """Run its command line."""
        subprocess.run(
            [ENVIRONMENT / "bin" / "supysonic-cli", *words],
            cwd=self.home,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def add(self, folder: Path) -> None:
        """Know of a folder of music."""
        self.tell("folder", "add", folder.name, str(folder))

    def scan(self, folder: Path) -> None:
        """Take in what is new in it, here and now."""
        self.tell("folder", "scan", "--foreground", folder.name)

    @contextmanager
    def serving(self) -> Iterator[psutil.Process]:
        """Serve for as long as the context lasts; yields the process above all of its own."""
        words = ["-S", "gunicorn", "-h", "127.0.0.1", "-p", str(self.port)]
        with (self.home / "server.log").open("wb") as log:
            server = subprocess.Popen(
                [
                    ENVIRONMENT / "bin" / "supysonic-server",
                    *words,
                    f"--processes={PROCESSES}",
                    f"--threads={THREADS}",
                ],
                cwd=self.home,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            until(self._answers, "Supysonic does not answer", STARTS_S)
            yield psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait()

    def get(self, method: str, **query: str) -> dict[str, Any]:
        """Call its API."""
        answer = httpx.get(f"{self.address}/rest/{method}.view", params={**ASKED, **query})
        said: dict[str, Any] = answer.raise_for_status().json()["subsonic-response"]
        if said["status"] != "ok":
            raise RuntimeError(f"{method}: {said}")
        return said

    def _answers(self) -> bool:
        try:
            return bool(self.get("ping"))
        except httpx.TransportError:
            return False


def _install() -> None:
    if (ENVIRONMENT / "bin" / "supysonic-server").exists():
        return
    print(f"installing {' and '.join(NEEDED)} into {ENVIRONMENT}", flush=True)
    tool = [sys.executable, "-m", "uv"]
    steps = (
        ["venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT)],
        ["pip", "install", "--quiet", "--python", str(ENVIRONMENT / "bin" / "python"), *NEEDED],
    )
    for step in steps:
        done = subprocess.run([*tool, *step], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Uninstallable(" ".join(done.stderr.split()))
