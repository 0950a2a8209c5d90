"""Music into a file, through what also plays live.

``python -m services.synth.render --style drift --minutes 3 --seed 7 --to drift.flac``
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from libs.common.faults import Fault
from services.synth.adapters.engines import ENGINES, EngineChoice, open_engine
from services.synth.adapters.engines.layout import LATENCY
from services.synth.domain.composition import compose
from services.synth.domain.conductor import Conductor
from services.synth.domain.parameters import Change, Mode, Parameters
from services.synth.domain.phrases import Phrases
from services.synth.domain.playing import QUANTUM, RATE_HZ, Engine, Sound, Span
from services.synth.domain.styles import style_named, styles

QUANTA = 100
"""In one span: a second."""
FADE_S = 4.0
SUBTYPES = {".flac": "PCM_24", ".wav": "PCM_16"}


def spans(
    parameters: Parameters, seconds: float, changes: Iterable[tuple[int, Change]] = ()
) -> Iterator[Span]:
    """Compose a piece from its first sample on, a second at a time, and more than asked.

    Each of ``changes`` stands behind the first sample from which it may be heard.
    """
    conductor = Conductor(parameters, Phrases(compose))
    for not_before, change in changes:
        conductor.schedule(change, not_before)
    for _ in range(int(seconds * RATE_HZ) // (QUANTA * QUANTUM) + 1):
        yield conductor.advance(QUANTA)[0]


def rendered(played: Iterable[Span], engine: Engine) -> Iterator[Sound]:
    """Play spans one after the other, from what is heard of the first: (2, samples) of each."""
    deck = engine.open()
    early = LATENCY
    for span in played:
        yield engine.render([(deck, span)])[0, :, early:]
        early = 0
    engine.close(deck)


def faded(sounds: Iterator[Sound], seconds: float) -> Iterator[Sound]:
    """Cut a piece off after so long, and let its last seconds fade."""
    end, fade = round(seconds * RATE_HZ), round(min(FADE_S, seconds / 2) * RATE_HZ)
    position = 0
    for sound in sounds:
        left = end - position - np.arange(sound.shape[1])
        gain = np.clip(left / fade, 0, 1).astype(np.float32)
        yield (sound * gain * gain)[:, : max(end - position, 0)]
        position += sound.shape[1]


def write(sounds: Iterator[Sound], path: Path) -> None:
    """Write a file: FLAC with 24 bits or WAV with 16."""
    with soundfile.SoundFile(
        path, "w", samplerate=RATE_HZ, channels=2, subtype=SUBTYPES[path.suffix]
    ) as file:
        for sound in sounds:
            file.write(sound.T)


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.synth.render", description=__doc__)
    parser.add_argument("--style", required=True, choices=sorted(styles()))
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tonic", type=int, help="from 0 (C) to 11 (B)")
    parser.add_argument("--mode", type=Mode, choices=tuple(Mode))
    parser.add_argument("--tempo-bpm", type=float)
    for name in ("intensity", "timbre", "percussion"):
        parser.add_argument(f"--{name}", type=float, help="from 0 to 1")
    parser.add_argument("--engine", default="numba", choices=sorted(ENGINES))
    parser.add_argument("--to", type=Path, required=True, help="a file: .flac or .wav")
    given = parser.parse_args(words)
    if given.to.suffix not in SUBTYPES:
        parser.error(f"--to must end in {' or '.join(SUBTYPES)}")
    if not given.minutes > 0:
        parser.error("--minutes must be more than 0")
    return given


def main(words: Sequence[str] | None = None) -> None:
    """Render what the command line asks for."""
    given = _asked(words)
    names = ("tonic", "mode", "tempo_bpm", "intensity", "timbre", "percussion")
    change = Change(**{name: getattr(given, name) for name in names})
    try:
        parameters = style_named(given.style).parameters(given.seed).changed(change)
    except Fault as fault:
        raise SystemExit(str(fault)) from fault
    engine = open_engine(EngineChoice(given.engine, most_decks=1))
    seconds = given.minutes * 60
    write(faded(rendered(spans(parameters, seconds), engine), seconds), given.to)


if __name__ == "__main__":
    main()
