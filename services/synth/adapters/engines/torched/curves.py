"""Curves that are read from tables, where each number is found alone.

A library's own exponential takes other ways for eight numbers at once than for the one that is
left over, and they differ in the last digit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from services.synth.adapters.engines.kernels.voices import HIGHEST_OCTAVE, LOWEST_OCTAVE
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Curve = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]

LOG2_E = math.log2(math.e)
LEAST_OCTAVE, MOST_OCTAVE = -64, 32
FINE = 256
"""Steps of an octave: the series for the rest is exact to 1e-15 with its fifth power left out."""
SINE_STEPS, BEND_STEPS = 2**14, 2**15
"""Between them along a line: exact to 2e-8, and to 1e-8 of the value."""


class Curves:
    """The tables on one device."""

    def __init__(self, device: torch.device) -> None:
        octaves = np.arange(LEAST_OCTAVE * FINE, MOST_OCTAVE * FINE + 1) / FINE
        self._powers = torch.from_numpy(np.exp2(octaves)).to(device)
        turns = np.arange(SINE_STEPS + 2) / SINE_STEPS
        self._sine = torch.from_numpy(np.sin(2 * np.pi * turns)).to(device)
        way = np.arange(BEND_STEPS + 2) / BEND_STEPS
        octaves = LOWEST_OCTAVE + way * (HIGHEST_OCTAVE - LOWEST_OCTAVE)
        self._bends = torch.from_numpy(np.tan(np.pi / RATE_HZ * np.exp2(octaves))).to(device)

    def power(self, octaves: torch.Tensor) -> torch.Tensor:
        """Two to the power of something; what is below 2 ** -64 stays there."""
        scaled = octaves.clamp(LEAST_OCTAVE, MOST_OCTAVE - 1) * FINE
        whole = scaled.floor()
        rest = (scaled - whole) * (math.log(2) / FINE)
        series = ((rest * (1 / 24) + 1 / 6) * rest + 0.5) * rest * rest + rest + 1
        return self._powers[(whole - LEAST_OCTAVE * FINE).long()] * series

    def decay(self, age: torch.Tensor, by: torch.Tensor) -> torch.Tensor:
        """What is left of one after a time, where 1 / e is left after ``by``."""
        return self.power(age / by * -LOG2_E)

    def sine(self, turns: torch.Tensor) -> torch.Tensor:
        """The sine of so many turns."""
        return _between(self._sine, (turns - turns.floor()) * SINE_STEPS)

    def bend(self, octave: torch.Tensor) -> torch.Tensor:
        """The tangent that tunes a filter to octaves above 1 Hz, as far as filters go."""
        way = (octave.clamp(LOWEST_OCTAVE, HIGHEST_OCTAVE) - LOWEST_OCTAVE) * (
            BEND_STEPS / (HIGHEST_OCTAVE - LOWEST_OCTAVE)
        )
        return _between(self._bends, way)


def _between(table: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    whole = place.long()
    low = table[whole]
    return low + (place - whole) * (table[whole + 1] - low)
