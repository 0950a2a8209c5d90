"""How loud ears find it, of all decks.

The three filters of the master, one behind the other, are a sum of three resonances beside
each other: so all their states are found together.
"""

from __future__ import annotations

import numpy as np
import torch

from services.synth.adapters.engines.kernels.filters import CUT, HEAD, REVISED
from services.synth.adapters.engines.kernels.master import DENORMAL
from services.synth.adapters.engines.layout import BLOCK, BLOCKS
from services.synth.adapters.engines.torched.memory import Ringing
from services.synth.adapters.engines.torched.recursions import powers, states
from services.synth.adapters.engines.torched.sums import over_time
from services.synth.domain.playing import QUANTUM


class Weighting:
    """The filters on one device."""

    def __init__(self, device: torch.device) -> None:
        sections = np.array([CUT, HEAD, REVISED])
        poles = np.array([_upper(section) for section in sections])
        rows = [[[pole.real, -pole.imag], [pole.imag, pole.real]] for pole in poles]
        steps = torch.tensor(rows, dtype=torch.float64)[:, None]
        self._steps = [step.to(device) for step in powers(steps, QUANTUM)]
        shares, through = [], []
        for count in (1, len(sections)):
            residues, direct = _parallel(sections[:count], poles[:count])
            shares.append(np.pad(residues, (0, len(poles) - count)))
            through.append(direct)
        both = 2 * np.array(shares)
        self._shares = torch.from_numpy(np.stack((both.real, -both.imag), -1)).to(device)
        self._through = torch.tensor(through, dtype=torch.float64, device=device)

    def weighed(self, signals: torch.Tensor, ringing: Ringing) -> tuple[torch.Tensor, torch.Tensor]:
        """Cut what is too low to hear, and find the power of the rest as ears weigh it.

        Returns
        -------
        tuple
            (deck, side, QUANTUM), and (deck, block).
        """
        precise = signals.double()
        pushes = torch.stack((precise, torch.zeros_like(precise)), -2)
        pushes = pushes[:, :, None, None].repeat(1, 1, len(self._shares[0]), 1, 1, 1)
        before, after = states(self._steps, pushes, ringing.weighting)
        ringing.weighting = after * (after.abs() > DENORMAL)
        resonances = before[:, :, :, 0, :, :]
        cut, weighted = (
            through * precise + _together(share[..., None] * resonances)
            for through, share in zip(self._through, self._shares, strict=True)
        )
        powers_ = over_time((weighted * weighted).unflatten(-1, (BLOCKS, BLOCK))) / BLOCK
        return cut.float(), powers_[:, 0] + powers_[:, 1]


def _together(parts: torch.Tensor) -> torch.Tensor:
    """The sum of both states of all resonances."""
    return over_time(parts.flatten(2, 3).transpose(-1, -2))


def _upper(section: np.ndarray) -> complex:
    """The pole above the real axis."""
    return complex(max(np.roots([1, section[3], section[4]]), key=lambda pole: pole.imag))


def _parallel(sections: np.ndarray, poles: np.ndarray) -> tuple[np.ndarray, float]:
    """Sections in a row as resonances beside each other.

    Returns
    -------
    tuple
        How much of each state before a sample goes out with it, and how much of the sample.
    """
    above, below = np.ones(1), np.ones(1)
    for b0, b1, b2, a1, a2 in sections:
        above, below = np.convolve(above, (b0, b1, b2)), np.convolve(below, (1, a1, a2))
    own = poles[: len(sections)]
    every = np.concatenate((own, own.conj()))
    others = [np.prod(np.delete(1 - every / pole, number)) for number, pole in enumerate(own)]
    residues = np.polynomial.polynomial.polyval(1 / own, above) / others
    direct = above[-1] / below[-1] + 2 * residues.sum().real
    return residues * own, float(direct)
