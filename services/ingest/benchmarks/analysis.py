"""Which engine hears tempo and key best, on pieces whose tempo and key we know.

``python -m services.ingest.benchmarks.analysis`` plays pieces in all 24 keys, four styles
and tempi from 68 to 174 bpm, and prints a table. librosa is measured where it is installed;
Tutti itself does not depend on it.
"""

import argparse
import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from services.ingest.adapters.engines import analysis_engine
from services.ingest.domain.keys import Key, mirex_score
from tests.audio import RATE_HZ, Audio
from tests.benchmarks.figures import machine
from tests.music import STYLES, Piece, play

TEMPI_BPM = {
    "house": (118, 124, 128, 134),
    "rock": (96, 112, 140, 165),
    "ballad": (68, 76, 84, 92),
    "breakbeat": (88, 105, 160, 174),
}
DURATION_S = 30.0
PIECES = 24 * len(STYLES)

Answer = tuple[float, Key | None]
Listen = Callable[[Audio], Answer]


@dataclass(slots=True)
class Marks:
    """Sums over the pieces an engine has heard."""

    pieces: int = 0
    keys: int = 0
    mirex: float = 0.0
    tempi: int = 0
    octaves: int = 0
    cpu_s: float = 0.0

    def add(self, piece: Piece, answer: Answer, cpu_s: float) -> None:
        """Judge one answer; a tempo is right within 4 %, as in MIREX."""
        tempo_bpm, key = answer
        truth = Key(piece.tonic, piece.minor)
        ratio = tempo_bpm / piece.tempo_bpm
        self.pieces += 1
        self.keys += key == truth
        self.mirex += mirex_score(key, truth) if key else 0.0
        self.tempi += abs(ratio - 1) < 0.04  # noqa: PLR2004
        self.octaves += any(abs(ratio / octave - 1) < 0.04 for octave in (1 / 3, 0.5, 1, 2, 3))  # noqa: PLR2004
        self.cpu_s += cpu_s

    def row(self, name: str) -> str:
        """One line of the table."""
        three_minutes_s = self.cpu_s / self.pieces * 180 / DURATION_S
        return (
            f"{name:10} {self.keys:3}/{self.pieces} {self.mirex / self.pieces:9.3f}"
            f" {self.tempi:6}/{self.pieces} {self.octaves:8}/{self.pieces} {three_minutes_s:11.2f}"
        )


def pieces(most: int) -> Iterator[Piece]:
    """Every key once a style, the tempi taking turns."""
    every = [(style, tonic, minor) for style in STYLES for tonic in range(12) for minor in (0, 1)]
    # 37 has no factor in common with 96, so that a few pieces are already a fair mixture.
    shuffled = [every[number * 37 % len(every)] for number in range(min(most, len(every)))]
    for number, (style, tonic, minor) in enumerate(shuffled):
        tempo_bpm = TEMPI_BPM[style][number % 4] + 0.37 * (number % 3)
        yield Piece(tempo_bpm, tonic, bool(minor), style, DURATION_S, take=number)


def listen_with_pulse(audio: Audio) -> Answer:
    """Our engine."""
    heard = analysis_engine("pulse").analyse(audio, RATE_HZ)
    return heard.tempo_bpm or 0.0, heard.key


def listen_with_librosa(audio: Audio) -> Answer:
    """The beat tracker of librosa, and its CQT chroma under the same key profiles as ours."""
    import librosa  # noqa: PLC0415

    from services.ingest.adapters.engines.tonality import MAJOR, MINOR  # noqa: PLC0415

    mono = librosa.resample(audio.mean(axis=0), orig_sr=RATE_HZ, target_sr=22_050)
    tempo, _ = librosa.beat.beat_track(y=mono, sr=22_050)
    chroma = librosa.feature.chroma_cqt(y=mono, sr=22_050).mean(axis=1)
    keys = [Key(tonic, minor) for minor in (False, True) for tonic in range(12)]
    fits = [
        np.corrcoef(chroma, np.roll(MINOR if key.minor else MAJOR, key.tonic))[0, 1] for key in keys
    ]
    return float(np.atleast_1d(tempo)[0]), keys[int(np.argmax(fits))]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=PIECES, help="at most so many of them")
    most = parser.parse_args().pieces
    print(machine())
    engines: dict[str, Listen] = {"pulse": listen_with_pulse}
    if importlib.util.find_spec("librosa"):
        engines["librosa"] = listen_with_librosa
    else:
        print("NOT COMPARED with librosa: it is not installed")
    marks = {name: Marks() for name in engines}
    for number, piece in enumerate(pieces(most)):
        audio = play(piece)
        for name, listen in engines.items():
            if number == 0:
                listen(audio)  # compiles and loads what comes lazily
            started = time.process_time()
            answer = listen(audio)
            marks[name].add(piece, answer, time.process_time() - started)
    print("engine     key exact  MIREX    tempo ±4 %   octave-tol.  CPU s / 3 min")
    for name, mark in marks.items():
        print(mark.row(name))


if __name__ == "__main__":
    main()
