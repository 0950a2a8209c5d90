"""The demo library as files: played, encoded, tagged, then named."""

import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import imageio_ffmpeg
import numpy as np
import soundfile
from numpy.typing import NDArray

from scripts.demo.covers import cover
from scripts.demo.performing import performed
from scripts.demo.pieces import PIECES
from scripts.demo.records import Piece
from scripts.demo.tags import tag
from services.synth.adapters.engines import EngineChoice, open_engine
from services.synth.domain.playing import RATE_HZ, Engine, Sound
from services.synth.settings import SynthSettings

_ENCODERS = {
    "mp3": ("-c:a", "libmp3lame", "-q:a", "2"),
    "opus": ("-c:a", "libopus", "-b:a", "128k"),
}


def library(into: Path, pieces: Sequence[Piece] = PIECES) -> Iterator[Path]:
    """Write the pieces that ``into`` does not hold yet, and answer with the path of each in turn.

    A file appears under its name only when it is whole, so one that is there is left alone.
    All is done by one thread: who waits for the music does not want to wait for the rest.
    """
    engine = cache(_engine)
    for piece in pieces:
        path = into / place(piece)
        if not path.exists():
            write(piece, path, engine())
        yield path


def place(piece: Piece) -> Path:
    """Where a piece lies in the library: album artist, album, then disc and track."""
    number = f"{piece.track:02}"
    if len(piece.album.disc_tracks) > 1:
        number = f"{piece.disc}-{number}"
    return Path(piece.album.artist, piece.album.title, f"{number} {piece.title}.{piece.container}")


def write(piece: Piece, path: Path, engine: Engine) -> None:
    """Play, encode and tag one piece; ``path`` comes into being whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".") as unfinished:
        draft = Path(unfinished, f"draft.{piece.container}")
        sound = performed(piece.music, engine)
        encode(dithered(sound, piece.music.begins.seed), draft)
        tag(draft, piece, cover(piece.album))
        draft.replace(path)


def dithered(sound: Sound, seed: int) -> NDArray[np.int16]:
    """Samples of 16 bits, shape (samples, 2), under triangular dither of one step each way."""
    rng = np.random.default_rng(seed)
    shape = sound.shape[::-1]
    dither = rng.random(shape, np.float32) - rng.random(shape, np.float32)
    steps = np.rint(sound.T * np.float32(32767) + dither)
    return np.clip(steps, -32768, 32767).astype(np.int16)


def encode(samples: NDArray[np.int16], path: Path) -> None:
    """Write FLAC with libsndfile, anything else with ffmpeg."""
    if path.suffix == ".flac":
        soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
        return
    source = ("-f", "s16le", "-ar", str(RATE_HZ), "-ac", "2", "-i", "pipe:0")
    encoder = ("-bitexact", *_ENCODERS[path.suffix[1:]])
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, *encoder, str(path))
    subprocess.run(command, input=samples.tobytes(), check=True)  # noqa: S603 - our own arguments


def _engine() -> Engine:
    """The one that every machine has, with the kernels that the synth of this one compiled."""
    return open_engine(EngineChoice(most_decks=1, kernels=SynthSettings().kernels))
