"""What is brought to a trial: music, copies of it, what is no music; and how each may end."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tests.audio import RATE_HZ
from tests.sounds import Piece
from tests.tagging import Tags, cover

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from pathlib import Path

FORMS = ("flac", "mp3", "opus")
TINY_S = 0.3
BROKEN_EVERY = 10
COPY_EVERY = 12
"""One file in so many is no music, and one in so many is another once more."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file, what its bytes are, and whether it is music."""

    path: Path
    content_sha256: str
    music: bool

    @classmethod
    def of(cls, path: Path, *, music: bool = True) -> Brought:
        """Take a file as it lies there."""
        return cls(path, hashlib.sha256(path.read_bytes()).hexdigest(), music)


def made(folder: Path, count: int, chance: random.Random, *, tiny: bool) -> list[Brought]:
    """As many files as were asked for, in an order that chance gives."""
    files: list[Brought] = []
    for number in range(count):
        if number % BROKEN_EVERY == BROKEN_EVERY - 1:
            files.append(_broken(folder, number))
        elif number % COPY_EVERY == COPY_EVERY - 1:
            files.append(_copy(folder, number, files[number - 2]))
        else:
            files.append(_music(folder, number, tiny=tiny))
    chance.shuffle(files)
    return files


def playable(files: Sequence[Brought]) -> set[str]:
    """The contents that have to be tracks at the end."""
    return {file.content_sha256 for file in files if file.music}


def _music(folder: Path, number: int, *, tiny: bool) -> Brought:
    path = folder / f"{number:05}"
    return Brought.of(_noise(path, number) if tiny else _piece(path, number))


def _piece(path: Path, number: int) -> Path:
    colour = f"#{number % 7 * 30:02x}60a0"
    tags = Tags(
        title=f"Piece {number}",
        artists=(f"Artist {number % 11}",),
        album=f"Album {number % 7}",
        cover=cover(colour, (64, 64)),
    )
    form = FORMS[number % len(FORMS)]
    return Piece(10_000 + number, duration_s=5, tags=tags).encoded(path, form)


def _noise(path: Path, number: int) -> Path:
    """A WAV of a blink of noise, which no other number gives."""
    samples = np.random.default_rng(number).integers(-8000, 8000, round(TINY_S * RATE_HZ), np.int16)
    sound = samples.tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16)
    chunks = form + struct.pack("<4sI", b"data", len(sound)) + sound
    path = path.with_suffix(".wav")
    path.write_bytes(struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks)
    return path


def _broken(folder: Path, number: int) -> Brought:
    path = folder / f"{number:05}.flac"
    path.write_bytes(b"not music, number %d" % number)
    return Brought.of(path, music=False)


def _copy(folder: Path, number: int, original: Brought) -> Brought:
    path = folder / f"{number:05}-again{original.path.suffix}"
    path.write_bytes(original.path.read_bytes())
    return Brought(path, original.content_sha256, original.music)
