"""What was heard a while ago, between samples, and how much later that is from block to block."""

from __future__ import annotations

import torch

from services.synth.adapters.engines.kernels.blocks import TINY
from services.synth.adapters.engines.layout import BLOCK
from services.synth.adapters.engines.torched.tables import Tables


def swing(turns: torch.Tensor) -> torch.Tensor:
    """Nearly a sine, of two parabolas."""
    turn = turns - turns.floor()
    half = turn - 0.5
    return torch.where(half < 0, -16 * turn * half, -16 * half * (1 - turn))


def hat(distance: torch.Tensor) -> torch.Tensor:
    """How much of a sample that far away there is in a place between samples."""
    return (1 - distance.abs()).clamp(min=0).float()


def windows(
    ring: torch.Tensor, lateness: torch.Tensor, around: int, tables: Tables
) -> torch.Tensor:
    """What stood in a ring for each block, whole samples ago, and some samples before that.

    Parameters
    ----------
    ring
        (deck, row, sample); the last BLOCKS blocks of it are those of now.
    lateness
        Whole samples: (deck, row, block).
    around
        How many samples more, which come first.

    Returns
    -------
    torch.Tensor
        (deck, row, block, around + BLOCK)
    """
    blocks = lateness.shape[-1]
    begin = ring.shape[-1] + (tables.blocks - blocks) * BLOCK - around
    steps = torch.arange(BLOCK + around, device=ring.device)
    index = (begin - lateness).long()[..., None] + steps
    return ring.gather(-1, index.flatten(-2)).view(index.shape)


def late(
    ring: torch.Tensor, before: torch.Tensor, now: torch.Tensor, tables: Tables
) -> torch.Tensor:
    """What a ring held so many samples ago, which glide within a block: (deck, row, block, sample).

    The two are less than one sample apart.
    """
    base = torch.minimum(before, now).floor()
    x = windows(ring, base, 2, tables)
    heard = torch.zeros_like(x[..., 2:])
    for tap in range(3):
        old = hat(before - base - tap)[..., None]
        slope = hat(now - base - tap)[..., None] - old
        heard = heard + (old + tables.way * slope) * x[..., 2 - tap : 2 - tap + BLOCK]
    return heard


def flushed(signals: torch.Tensor) -> torch.Tensor:
    """The signals, with silence where nobody can hear them."""
    return signals * (signals.abs() > float(TINY))
