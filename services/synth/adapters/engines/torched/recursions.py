"""Recursive filters without a step for each sample.

What came in n samples ago is still there times A ** n, with A the matrix that takes a filter
one sample further. So after adding to each sample A times the one before, then A ** 2 times
the one two before, then A ** 4 ..., each has all that came before it.

References
----------
G. E. Blelloch, *Prefix sums and their applications*, 1990.
"""

from __future__ import annotations

import torch


def turned(matrix: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Multiply matrices of one or two columns: (..., m, m) with (..., m, n)."""
    product = matrix[..., :, :1] * columns[..., :1, :]
    if matrix.shape[-1] > 1:
        product = product + matrix[..., :, 1:] * columns[..., 1:, :]
    return product


def powers(matrix: torch.Tensor, samples: int) -> list[torch.Tensor]:
    """A matrix to the power of 1, 2, 4, ... as far as so many samples need them."""
    found, reach = [matrix], 1
    while reach * 2 < samples:
        found.append(turned(found[-1], found[-1]))
        reach *= 2
    return found


def states(
    steps: list[torch.Tensor], pushes: torch.Tensor, beginning: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Where a filter stands before each sample, and after the last.

    Parameters
    ----------
    steps
        Powers of its matrix in each block: (..., block, state, state).
    pushes
        What each sample adds to its state: (..., block, state, sample). It is overwritten.
    beginning
        Where it stands before the first block: (..., state).
    """
    reach = 1
    for step in steps:
        pushes[..., reach:] += turned(step, pushes[..., :-reach])
        reach *= 2
    block = _power(steps, pushes.shape[-1])
    here, heres = beginning[..., None], []
    for number in range(pushes.shape[-3]):
        heres.append(here)
        here = turned(block[..., number, :, :], here) + pushes[..., number, :, -1:]
    before = torch.stack(heres, dim=-3)
    for step in steps:
        before = torch.cat((before, turned(step, before)), -1)
    before = before[..., : pushes.shape[-1]]
    before[..., 1:] += pushes[..., :-1]
    return before, here[..., 0]


def _power(steps: list[torch.Tensor], samples: int) -> torch.Tensor:
    """The matrix to the power of a number, of those to the powers of two in it."""
    needed = [step for bit, step in enumerate(steps) if samples >> bit & 1]
    product = needed[0]
    for step in needed[1:]:
        product = turned(product, step)
    return product
