"""A live stream to a thousand listeners, by Tutti, Icecast and Snapserver:

python -m tests.benchmarks.fanout [--listeners N] [--seconds S] [--only NAME...]

All send 1.41 Mbit/s of PCM in tenths of a second over the loopback, each from one process, one
after the other on the same machine; the listeners are a process beside it. Tutti is the whole
fleet, with its own synth playing; the others are fed the same rate of bytes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path

import psutil

from tests.benchmarks.audience import Figures, Spec
from tests.benchmarks.broadcasters import Missing, icecast, snapserver
from tests.benchmarks.figures import machine, p50_and_p99_ms
from tests.benchmarks.metering import programs
from tests.listener import Listener
from tests.running import ROOT, Tutti, running

OURS = {
    "Tutti, PCM": "format=pcm",
    "Tutti, Opus": "format=opus",
    "Tutti, FLAC": "format=flac",
    "Tutti, JSON": "format=json",
}
STALLED = "Tutti, PCM, and 100 who stall"
STEERED = "Tutti, PCM, steered"
PEERS: dict[
    str, tuple[str, Callable[[Path], AbstractContextManager[tuple[int, psutil.Process]]]]
] = {
    "Icecast": ("icecast", icecast),
    "Snapserver": ("snapcast", snapserver),
}
NAMES = (*OURS, STALLED, STEERED, *PEERS)
HEAD = (
    f"{'':32} {'a core':>8} {'delay p50/p99':>15} {'join p50/max':>15} {'under-':>7} {'miss-':>6} "
    f"{'cut':>4}\n{'':32} {'':>8} {'ms':>15} {'ms':>15} {'runs':>7} {'ing':>6}"
)


def main() -> None:
    """Measure one after the other, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fanout", description=__doc__)
    parser.add_argument("--listeners", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--only", nargs="*", choices=NAMES, default=NAMES)
    asked = parser.parse_args()
    print(f"{machine()}\n{asked.listeners} listeners for {asked.seconds:g} s\n\n{HEAD}", flush=True)
    measured = Spec("", "127.0.0.1", 0, "", asked.listeners, asked.seconds)
    if set(asked.only) - set(PEERS):
        _measure_ours(measured, asked.only)
    for name in filter(asked.only.__contains__, PEERS):
        protocol, run = PEERS[name]
        with suppress_missing(), tempfile.TemporaryDirectory() as home, run(Path(home)) as peer:
            port, process = peer
            show(name, replace(measured, protocol=protocol, port=port, path="/live"), process)


@contextmanager
def suppress_missing() -> Iterator[None]:
    """Say which peer is not here, and go on."""
    try:
        yield
    except Missing as missing:
        print(missing, flush=True)


def _measure_ours(measured: Spec, only: list[str]) -> None:
    environment = {"GATEWAY_LIVE_ANONYMOUS": "true", "GATEWAY_TRUSTED_PROXIES": '["127.0.0.0/8"]'}
    with (
        tempfile.TemporaryDirectory() as home,
        running(Path(home) / "var", **environment) as fleet,
        Listener(fleet.address) as nadia,
    ):
        asked = {"name": "Measured", "audience": "public", "begins_with": {"style": "drift"}}
        station = nadia.ask("POST", "/live/stations", json=asked)["id"]
        path = f"/ws/stream?id={station}&"
        ours = replace(measured, protocol="tutti", port=fleet.port, path=path)
        process = gateway(fleet)
        for name, query in OURS.items():
            if name in only:
                show(name, replace(ours, path=path + query), process)
        if STALLED in only:
            show(STALLED, replace(ours, stalled=100), process)
        if STEERED in only:
            made = nadia.ask("POST", f"/live/stations/{station}/ticket", json={})["ticket"]
            steered = replace(ours, steers_by=f"{path}ticket={made}")
            show(STEERED, steered, process)


def gateway(fleet: Tutti) -> psutil.Process:
    """The process that answers listeners."""
    found = dict(programs(fleet.processes()[0]))
    return found["gateway"][0]


def show(name: str, spec: Spec, server: psutil.Process) -> None:
    """Measure one, and print its line."""
    figures, busy = measure(spec, server)
    delays, joins = p50_and_p99_ms(figures.delays_s), p50_and_p99_ms(figures.joins_s)
    cut = f"{figures.cut}/{spec.stalled}" if spec.stalled else ""
    print(
        f"{name:32} {figures.heard / busy:8,.0f} {delays[0]:7.1f}/{delays[1]:7.1f} "
        f"{joins[0]:7.1f}/{max(figures.joins_s) * 1000:7.1f} {figures.underruns:7} "
        f"{figures.missing:6} {cut:>4}" + (f"  {figures.closed} closed" if figures.closed else ""),
        flush=True,
    )
    if figures.acks_s:
        acks, changes = p50_and_p99_ms(figures.acks_s), p50_and_p99_ms(figures.changes_s)
        print(
            f"{'':32} acknowledged after {acks[0]:.1f}/{acks[1]:.1f} ms, "
            f"first changed frame after {changes[0]:.1f}/{changes[1]:.1f} ms (p50/p99)",
            flush=True,
        )


def measure(spec: Spec, server: psutil.Process) -> tuple[Figures, float]:
    """Have them listen; what they saw, and how many cores the server was busy on meanwhile."""
    listeners = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.audience", json.dumps(asdict(spec))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    spent: list[tuple[float, float]] = []
    told: str | None = None
    while told is None:
        with suppress(subprocess.TimeoutExpired):
            told, _ = listeners.communicate(timeout=0.05)
        times = server.cpu_times()
        spent.append((time.time(), times.user + times.system))
    if listeners.returncode:
        raise RuntimeError("the listeners failed, as they said above")
    figures = Figures(**json.loads(told))
    within = [each for each in spent if figures.began_s <= each[0] <= figures.ended_s]
    (first_s, first), (last_s, last) = within[0], within[-1]
    return figures, (last - first) / (last_s - first_s)


if __name__ == "__main__":
    main()
