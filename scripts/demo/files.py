"""The demo library as files: rendered in two processes, encoded, tagged, then named."""

import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import imageio_ffmpeg
import numpy as np
import soundfile
from numpy.typing import NDArray

from scripts.demo.covers import cover
from scripts.demo.mixing import render
from scripts.demo.pieces import PIECES
from scripts.demo.records import Piece
from scripts.demo.synthesis import RATE_HZ, Audio
from scripts.demo.tags import tag

_ENCODERS = {
    "mp3": ("-c:a", "libmp3lame", "-q:a", "2"),
    "opus": ("-c:a", "libopus", "-b:a", "128k"),
}
_PROCESSES = 2


def library(into: Path, pieces: Sequence[Piece] = PIECES) -> list[Path]:
    """Write the pieces that ``into`` does not hold yet, and answer with the paths of all.

    A file appears under its name only when it is whole, so one that is there is left alone.
    """
    paths = [into / place(piece) for piece in pieces]
    missing = [
        (piece, path) for piece, path in zip(pieces, paths, strict=True) if not path.exists()
    ]
    if missing:
        # One thread each: the matrices are small, and threads waiting for threads double the work.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # Spawned, not forked: the caller may be running threads.
        with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as players:
            list(players.map(write, *zip(*missing, strict=True)))
    return paths


def place(piece: Piece) -> Path:
    """Where a piece lies in the library: album artist, album, then disc and track."""
    number = f"{piece.track:02}"
    if len(piece.album.disc_tracks) > 1:
        number = f"{piece.disc}-{number}"
    return Path(piece.album.artist, piece.album.title, f"{number} {piece.title}.{piece.container}")


def write(piece: Piece, path: Path) -> None:
    """Render, encode and tag one piece; ``path`` comes into being whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".") as unfinished:
        draft = Path(unfinished, f"draft.{piece.container}")
        encode(dithered(render(piece.music), piece.music.seed), draft)
        tag(draft, piece, cover(piece.album))
        draft.replace(path)


def dithered(audio: Audio, seed: int) -> NDArray[np.int16]:
    """Samples of 16 bits, shape (samples, 2), under triangular dither of one step each way."""
    rng = np.random.default_rng(seed)
    shape = audio.shape[::-1]
    dither = rng.random(shape, np.float32) - rng.random(shape, np.float32)
    steps = np.rint(audio.T * np.float32(32767) + dither)
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
