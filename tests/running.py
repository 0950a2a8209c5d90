"""`make run`, started as a person starts it, with its data in a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
READY = "Tutti is ready: "
READY_S = 180.0
WARDEN = "scripts.programs.warden"
STOP_S = 10.0
"""What is promised; a machine busy with something else gets no more."""


class Tutti:
    """The whole fleet, which can be stopped and started again with the same data."""

    def __init__(
        self, home: Path, program: Sequence[str] = ("scripts.fleet",), **environment: str
    ) -> None:
        self.home = home
        self._program = program
        self.port = free_port()
        self._environment = {
            # Many people sign up and look around in the minute that the tests take.
            "GATEWAY_SIGN_INS_PER_MINUTE": "10000",
            "GATEWAY_REQUESTS_PER_MINUTE": "1000000",
            "GATEWAY_MEDIA_REQUESTS_PER_MINUTE": "1000000",
            "TUTTI_DEMO": "false",
            **environment,
            "TUTTI_DATA": str(home),
            "TUTTI_PORT": str(self.port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What a person would open."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def screen(self) -> Path:
        """What it printed so far."""
        return self.home.with_name(f"{self.home.name}.screen")

    def start(self) -> float:
        """Start it, wait until it prints its address, and return how many seconds that took."""
        started = time.monotonic()
        with self.screen.open("wb") as screen:
            self._process = self._popen(screen)
        while READY + self.address not in (printed := self.screen.read_text()):
            if self._process.poll() is not None:
                raise RuntimeError(f"it ended with {self._process.returncode}:\n{printed}")
            if time.monotonic() - started > READY_S:
                self.stop()
                raise TimeoutError(f"it was not ready after {READY_S:g} s:\n{printed}")
            time.sleep(0.02)
        return time.monotonic() - started

    def _popen(self, screen: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *self._program],
            cwd=ROOT,
            env={**os.environ, **self._environment},
            stdin=subprocess.DEVNULL,
            stdout=screen,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def processes(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        if self._process is None or self._process.poll() is not None:
            return []
        supervisor = psutil.Process(self._process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def crash(self) -> None:
        """Kill all of it at once, as a power cut does, so that it can be started again."""
        if self._process is None:
            return
        family = self.processes()
        for each in family:
            with suppress(psutil.NoSuchProcess):
                # The warden would survive nothing else either; here it ends who was just born.
                if WARDEN not in each.cmdline():
                    each.kill()
        self._process.wait()
        psutil.wait_procs(family, timeout=STOP_S)
        self._process = None

    def stop(self) -> float:
        """Stop it as Ctrl-C or a system does; fail if it takes too long or leaves anything."""
        if self._process is None:
            return 0.0
        family, started = self.processes(), time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        finally:
            took_s = time.monotonic() - started
            left = [each for each in family if _runs(each)]
            for each in left:
                each.kill()
            self._process.wait()
            self._process = None
        if left:
            raise AssertionError(f"these outlived it: {left}")
        return took_s


@contextmanager
def running(home: Path, **environment: str) -> Iterator[Tutti]:
    """Run the fleet for as long as the context lasts."""
    fleet = Tutti(home, **environment)
    fleet.start()
    try:
        yield fleet
    finally:
        fleet.stop()


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
