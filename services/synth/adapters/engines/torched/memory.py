"""What the engine in torch remembers of decks, on the host and on the device.

Both are tables whose first dimension is the place of a deck.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import torch

from services.synth.adapters.engines.kernels.master import TARGET
from services.synth.adapters.engines.layout import (
    AHEAD,
    BLOCK,
    DELAY_RING,
    INSTRUMENTS,
    LINES,
    PLACES,
    TAIL,
)
from services.synth.adapters.engines.torched.columns import FIELDS, MOOD

if TYPE_CHECKING:
    import numpy.typing as npt

LANES = 2 * PLACES
"""For notes at once: a note stays in its lane, which changes hands between quanta only."""
CHORUS_HELD = 14 * BLOCK
"""Samples: 20 ms, as late as the chorus gets."""
BEFORE_HELD = 36 * BLOCK
LINE_HELD = 40 * BLOCK
"""Samples: the longest line, as far as it wanders."""
TAIL_HELD = TAIL - BLOCK


@dataclass(slots=True)
class Pages:
    """What the host remembers."""

    block: npt.NDArray[np.int64]
    """How many were played."""
    mood: npt.NDArray[np.float32]
    last_pitch: npt.NDArray[np.float64]
    voices: npt.NDArray[np.float64]
    strikes: npt.NDArray[np.float64]

    @classmethod
    def of(cls, decks: int) -> Pages:
        """Of decks that have not played."""
        return cls(
            np.zeros(decks, np.int64),
            np.zeros((decks, MOOD), np.float32),
            np.zeros((decks, len(INSTRUMENTS))),
            np.zeros((decks, LANES, FIELDS)),
            np.zeros((decks, LANES, FIELDS)),
        )

    def parts(self) -> list[npt.NDArray[np.generic]]:
        """All tables."""
        return [getattr(self, field.name) for field in fields(self)]


@dataclass(slots=True)
class Ringing:
    """What the device remembers: what still sounds.

    Rings are not turned but shifted: the newest sample is the last one.
    """

    phases: torch.Tensor
    """Of three oscillators, in cycles of 2 ** 32."""
    filters: torch.Tensor
    gains: torch.Tensor
    """At the end of the last block: left, right, partial, noise."""
    turns: torch.Tensor
    """Phases of drums."""
    strike_filters: torch.Tensor
    strike_gains: torch.Tensor
    """Left, right, body, noise."""
    chorus: torch.Tensor
    delay: torch.Tensor
    before: torch.Tensor
    lines: torch.Tensor
    poles: torch.Tensor
    """Of the echoes' tone, left and right, and of the reverb's low cut, left and right."""
    weighting: torch.Tensor
    heard: torch.Tensor
    """Of the leveller: fast power, slow power, seconds."""
    gain: torch.Tensor
    release: torch.Tensor
    node: torch.Tensor
    tail: torch.Tensor
    peaks: torch.Tensor
    holds: torch.Tensor

    @classmethod
    def of(cls, decks: int, device: torch.device) -> Ringing:
        """Of decks that have not played."""

        def zeros(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
            return torch.zeros((decks, *shape), dtype=dtype, device=device)

        new = cls(
            phases=zeros(LANES, 3, dtype=torch.int64),
            filters=zeros(LANES, 2, 2),
            gains=zeros(LANES, 4),
            turns=zeros(LANES, dtype=torch.int64),
            strike_filters=zeros(LANES, 1, 2),
            strike_gains=zeros(LANES, 4),
            chorus=zeros(2, CHORUS_HELD),
            delay=zeros(2, DELAY_RING),
            before=zeros(2, BEFORE_HELD),
            lines=zeros(LINES, LINE_HELD),
            poles=zeros(4, 1),
            weighting=zeros(2, 3, 2, dtype=torch.float64),
            heard=zeros(3, dtype=torch.float64),
            gain=zeros(1),
            release=zeros(1) + 1,
            node=zeros(1) + 1,
            tail=zeros(2, TAIL_HELD),
            peaks=zeros(AHEAD) + 1,
            holds=zeros(AHEAD - 1) + 1,
        )
        new.heard[:, 1] = TARGET
        return new

    def parts(self) -> list[torch.Tensor]:
        """All tables."""
        return [getattr(self, field.name) for field in fields(self)]

    def taken(self, places: torch.Tensor) -> Ringing:
        """Copies of some decks."""
        return Ringing(*(part.index_select(0, places) for part in self.parts()))

    def put(self, places: torch.Tensor, decks: Ringing) -> None:
        """Write some decks back."""
        for part, new in zip(self.parts(), decks.parts(), strict=True):
            part.index_copy_(0, places, new)
