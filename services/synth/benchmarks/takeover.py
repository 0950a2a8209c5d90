"""How long a stream is silent when its replica is killed.

Two replicas play side by side, each a process. The one that plays is killed with SIGKILL, or
told to stop with --gently, and started anew; then the next one. What a listener hears is
measured: the longest time without a frame, what lies beyond a tenth of a second, how many
samples never came, and how soon the steady pace was reached again.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from scripts.servers import running_servers
from services.synth.tests.house import Ear, Process, listening, opening, process

SETTLE_S = 3.0


@dataclass(frozen=True, slots=True)
class Change:
    """What one change of hands cost."""

    silence_ms: float
    missing_samples: int
    repeated_frames: int


async def _trial(
    nats_url: str, count: int, module: str, *, streams: int, gently: bool
) -> list[Change]:
    changes: list[Change] = []
    async with AsyncExitStack() as stack:
        ears = [
            await stack.enter_async_context(listening(nats_url, f"stream-{number}"))
            for number in range(streams)
        ]
        playing = await stack.enter_async_context(process(nats_url, module))
        for number in range(streams):
            await playing.stub.OpenStream(opening(f"stream-{number}"))
        for _ in range(count):
            heir = await stack.enter_async_context(process(nats_url, module))
            await asyncio.sleep(SETTLE_S)
            changes += await _changed(playing, ears, gently=gently)
            playing = heir
    return changes


async def _changed(playing: Process, ears: list[Ear], *, gently: bool) -> list[Change]:
    began = [(len(ear.frames), ear.missing, ear.repeated) for ear in ears]
    if gently:
        playing.terminate()
    else:
        playing.kill()
    await playing.process.wait()
    await asyncio.sleep(SETTLE_S)
    return [
        Change(_silence_ms(ear, first - 1), ear.missing - missing, ear.repeated - repeated)
        for ear, (first, missing, repeated) in zip(ears, began, strict=True)
    ]


def _silence_ms(ear: Ear, first: int) -> float:
    gaps = [later - sooner for sooner, later in pairwise([*ear.heard_s[first:], time.monotonic()])]
    return 1000 * max(gaps)


async def _main(count: int, module: str, *, streams: int, gently: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with running_servers(Path(folder)) as servers:
            changes = await _trial(servers.nats_url, count, module, streams=streams, gently=gently)
    silences = sorted(each.silence_ms for each in changes)
    cause = "told to stop" if gently else "killed"
    print(f"{count} times {cause}, {streams} streams, {module}, {os.cpu_count()} cores")
    print(
        f"time between two frames: median {statistics.median(silences):.0f} ms, "
        f"longest {silences[-1]:.0f} ms (100 ms is the steady pace)"
    )
    print(f"missing samples: {sum(each.missing_samples for each in changes)}")
    print(
        f"frames sent again, which listeners drop: {sum(each.repeated_frames for each in changes)}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="how often a replica goes")
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--gently", action="store_true", help="with SIGTERM")
    parser.add_argument("--module", default="services.synth")
    asked = parser.parse_args()
    asyncio.run(_main(asked.count, asked.module, streams=asked.streams, gently=asked.gently))
