"""The state-variable filter of all lanes, steady within a block.

References
----------
As ``kernels/voices.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from services.synth.adapters.engines.torched.recursions import powers, states


@dataclass(frozen=True, slots=True)
class Passing:
    """How much of what a filter has goes out."""

    high: torch.Tensor
    band: torch.Tensor
    low: torch.Tensor


def filtered(
    signals: torch.Tensor,
    tuned: tuple[torch.Tensor, torch.Tensor],
    passing: Passing,
    beginning: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Filter signals.

    Parameters
    ----------
    signals
        (deck, lane, side, block, sample)
    tuned
        Tangent of the cutoff and damping: (deck, lane, block) and (deck, lane, 1).
    passing
        (deck, lane, 1)
    beginning
        The two states: (deck, lane, side, 2).

    Returns
    -------
    tuple
        What goes out, and the states after it.
    """
    bend, damping = tuned
    a1 = 1 / (1 + bend * (bend + damping))
    a2 = bend * a1
    a3 = bend * a2
    one_one, two_two, cross = a1 + a1 - 1, 1 - a3 - a3, a2 + a2
    rows = torch.stack((one_one, -cross, cross, two_two), -1).unflatten(-1, (2, 2))
    pushes = torch.stack((cross, a3 + a3), -1)[:, :, None, :, :, None] * signals[..., None, :]
    steps = powers(rows[:, :, None], signals.shape[-1])
    before, after = states(steps, pushes, beginning)
    band = passing.band * damping - passing.high * damping
    low = passing.low - passing.high
    out_one = (band * a1 + low * a2)[:, :, None, :, None]
    out_two = (low * (1 - a3) - band * a2)[:, :, None, :, None]
    through = (passing.high + band * a2 + low * a3)[:, :, None, :, None]
    out = out_one * before[..., 0, :] + out_two * before[..., 1, :] + through * signals
    return out, after
