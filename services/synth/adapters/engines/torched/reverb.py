"""The room: walls, and sixteen delay lines that feed each other."""

from __future__ import annotations

import math

import torch

from services.synth.adapters.engines.kernels.reverb import (
    EARLY_LEFT,
    EARLY_RIGHT,
    WANDER,
    WANDER_HZ,
)
from services.synth.adapters.engines.layout import (
    BEFORE,
    BLOCK,
    LINES,
    REVERB_DAMPING,
    REVERB_EARLY,
    REVERB_LASTS,
    REVERB_LEVEL,
)
from services.synth.adapters.engines.torched.columns import LAST_BEFORE, REVERB_TURN, ROOM_FROM
from services.synth.adapters.engines.torched.curves import LOG2_E
from services.synth.adapters.engines.torched.effects import room, shifted
from services.synth.adapters.engines.torched.late import flushed, hat, late, swing, windows
from services.synth.adapters.engines.torched.memory import Ringing
from services.synth.adapters.engines.torched.tables import Mood, Tables
from services.synth.domain.playing import QUANTUM, RATE_HZ

TAPS = 5


def reverberation(sent: torch.Tensor, mood: Mood, ringing: Ringing, tables: Tables) -> torch.Tensor:
    """What the room adds: (deck, side, block, sample)."""
    ring = shifted(ringing.before, sent)
    ringing.before = ring[..., QUANTUM:]
    walls = _walls(ring).unflatten(-1, sent.shape[-2:]) * (room(mood, REVERB_EARLY) * 0.4)
    old, new = (
        mood[column].double()[:, None].expand(-1, 2, -1)
        for column in (LAST_BEFORE, ROOM_FROM + BEFORE)
    )
    comes = 0.25 * late(ring, old, new, tables)
    lines = _heard(mood, ringing, tables)
    ringing.lines = shifted(
        ringing.lines, flushed(scattered(lines) + comes.repeat(1, LINES // 2, 1, 1))
    )[..., QUANTUM:]
    pairs = lines.unflatten(1, (LINES // 4, 2, 2))
    pairs = pairs[:, :, 0] - pairs[:, :, 1]
    return walls + room(mood, REVERB_LEVEL) * (
        (pairs[:, 0] + pairs[:, 1]) + (pairs[:, 2] + pairs[:, 3])
    )


def _walls(ring: torch.Tensor) -> torch.Tensor:
    """Early reflections, the first at full level: (deck, side, sample)."""
    end, sides = ring.shape[-1], []
    for side, taps in enumerate((EARLY_LEFT, EARLY_RIGHT)):
        heard, gain = torch.zeros_like(ring[:, side, :QUANTUM]), 1.0
        for tap in taps:
            heard = heard + gain * ring[:, side, end - QUANTUM - tap : end - tap]
            gain *= -0.82
        sides.append(heard)
    return torch.stack(sides, 1)


def _heard(mood: Mood, ringing: Ringing, tables: Tables) -> torch.Tensor:
    """All lines between samples, and dulled: (deck, line, block, sample).

    No line is shorter than a quantum, so none needs what this quantum brings.
    """
    lengths = tables.lengths
    turn = mood[REVERB_TURN].double()[:, None] + tables.behind
    old, new = (
        lengths + 0.5 * WANDER * (1 + swing(turn + passed))
        for passed in (0, WANDER_HZ * BLOCK / RATE_HZ)
    )
    lasts = mood[ROOM_FROM + REVERB_LASTS].double()[:, None]
    gain = tables.curves.power(-math.log(1000) * LOG2_E * lengths / lasts).float()
    side = 0.5 * mood[ROOM_FROM + REVERB_DAMPING][:, None] * gain
    base = torch.minimum(old, new).floor()
    quiet = ringing.lines.new_zeros(*ringing.lines.shape[:-1], QUANTUM)
    x = windows(torch.cat((ringing.lines, quiet), -1), base, TAPS - 1, tables)
    starts, ends = _weights(old - base, side, gain), _weights(new - base, side, gain)
    heard = torch.zeros_like(x[..., :BLOCK])
    for tap, (start, end) in enumerate(zip(starts, ends, strict=True)):
        weight = start[..., None] + tables.way * (end - start)[..., None]
        first = TAPS - 1 - tap
        heard = heard + weight * x[..., first : first + BLOCK]
    return heard


def _weights(
    place: torch.Tensor, side: torch.Tensor, gain: torch.Tensor
) -> tuple[torch.Tensor, ...]:
    """Taps that read a place from 0 to 2 between samples, and one sample later."""
    one, two, three = hat(place), hat(place - 1), hat(place - 2)
    middle = gain - side - side
    return (
        side * one,
        middle * one + side * two,
        side * one + middle * two + side * three,
        side * two + middle * three,
        side * three,
    )


def scattered(lines: torch.Tensor) -> torch.Tensor:
    """All lines mixed by a Hadamard matrix, which keeps their energy."""
    shape, reach = lines.shape, 1
    while reach < LINES:
        pairs = lines.unflatten(1, (LINES // (2 * reach), 2, reach))
        one, two = pairs[:, :, 0], pairs[:, :, 1]
        lines = torch.stack((one + two, one - two), 2).view(shape)
        reach *= 2
    return lines * (1 / math.sqrt(LINES))
