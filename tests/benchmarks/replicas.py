"""Many streams heard at two gateways, and what is heard when the synth that plays them is killed:

python -m tests.benchmarks.replicas [--streams N] [--seconds S] [--kills N]

The whole fleet with a second gateway beside; somebody hears every stream at each of them. How
old a frame is counts from when the synth sends it to when its listener has it: over NATS, and
through the gateway. Both synths are looked after by their supervisor; one of them is killed.
"""

from __future__ import annotations

import argparse
import select
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

from tests.benchmarks.figures import machine
from tests.benchmarks.metering import spent_s
from tests.benchmarks.protocols import Tutti as Protocol
from tests.chaos.music import SYNTHS, until_ready
from tests.chaos.victims import state
from tests.listener import Listener, until
from tests.running import ROOT, Tutti, free_port, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

READ = memoryview(bytearray(256 * 1024))
SETTLES_S = 5.0
TAKES_OVER_S = 8.0
"""After a kill: more than the slowest stream needs."""
STARTS_S = 30.0
FRAME_MS = 100.0


@dataclass(slots=True)
class Line:
    """One stream at one gateway."""

    gateway: int
    stream: int
    socket: socket.socket
    protocol: Protocol
    heard: list[tuple[float, float, int]] = field(default_factory=list)
    """When, how old, and which frame."""

    @property
    def missing(self) -> int:
        """Frames that never came."""
        return sum(max(0, later - sooner - 1) for sooner, later in pairwise(self._numbers))

    @property
    def again(self) -> int:
        """Frames that came twice, or too late."""
        return sum(later <= sooner for sooner, later in pairwise(self._numbers))

    @property
    def silence_ms(self) -> float:
        """The longest time without a frame."""
        times_s = [*(heard_s for heard_s, _, _ in self.heard), time.monotonic()]
        return 1000 * max(later - sooner for sooner, later in pairwise(times_s))

    @property
    def _numbers(self) -> list[int]:
        return [number for _, _, number in self.heard]


class Lines:
    """All of them, read by one loop."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._by_file: dict[int, Line] = {}

    def __iter__(self) -> Iterator[Line]:
        return iter(self._by_file.values())

    def open(self, port: int, gateway: int, stream: int, station_id: str) -> None:
        """Hear a station."""
        protocol = Protocol("127.0.0.1", f"/ws/stream?id={station_id}&format=pcm")
        line = Line(gateway, stream, socket.create_connection(("127.0.0.1", port)), protocol)
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.socket.send(protocol.greeting)
        self._by_file[line.socket.fileno()] = line
        self._poll.register(line.socket, select.EPOLLIN)

    def forget(self) -> None:
        """Count from here."""
        for line in self:
            del line.heard[:-1]

    def hear(self, duration_s: float) -> None:
        """Take note of what comes."""
        end_s = time.monotonic() + duration_s
        while (left_s := end_s - time.monotonic()) > 0:
            for file, _ in self._poll.poll(left_s):
                line = self._by_file[file]
                if not (size := line.socket.recv_into(READ)):
                    raise RuntimeError(f"gateway {line.gateway} hung up on stream {line.stream}")
                now_s = time.monotonic()
                for frame in line.protocol.take(READ[:size]):
                    if frame.sequence is not None:
                        line.heard.append((now_s, frame.delay_s, frame.sequence))
                if line.protocol.owed:
                    line.socket.send(line.protocol.owed)
                    line.protocol.owed = b""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.replicas")
    parser.add_argument("--streams", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=3)
    asked = parser.parse_args()
    print(machine(), f"{asked.streams} streams, {asked.seconds:g} s", sep="\n", flush=True)
    environment = {"GATEWAY_LIVE_ANONYMOUS": "true", "GATEWAY_TRUSTED_PROXIES": '["127.0.0.0/8"]'}
    with (
        tempfile.TemporaryDirectory() as home,
        running(Path(home) / "var", **environment) as fleet,
        Listener(fleet.address) as nadia,
        second_gateway(fleet) as port,
    ):
        lines = Lines()
        for number in range(asked.streams):
            about = {"name": f"Measured {number}", "audience": "public"}
            begins = {"begins_with": {"style": "drift"}}
            station = nadia.ask("POST", "/live/stations", json={**about, **begins})["id"]
            for gateway, at in enumerate((fleet.port, port)):
                lines.open(at, gateway, number, station)
            lines.hear(0.1)
        lines.hear(SETTLES_S)
        measure(fleet, lines, asked.seconds)
        for _ in range(asked.kills):
            kill(fleet, lines)


@contextmanager
def second_gateway(fleet: Tutti) -> Iterator[int]:
    """Run a gateway that is told what the first one is, but for its ports; yields where."""
    port = free_port()
    told = psutil.Process(state(fleet, "gateway")["pid"]).environ()
    told |= {"GATEWAY_HTTP_PORT": str(port), "GATEWAY_METRICS_PORT": str(free_port())}
    argv = [sys.executable, "-m", "services.gateway"]
    with (
        fleet.home.with_name("gateway.log").open("wb") as log,
        subprocess.Popen(argv, cwd=ROOT, env=told, stdout=log, stderr=log) as process,
    ):
        try:
            until(lambda: answers(port), "the second gateway does not answer", STARTS_S)
            yield port
        finally:
            process.terminate()


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def measure(fleet: Tutti, lines: Lines, duration_s: float) -> None:
    """How old frames are where nothing goes wrong."""
    lines.forget()
    processes = {name: psutil.Process(state(fleet, name)["pid"]) for name in (*SYNTHS, "gateway")}
    before = {name: spent_s([process]) for name, process in processes.items()}
    lines.hear(duration_s)
    busy = {name: (spent_s([each]) - before[name]) / duration_s for name, each in processes.items()}
    print(", ".join(f"{name} {cores:.0%} of a core" for name, cores in busy.items()))
    for gateway in (0, 1):
        here = [line for line in lines if line.gateway == gateway]
        ages_ms = [1000 * age_s for line in here for _, age_s, _ in line.heard]
        p50, p99, longest = np.percentile(ages_ms, [50, 99, 100])
        print(
            f"gateway {gateway + 1}: {len(ages_ms)} frames, {wrong(here)}; "
            f"age p50 {p50:.1f} p99 {p99:.1f} max {longest:.1f} ms",
            flush=True,
        )


def kill(fleet: Tutti, lines: Lines) -> None:
    """Kill the synth that plays most; how long each stream is silent."""
    for name in SYNTHS:
        until_ready(fleet, name)
    lines.hear(SETTLES_S)
    lines.forget()
    busiest = max(SYNTHS, key=lambda name: spent_s([psutil.Process(state(fleet, name)["pid"])]))
    psutil.Process(state(fleet, busiest)["pid"]).kill()
    lines.hear(TAKES_OVER_S)
    silences = [line.silence_ms for line in lines]
    p0, p50, p90, p100 = np.percentile(silences, [0, 50, 90, 100])
    print(
        f"{busiest} killed: {wrong([*lines])}; time between two frames "
        f"shortest {p0:.0f} p50 {p50:.0f} p90 {p90:.0f} longest {p100:.0f} ms",
        flush=True,
    )


def wrong(lines: Sequence[Line]) -> str:
    """What never came, and what came twice."""
    missing, again = sum(line.missing for line in lines), sum(line.again for line in lines)
    return f"{missing} missing, {again} doubled"


if __name__ == "__main__":
    main()
