"""How loud notes are, and when they end: the formulas of the kernels, one number at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from services.synth.adapters.engines.kernels.voices import SILENT
from services.synth.adapters.engines.layout import BLOCK
from services.synth.adapters.engines.wavetables import NOISE
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import numpy.typing as npt

    Told = Mapping[str, float]


def envelope(age: float, length: float, patch: Told) -> float:
    """Smooth attack, decay to a sustain, release."""
    held = min(age, length)
    if held < patch["attack"]:
        risen = held / patch["attack"]
        level = risen * risen * (3 - 2 * risen)
    else:
        fallen = math.exp(-(held - patch["attack"]) / max(patch["decay"], 1))
        level = patch["sustain"] + (1 - patch["sustain"]) * fallen
    if age > length:
        level *= math.exp(-(age - length) / max(patch["release"], BLOCK))
    return level


def loud(told: Told, intensity: float) -> float:
    """The gain of an instrument or a drum."""
    return math.exp(told["quiet"] + (told["loud"] - told["quiet"]) * intensity)


def grains(age: float, seed: int, patch: Told, noise: npt.NDArray[np.float32]) -> float:
    """A gain that flutters without a pattern."""
    place = age / RATE_HZ * patch["grain_hz"]
    whole = int(place)
    part = place - whole
    first, second = (float(noise[(seed + whole + step) % NOISE]) for step in (0, 1))
    part = part * part * (3 - 2 * part)
    return 1 - patch["grain"] * (0.5 + 0.5 * (first + (second - first) * part))


def voice_blocks(length: float, patch: Told) -> int:
    """How many blocks a note is played, the last of which it ends in."""
    falls = min(length, patch["attack"]) if patch["sustain"] == 0 else length
    return _first(lambda age: envelope(age, length, patch) < SILENT, int(falls // BLOCK) + 1)


def strike_blocks(kit: Told) -> int:
    """How many blocks a stroke is played, the last of which it ends in."""

    def left(share: float, age: float, decay: float) -> float:
        return share * math.exp(-age / decay) if decay else 0.0

    return _first(
        lambda age: (
            max(
                left(kit["body"], age, kit["body_decay"]),
                left(kit["noise"], age, kit["noise_decay"]),
            )
            < SILENT
        ),
        1,
    )


def _first(over: Callable[[float], bool], least: int) -> int:
    """The first number of blocks after which something is over, and will stay so."""
    step, most = 1, least
    while not over(most * BLOCK):
        least, most, step = most + 1, most + step, step * 2
    while least < most:
        middle = (least + most) // 2
        if over(middle * BLOCK):
            most = middle
        else:
            least = middle + 1
    return least
