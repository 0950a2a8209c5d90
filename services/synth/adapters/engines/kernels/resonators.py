"""The filter of notes and drums: a state-variable filter, tuned anew for each block.

Both its states are kept in units of what comes in, so that it goes from one sample to the next
by ``one, two = p * one + q * two + x, r * one + t * two + x``, and what goes out of it is the sum
of the first before and after.

References
----------
V. Zavalishin, *The Art of VA Filter Design*, 2018, chapter 4; A. Simper, *Solving the
continuous SVF equations using trapezoidal integration and equivalent currents*, 2013.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.layout import BLOCK

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32
Matrix: TypeAlias = tuple[np.float32, np.float32, np.float32, np.float32]
"""(p, q, r, t)."""


@kernel
def resonator(bend: np.float32, damping: np.float32) -> tuple[Matrix, np.float32, np.float32]:
    """The matrix for (band, low), and the units of both."""
    share = f32(2) / (f32(1) + bend * (bend + damping))
    band = bend * share
    low = bend * band
    return (share - f32(1), -low, share, f32(1) - low), band, low


@kernel
def turned(matrix: Matrix) -> Matrix:
    """The same for (low, band)."""
    return matrix[3], matrix[2], matrix[1], matrix[0]


@kernel
def pass_both(
    left: npt.NDArray[np.float32],
    right: npt.NDArray[np.float32],
    matrix: Matrix,
    states: tuple[np.float32, np.float32, np.float32, np.float32],
) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Filter two sides in place, and answer both states of each.

    Two samples at a time: what they wait for is the last state, and so they wait half as often.
    """
    twice = squared(matrix)
    l1, l2, r1, r2 = states
    for pair in range(BLOCK // 2):
        first = 2 * pair
        x, y = left[first], left[first + 1]
        left[first], left[first + 1], l1, l2 = two_steps(x, y, matrix, twice, (l1, l2))
        x, y = right[first], right[first + 1]
        right[first], right[first + 1], r1, r2 = two_steps(x, y, matrix, twice, (r1, r2))
    last = BLOCK - 1
    l0, r0 = l1, r1
    l1, l2 = one_step(left[last], matrix, (l1, l2))
    r1, r2 = one_step(right[last], matrix, (r1, r2))
    left[last], right[last] = l0 + l1, r0 + r1
    return l1, l2, r1, r2


@kernel
def squared(matrix: Matrix) -> Matrix:
    """The matrix of two steps."""
    p, q, r, t = matrix
    return p * p + q * r, q * (p + t), r * (p + t), t * t + q * r


@kernel
def one_step(
    x: np.float32, matrix: Matrix, states: tuple[np.float32, np.float32]
) -> tuple[np.float32, np.float32]:
    """The states behind a sample."""
    p, q, r, t = matrix
    one, two = states
    return p * one + (q * two + x), t * two + (r * one + x)


@kernel
def two_steps(
    x: np.float32,
    y: np.float32,
    matrix: Matrix,
    twice: Matrix,
    states: tuple[np.float32, np.float32],
) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """What goes out twice, and the states behind it."""
    p, q, r, t = matrix
    pp, qq, rr, tt = twice
    one, two = states
    middle = p * one + (q * two + x)
    later = pp * one + (qq * two + ((p + q) * x + y))
    return one + middle, middle + later, later, tt * two + (rr * one + ((r + t) * x + y))
