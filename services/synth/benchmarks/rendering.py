"""How many streams a processor core renders, and how long one tenth of a second takes.

``python -m services.synth.benchmarks.rendering`` plays the music of every style, and the most
that a deck can play at once: 16 notes held over one another. Beside it stands what 16 such
notes cost in numpy and scipy, without drums, effects or master.
"""

from __future__ import annotations

import argparse
import gc
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import psutil
from scipy import signal

from services.synth.adapters.engines import EngineChoice, open_engine
from services.synth.adapters.engines.wavetables import TABLE
from services.synth.domain.composition import compose
from services.synth.domain.conductor import Conductor
from services.synth.domain.parameters import Change
from services.synth.domain.phrases import Phrases
from services.synth.domain.playing import FRAME, QUANTUM, RATE_HZ, Note, Part, Setting, Span
from services.synth.domain.styles import style_named, styles
from tests.benchmarks.figures import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from services.synth.domain.playing import Engine

QUANTA = FRAME // QUANTUM
FRAME_S = FRAME / RATE_HZ
NOTES = 16
SETTLE = 30
"""Frames before those that are measured: by then the room is full."""
DECKS = 50


@dataclass(frozen=True, slots=True)
class Cost:
    """What frames took, one by one, and of the processor in all."""

    walls_s: Sequence[float]
    cpu_s: float

    def __str__(self) -> str:
        p50_ms, p99_ms = np.percentile(self.walls_s, [50, 99]) * 1000
        each_s = self.cpu_s / len(self.walls_s)
        return (
            f"{FRAME_S / each_s:6.0f} streams a core   {each_s * 1000:6.3f} ms of CPU a frame   "
            f"p50 {p50_ms:6.3f} ms   p99 {p99_ms:6.3f} ms of {FRAME_S * 1000:.0f} ms"
        )


def cost(render: Callable[[Span], object], spans: Iterator[Span], frames: int) -> Cost:
    """Render spans one by one."""
    for _ in range(SETTLE):
        render(next(spans))
    walls_s, cpu_s = [], 0.0
    for _ in range(frames):
        span = next(spans)
        began_s, spent_s = time.perf_counter(), time.process_time()
        render(span)
        cpu_s += time.process_time() - spent_s
        walls_s.append(time.perf_counter() - began_s)
    return Cost(walls_s, cpu_s)


def music(style: str) -> Iterator[Span]:
    """The music of a style at a high intensity."""
    change = Change(intensity=0.8, percussion=0.6)
    conductor = Conductor(style_named(style).parameters(7).changed(change), Phrases(compose))
    while True:
        yield conductor.advance(QUANTA)[0]


def held() -> Iterator[Span]:
    """As many notes as there is room for, held."""
    settings = (Setting("drift", 72, 0.8, 0.5, 0.6),) * QUANTA
    parts = (Part.PAD, Part.BASS, Part.MELODY, Part.SWELL)
    notes = tuple(
        Note(0, 2**40, 36 + 2.3 * number, 0.7, 0, parts[number % 4]) for number in range(NOTES)
    )
    yield Span(0, settings, notes)
    position = 0
    while True:
        position += FRAME
        yield Span(position, settings, ())


def in_numpy() -> Callable[[Span], object]:
    """NOTES notes of two oscillators each, filtered, the way one would write them first."""
    table = np.sin(2 * np.pi * np.arange(TABLE + 1) / TABLE).astype(np.float32)
    steps = 440 * 2 ** ((36 + 2.3 * np.arange(NOTES)[:, None] - 69) / 12) * TABLE / RATE_HZ
    low = signal.butter(2, 2000, fs=RATE_HZ, output="sos")
    state = [np.zeros((1, NOTES, 2)) for _ in range(2)]
    phases = [np.zeros((NOTES, 1)), np.zeros((NOTES, 1))]

    def render(span: Span) -> object:
        times = np.arange(span.length)
        sides = []
        for side, detune in enumerate((0.999, 1.001)):
            places = (phases[side] + steps * detune * times) % TABLE
            whole = places.astype(np.int64)
            waves = table[whole] + (places - whole) * (table[whole + 1] - table[whole])
            heard, state[side] = signal.sosfilt(low, waves, axis=1, zi=state[side])
            phases[side] = (phases[side] + steps * detune * span.length) % TABLE
            sides.append(heard.sum(axis=0))
        return np.stack(sides)

    return render


def kept_bytes(engine: Engine) -> float:
    """What one deck more takes of the memory, once it played."""
    gc.collect()
    before = psutil.Process().memory_info().rss
    for _ in range(DECKS):
        deck = engine.open()
        engine.render([(deck, next(held()))])
    return float(psutil.Process().memory_info().rss - before) / DECKS


def main() -> None:
    """Print what everything costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=600, help="of a tenth of a second each")
    frames = parser.parse_args().frames
    began_s = time.perf_counter()
    engine = open_engine(EngineChoice(most_decks=DECKS + 10))
    print(machine())
    print(f"{engine.name}: ready in {time.perf_counter() - began_s:.1f} s")
    for name, spans in [*((name, music(name)) for name in styles()), ("16 notes held", held())]:
        deck = engine.open()
        print(f"{name:15}", cost(lambda span: engine.render([(deck, span)]), spans, frames))  # noqa: B023  called at once
        size = len(engine.snapshot(deck))
        engine.close(deck)
    print(f"{'16, in numpy':15}", cost(in_numpy(), held(), frames))
    print(
        f"memory of a stream {kept_bytes(engine) / 1024:.0f} KiB, a snapshot {size / 1024:.0f} KiB"
    )


if __name__ == "__main__":
    main()
