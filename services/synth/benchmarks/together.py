"""How many streams an engine renders in one call, in less time than they last.

``python -m services.synth.benchmarks.together --engine torch --device cuda --decks 64 256 512``
holds 16 notes on every deck, with drums, effects and master as in music. Seconds of a voice in
a second are what torchsynth counts, which published 16,200 times real time on a graphics card.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from services.synth.adapters.engines import ENGINES, EngineChoice, open_engine
from services.synth.benchmarks.rendering import FRAME_S, NOTES, held
from tests.benchmarks.figures import machine

SETTLE = 5
"""Frames before those that are measured."""


def walls_s(choice: EngineChoice, frames: int) -> list[float]:
    """What each tenth of a second of all decks took, one after the other."""
    engine = open_engine(choice)
    decks = [(engine.open(), held()) for _ in range(choice.most_decks)]
    walls = []
    for _ in range(SETTLE + frames):
        work = [(deck, next(spans)) for deck, spans in decks]
        began_s = time.perf_counter()
        engine.render(work)
        walls.append(time.perf_counter() - began_s)
    return walls[SETTLE:]


def main() -> None:
    """Print a line for each number of decks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="torch", choices=sorted(ENGINES))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--decks", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--frames", type=int, default=50, help="of a tenth of a second each")
    given = parser.parse_args()
    print(machine())
    for decks in given.decks:
        choice = EngineChoice(given.engine, decks, device=given.device)
        p50_s, p99_s = np.percentile(walls_s(choice, given.frames), [50, 99])
        print(
            f"{given.engine} on {given.device}: {decks:5} streams   p50 {p50_s * 1000:8.1f} ms   "
            f"p99 {p99_s * 1000:8.1f} ms of {FRAME_S * 1000:.0f} ms   "
            f"{decks * NOTES * FRAME_S / p50_s:8.0f} voice-seconds a second   "
            f"{'in time' if p99_s <= FRAME_S else 'late'}"
        )


if __name__ == "__main__":
    main()
