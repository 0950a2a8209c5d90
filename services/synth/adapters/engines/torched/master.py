"""The master of all decks: loudness towards -16 LUFS, and no peak above -1 dBTP.

References
----------
As ``kernels/master.py``.
"""

from __future__ import annotations

import numpy as np
import torch

from services.synth.adapters.engines.kernels.filters import BETWEEN
from services.synth.adapters.engines.kernels.master import (
    CEILING,
    FAST,
    FIRST_S,
    GAIN_GLIDE,
    GATE,
    LEAST_GAIN,
    MOST_GAIN,
    NOTHING,
    PATIENCE,
    RELEASE,
    SLOW_S,
    TARGET,
)
from services.synth.adapters.engines.layout import (
    AHEAD,
    BLOCK,
    BLOCKS,
    GAIN_LOUD,
    GAIN_QUIET,
    TAPS,
)
from services.synth.adapters.engines.torched.columns import INTENSITY, ROOM_FROM
from services.synth.adapters.engines.torched.curves import LOG2_E, Curves
from services.synth.adapters.engines.torched.effects import shifted
from services.synth.adapters.engines.torched.memory import TAIL_HELD, Ringing
from services.synth.adapters.engines.torched.sums import mixed, over_time
from services.synth.adapters.engines.torched.tables import Mood
from services.synth.adapters.engines.torched.weighting import Weighting
from services.synth.domain.playing import QUANTUM, RATE_HZ

BLOCK_S = BLOCK / RATE_HZ


class Master:
    """What the master is made of on one device."""

    def __init__(self, device: torch.device, curves: Curves) -> None:
        self._weighting = Weighting(device)
        self._curves = curves
        self._fast = _one_pole(FAST, device)
        self._glide = _one_pole(GAIN_GLIDE, device)
        self._between = torch.from_numpy(np.ascontiguousarray(BETWEEN)).to(device)[:, None]
        self._way = (torch.arange(1, BLOCK + 1, device=device) / BLOCK).float()
        self._counts = torch.arange(1, BLOCKS + 1, device=device)

    def mastered(self, dry: torch.Tensor, mood: Mood, ringing: Ringing) -> torch.Tensor:
        """Turn what is dry into what goes out: (deck, 2, QUANTUM)."""
        cut, power = self._weighting.weighed(dry.flatten(-2), ringing)
        quiet, loud = mood[ROOM_FROM + GAIN_QUIET], mood[ROOM_FROM + GAIN_LOUD]
        told = self._curves.power(((quiet + (loud - quiet) * mood[INTENSITY]) * LOG2_E).double())
        slow = _levelled(self._averaged(power * told * told, ringing), ringing)
        gain = (TARGET / slow.clamp(min=1e-9)).sqrt().clamp(LEAST_GAIN, MOST_GAIN) * told
        before = torch.where(ringing.gain > 0, ringing.gain, told[:, :1].float())
        gains = torch.cat((before, mixed(self._glide, torch.cat((before, gain), -1)).float()), -1)
        ringing.gain = gains[:, -1:]
        return self._limited(cut.unflatten(-1, dry.shape[-2:]) * self._slope(gains), ringing)

    def _averaged(self, power: torch.Tensor, ringing: Ringing) -> tuple[torch.Tensor, torch.Tensor]:
        """The power of 0.4 s, and the weight of each block for the slow power."""
        fast = mixed(self._fast, torch.cat((ringing.heard[:, :1], power), -1))
        sounds = fast > NOTHING
        longest = SLOW_S - FIRST_S
        heard = (ringing.heard[:, 2:] + sounds.cumsum(-1) * BLOCK_S).clamp(max=longest)
        ringing.heard = torch.cat((fast[:, -1:], ringing.heard[:, 1:2], heard[:, -1:]), -1)
        return torch.stack((power, fast)), sounds * BLOCK_S / (FIRST_S + heard)

    def _slope(self, gains: torch.Tensor) -> torch.Tensor:
        """Gains from the end of one block to that of the next: (deck, 1, block, sample)."""
        before, after = gains[:, None, :-1, None], gains[:, None, 1:, None]
        return before + (after - before) * self._way

    def _limited(self, amplified: torch.Tensor, ringing: Ringing) -> torch.Tensor:
        """What came AHEAD blocks ago, turned down before a peak comes."""
        tail = shifted(ringing.tail, amplified)
        ringing.tail = tail[..., QUANTUM:]
        highest = self._peaks(tail[..., TAIL_HELD - TAPS + 1 :])
        allowed = torch.cat((ringing.peaks, float(CEILING) / highest.clamp(min=float(CEILING))), -1)
        ringing.peaks = allowed[:, BLOCKS:]
        least = allowed.unfold(-1, AHEAD + 1, 1).amin(-1)
        release, released = ringing.release, []
        for block in range(BLOCKS):
            back = release + float(RELEASE) * (1 - release)
            release = torch.minimum(least[:, block : block + 1], back)
            released.append(release)
        ringing.release = release
        holds = torch.cat((ringing.holds, *released), -1)
        ringing.holds = holds[:, BLOCKS:]
        nodes = over_time(holds.unfold(-1, AHEAD, 1)) * (1 / AHEAD)
        nodes = torch.cat((ringing.node, nodes), -1)
        ringing.node = nodes[:, -1:]
        heard = tail[..., TAPS // 2 : TAPS // 2 + QUANTUM].unflatten(-1, (BLOCKS, BLOCK))
        return (heard * self._slope(nodes)).flatten(-2)

    def _peaks(self, around: torch.Tensor) -> torch.Tensor:
        """The highest peak, on and between samples, of each block: (deck, block)."""
        on = around.abs().unfold(-1, BLOCK + TAPS - 1, BLOCK).amax((1, 3))
        between = over_time(around.unfold(-1, TAPS, 1)[:, :, None] * self._between)
        return torch.maximum(on, between.abs().unflatten(-1, (BLOCKS, BLOCK)).amax((1, 2, 4)))


def _levelled(heard: tuple[torch.Tensor, torch.Tensor], ringing: Ringing) -> torch.Tensor:
    """The power of some seconds, in which pauses count less, after each block."""
    (power, fast), weights = heard
    slow, found = ringing.heard[:, 1], []
    for block in range(BLOCKS):
        pause = fast[:, block] < GATE * slow
        weight = torch.where(pause, weights[:, block] * PATIENCE, weights[:, block])
        slow = slow + weight * (power[:, block] - slow)
        found.append(slow)
    ringing.heard[:, 1] = slow
    return torch.stack(found, -1)


def _one_pole(share: float, device: torch.device) -> torch.Tensor:
    """A smoothed value after each block, of the last one and of what came: (block, 1 + block)."""
    after, comes = np.arange(BLOCKS)[:, None], np.arange(BLOCKS)
    matrix = np.where(comes <= after, share * (1 - share) ** np.maximum(after - comes, 0), 0)
    return torch.from_numpy(np.hstack(((1 - share) ** (after + 1), matrix))).to(device)
