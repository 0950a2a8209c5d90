"""Sums in an order that does not depend on how much else there is to add up."""

from __future__ import annotations

import torch


def over_lanes(signals: torch.Tensor) -> torch.Tensor:
    """Add up the second dimension, neighbours first. Lanes of zeros after it change nothing."""
    while signals.shape[1] > 1:
        signals = signals[:, 0::2] + signals[:, 1::2]
    return signals[:, 0]


def over_time(values: torch.Tensor) -> torch.Tensor:
    """Add up the last dimension, halves first."""
    while (count := values.shape[-1]) > 1:
        half = count // 2
        pairs = values[..., :half] + values[..., half : 2 * half]
        values = torch.cat((pairs, values[..., -1:]), -1) if count % 2 else pairs
    return values[..., 0]


def mixed(matrix: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Multiply a small matrix with each row of values."""
    return over_time(matrix * values[..., None, :])
