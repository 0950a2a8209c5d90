"""Icecast and Snapserver, which play the same: to measure Tutti against in the same run.

Both as Debian packages them, each a program of its own; nothing of them is imported.
"""

from __future__ import annotations

import base64
import shutil
import socket
import struct
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil

from tests.benchmarks.protocols import MARK, PIECE_BYTES
from tests.listener import until
from tests.running import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STARTS_S = 10.0
SECRET = "benchmark"
CONFIGURATION = """<icecast>
<limits><clients>5000</clients><sources>2</sources><queue-size>1048576</queue-size>
<burst-on-connect>1</burst-on-connect><burst-size>70560</burst-size></limits>
<authentication><source-password>{secret}</source-password></authentication>
<hostname>localhost</hostname>
<listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><logdir>{home}</logdir><webroot>{web}</webroot><adminroot>{web}</adminroot></paths>
<logging><loglevel>1</loglevel></logging>
</icecast>"""


class Missing(Exception):
    """The peer is not installed, so nothing is compared."""

    def __init__(self, program: str) -> None:
        super().__init__(f"NOT COMPARED with {program}: apt-get install {program}")


@contextmanager
def icecast(home: Path) -> Iterator[tuple[int, psutil.Process]]:
    """Run Icecast with a source of 1.41 Mbit/s at /live; yields its port and process."""
    port = free_port()
    web = home / "web"
    web.mkdir()
    settings = home / "icecast.xml"
    settings.write_text(CONFIGURATION.format(secret=SECRET, port=port, home=home, web=web))
    with _running("icecast2", "-c", str(settings), home=home) as process:
        until(lambda: _answers(port), "Icecast does not answer", STARTS_S)
        with socket.create_connection(("127.0.0.1", port)) as source:
            proof = base64.b64encode(f"source:{SECRET}".encode()).decode()
            source.sendall(
                f"PUT /live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {proof}\r\n"
                "Content-Type: audio/mpeg\r\nExpect: 100-continue\r\n\r\n".encode()
            )
            source.recv(4096)
            with _played(source):
                yield port, process


@contextmanager
def snapserver(home: Path) -> Iterator[tuple[int, psutil.Process]]:
    """Run Snapserver with a source of the same; yields its port and process."""
    port, control, web, source_port = (free_port() for _ in range(4))
    stream = (
        f"tcp://127.0.0.1:{source_port}?name=live&mode=server&sampleformat=44100:16:2&codec=pcm"
    )
    options = (
        f"--stream.stream={stream}", "--stream.chunk_ms=100", f"--stream.port={port}",
        f"--tcp.port={control}", f"--http.port={web}", f"--server.datadir={home}",
        "--logging.sink=null", "--server.threads=1",
    )  # fmt: skip
    with _running("snapserver", *options, home=home) as process:
        until(lambda: _answers(source_port), "Snapserver does not answer", STARTS_S)
        with (
            socket.create_connection(("127.0.0.1", source_port)) as source,
            _played(source),
        ):
            yield port, process


@contextmanager
def _running(program: str, *options: str, home: Path) -> Iterator[psutil.Process]:
    if shutil.which(program) is None:
        raise Missing(program)
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    home.chmod(0o777)  # Icecast does not run as root, and logs there
    with (home / "screen").open("wb") as screen:
        process = subprocess.Popen(
            [*(user if _is_root() else []), program, *options],
            cwd=home,
            stdout=screen,
            stderr=subprocess.STDOUT,
        )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _played(source: socket.socket) -> Iterator[None]:
    """Send a tenth of a second ten times a second, each with the time at which it is sent."""
    over = threading.Event()

    def play() -> None:
        begun_s = time.monotonic()
        for number in range(10**9):
            if over.wait(max(0.0, begun_s + number / 10 - time.monotonic())):
                return
            mark = MARK + struct.pack("<Q", time.time_ns() // 1000)
            source.sendall(mark.ljust(PIECE_BYTES, b"\x01"))

    playing = threading.Thread(target=play, daemon=True)
    playing.start()
    try:
        yield
    finally:
        over.set()
        playing.join()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _is_root() -> bool:
    return psutil.Process().uids().real == 0
