"""What was heard a while ago, between samples.

Delay lines are read at two places, those of the last block and of this, and faded from one
to the other: so their lengths may glide, and nothing within a block depends on itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.blocks import STEP, piece
from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.layout import WIDE

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32


@kernel
def swing(turns: float) -> float:
    """Nearly a sine, of two parabolas."""
    turn = turns - math.floor(turns)
    half = turn - 0.5
    return 16 * turn * -half if half < 0 else -16 * half * (1 - turn)


@kernel
def hat(distance: float) -> np.float32:
    """How much of a sample that far away there is in a place between samples."""
    return f32(max(0.0, 1.0 - abs(distance)))


@kernel
def add_late(
    ring: npt.NDArray[np.float32],
    at: int,
    lateness: tuple[float, float],
    level: np.float32,
    target: npt.NDArray[np.float32],
    segment: npt.NDArray[np.float32],
) -> None:
    """Add what a ring held so many samples ago, which glide from the first to the second.

    The two are less than one sample apart.
    """
    before, now = lateness
    base = int(min(before, now))
    x = piece(ring, at - base - 2, WIDE + 2, segment)
    a0, a1, a2 = hat(before - base), hat(before - base - 1), hat(before - base - 2)
    b0, b1, b2 = hat(now - base) - a0, hat(now - base - 1) - a1, hat(now - base - 2) - a2
    for n in range(WIDE):
        way = f32(n + 1) * STEP
        sample = (a0 + way * b0) * x[n + 2] + (a1 + way * b1) * x[n + 1]
        target[n] += level * (sample + (a2 + way * b2) * x[n])
