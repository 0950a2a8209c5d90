"""Soft percussion: brushes, shaker, felt kick; each a tone as ``instruments`` defines it.

Frequency and length are ignored: these have no pitch worth naming, and stop by themselves.
"""

from collections.abc import Callable

import numpy as np

from scripts.demo.synthesis import RATE_HZ, Audio, decay, noise, soft_edges


def kick(_frequency_hz: float, velocity: float, _length_s: float) -> Audio:
    """A felt beater: a sine that falls from 120 to 47 Hz in a few hundredths of a second."""
    t = np.arange(int(0.5 * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(47 + 75 * np.exp(-t / 0.025)) / RATE_HZ
    body = np.sin(phase).astype(np.float32) * decay(0.5, 0.13)
    felt = 0.1 * velocity * noise(1, 0.5, 200, 1400) * decay(0.5, 0.008)
    return _struck(body + felt)


def brush(_frequency_hz: float, velocity: float, _length_s: float) -> Audio:
    """A brushed snare: a short sweep of wire over a low drum."""
    wire = noise(2, 0.4, 900, 4200) * decay(0.4, 0.055 + 0.03 * velocity)
    t = np.arange(len(wire)) / RATE_HZ
    drum = 1.4 * np.sin(2 * np.pi * 185 * t).astype(np.float32) * decay(0.4, 0.05)
    return _struck(0.45 * wire + drum, 0.008)


def hat(_frequency_hz: float, velocity: float, _length_s: float) -> Audio:
    """A closed hi-hat heard from across the room."""
    return _struck(0.5 * noise(3, 0.2, 5000, 7600) * decay(0.2, 0.016 + 0.022 * velocity))


def shaker(_frequency_hz: float, velocity: float, _length_s: float) -> Audio:
    """Seeds in a gourd, swelling before they stop."""
    return _struck(0.5 * noise(4, 0.2, 3600, 7000) * decay(0.2, 0.03 + 0.02 * velocity), 0.025)


def rim(_frequency_hz: float, velocity: float, _length_s: float) -> Audio:
    """A stick laid on the rim, more wood than crack."""
    t = np.arange(int(0.2 * RATE_HZ)) / RATE_HZ
    wood = np.sin(2 * np.pi * 820 * t) + 0.5 * velocity * np.sin(2 * np.pi * 1270 * t)
    return _struck(wood.astype(np.float32) * decay(0.2, 0.018), 0.0015)


def frame_drum(_frequency_hz: float, velocity: float, _length_s: float) -> Audio:
    """A large skin under the fingers."""
    t = np.arange(int(0.8 * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(82 + 14 * np.exp(-t / 0.05)) / RATE_HZ
    skin = (np.sin(phase) + 0.35 * np.sin(1.59 * phase)).astype(np.float32) * decay(0.8, 0.19)
    return _struck(skin + 0.1 * velocity * noise(6, 0.8, 300, 1800) * decay(0.8, 0.012), 0.004)


def _struck(tone: Audio, attack_s: float = 0.002) -> Audio:
    edged = soft_edges(tone, attack_s, 0.03)
    return np.stack([edged, edged])


STRIKES: dict[str, Callable[[float, float, float], Audio]] = {
    "kick": kick,
    "brush": brush,
    "hat": hat,
    "shaker": shaker,
    "rim": rim,
    "frame drum": frame_drum,
}
