"""Instruments on the device, and notes as the columns that formulas speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from services.synth.adapters.engines.kernels.reverb import LENGTHS
from services.synth.adapters.engines.kernels.voices import FADE
from services.synth.adapters.engines.layout import BLOCK, BLOCKS, LINES
from services.synth.adapters.engines.torched.columns import ENDS, FADES, MOOD, START
from services.synth.adapters.engines.torched.curves import Curves

if TYPE_CHECKING:
    import numpy.typing as npt

    from services.synth.adapters.engines.layout import Instruments

SPREAD = 0.377
"""Turns that each line of the reverb wanders behind the one before."""


class Rows:
    """Records as columns, by name: each (..., 1)."""

    def __init__(self, names: tuple[str, ...], values: torch.Tensor) -> None:
        self._places = {name: place for place, name in enumerate(names)}
        self._names, self._values = names, values

    def __getitem__(self, name: str) -> torch.Tensor:
        place = self._places[name]
        return self._values[..., place : place + 1]

    def of(self, numbers: torch.Tensor) -> Rows:
        """Some records, in any shape."""
        return Rows(self._names, self._values[numbers.long()])


class Tables:
    """All that decks have in common."""

    def __init__(self, instruments: Instruments, device: torch.device) -> None:
        self.patches = _rows(instruments.patches, device)
        self.kits = _rows(instruments.kits, device)
        self.waves = torch.from_numpy(instruments.waves).flatten().to(device)
        self.sine = torch.from_numpy(instruments.sine).to(device)
        self.noise = torch.from_numpy(instruments.noise).to(device)
        self.curves = Curves(device)
        self.blocks = torch.arange(BLOCKS, dtype=torch.float64, device=device)
        self.samples = torch.arange(BLOCK, device=device)
        self.way = ((self.samples + 1) / BLOCK).float()
        """How far a slope has come at each sample."""
        self.lengths = torch.tensor(LENGTHS, dtype=torch.float64, device=device)[:, None]
        """Of the lines of the reverb."""
        self.behind = torch.arange(LINES, device=device)[:, None] * SPREAD
        self.apart = torch.tensor((0, 0.25, 0.5, 0.75), dtype=torch.float64, device=device)[:, None]
        """Turns between the voices of the chorus: left, right, and again."""
        self.way_before = (self.samples / BLOCK).float()


def _rows(records: npt.NDArray[np.void], device: torch.device) -> Rows:
    names = records.dtype.names or ()
    columns = np.stack([records[name].astype(np.float64) for name in names], -1)
    return Rows(names, torch.from_numpy(columns).to(device))


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of all lanes in one quantum; ages are samples: (deck, lane, block)."""

    told: torch.Tensor
    """(deck, lane, FIELDS)."""
    age: torch.Tensor
    """At the beginning of each block."""
    later: torch.Tensor
    """At its end."""
    sounds: torch.Tensor
    """One in blocks in which there is a note, else zero."""
    fade: torch.Tensor
    """What those have left at the end of a block that make room; zero where a note ends."""
    begins: torch.Tensor
    """Whether it begins in this quantum: (deck, lane)."""
    stays: torch.Tensor
    """Whether there is still a note after it: (deck, lane)."""

    @classmethod
    def of(cls, told: torch.Tensor, blocks: torch.Tensor) -> Notes:
        """From the columns of ``columns``, with blocks counted from those of the quantum."""
        start, fades = told[..., START, None], told[..., FADES, None]
        ends = told[..., ENDS, None]
        age = (blocks - start) * BLOCK
        sounds = ((blocks >= start) & (blocks < ends)).double()
        fade = (1 - (blocks + 1 - fades).clamp(min=0) * float(FADE)).clamp(min=0)
        fade = fade * (blocks >= start) * (blocks < ends - 1)
        begins, stays = told[..., START] >= 0, told[..., ENDS] > len(blocks)
        return cls(told, age, age + BLOCK, sounds, fade, begins, stays)

    def column(self, number: int) -> torch.Tensor:
        """A column: (deck, lane, 1)."""
        return self.told[..., number, None]


class Mood:
    """How things stand in one quantum: (deck, block, MOOD)."""

    def __init__(self, told: torch.Tensor) -> None:
        if told.shape[-1] != MOOD:
            raise ValueError(f"a mood has {MOOD} columns")
        self._told = told

    def __getitem__(self, number: int) -> torch.Tensor:
        return self._told[..., number]
