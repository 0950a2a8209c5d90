"""Powers and sines of 24 bits, at a fraction of what exact ones cost."""

from __future__ import annotations

import math

import numpy as np

from services.synth.adapters.engines.kernels.compiling import kernel

f32 = np.float32
LN_2 = math.log(2)
_LEAST = -63.0
"""Octaves: less is nothing."""
_WHOLE = 2.0 ** np.arange(-64, 64)
_PART = tuple(LN_2**n / math.factorial(n) for n in range(8))
_SINE = tuple(
    f32(value) for value in (6.28318527, -41.3416776, 81.60223787, -76.57512968, 39.71187437)
)
_QUARTER = f32(0.25)


@kernel
def power(octaves: float) -> float:
    """Two to the power of so many octaves, below 64."""
    octaves = max(octaves, _LEAST)
    whole = math.floor(octaves + 0.5)
    part = octaves - whole
    high = _PART[4] + part * (_PART[5] + part * (_PART[6] + part * _PART[7]))
    low = _PART[0] + part * (_PART[1] + part * (_PART[2] + part * (_PART[3] + part * high)))
    return _WHOLE[int(whole) + 64] * low


@kernel
def grown(nepers: float) -> float:
    """The gain of so many nepers."""
    return power(nepers / LN_2)


@kernel
def sine(turn: np.float32) -> np.float32:
    """The sine of at most half a turn to either side."""
    quarter = _QUARTER - abs(abs(turn) - _QUARTER)
    square = quarter * quarter
    high = _SINE[2] + square * (_SINE[3] + square * _SINE[4])
    value = quarter * (_SINE[0] + square * (_SINE[1] + square * high))
    return -value if turn < 0 else value


@kernel
def sine_of(turns: float) -> np.float32:
    """The sine of any number of turns."""
    return sine(f32(turns - math.floor(turns + 0.5)))


@kernel
def tangent(turn: np.float32) -> np.float32:
    """The tangent of less than a quarter of a turn."""
    return sine(turn) / sine(_QUARTER - turn)
