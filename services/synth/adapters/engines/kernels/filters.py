"""Filters that never change."""

from __future__ import annotations

import math

import numpy as np

from services.synth.adapters.engines.layout import TAPS
from services.synth.domain.playing import RATE_HZ


def _section(*values: float) -> np.ndarray:
    b0, b1, b2, a0, a1, a2 = values
    return np.array([b0, b1, b2, a1, a2]) / a0


def _low_cut(cutoff_hz: float) -> np.ndarray:
    """A Butterworth high-pass: no offset goes out, and nothing that only moves the cone."""
    bend = math.tan(math.pi * cutoff_hz / RATE_HZ)
    damping = math.sqrt(2) * bend
    return _section(
        1, -2, 1, 1 + damping + bend * bend, 2 * (bend * bend - 1), 1 - damping + bend * bend
    )


def _head() -> np.ndarray:
    """The shelf of BS.1770, for any rate: what a head does."""
    bend = math.tan(math.pi * 1681.974450955533 / RATE_HZ)
    quality, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    return _section(
        high + middle * bend / quality + bend * bend,
        2 * (bend * bend - high),
        high - middle * bend / quality + bend * bend,
        1 + bend / quality + bend * bend,
        2 * (bend * bend - 1),
        1 - bend / quality + bend * bend,
    )


def _revised() -> np.ndarray:
    """The high-pass of BS.1770, for any rate."""
    bend, quality = math.tan(math.pi * 38.13547087602444 / RATE_HZ), 0.5003270373238773
    a0, a2 = 1 + bend / quality + bend * bend, 1 - bend / quality + bend * bend
    return np.array([1, -2, 1, 2 * (bend * bend - 1) / a0, a2 / a0])


def _between() -> np.ndarray:
    """Windowed sinc for the quarters between two samples: (3, TAPS)."""
    taps = np.arange(TAPS) - (TAPS // 2 - 1)
    rows = []
    for quarter in (0.25, 0.5, 0.75):
        window = np.kaiser(4 * TAPS + 1, 6.0)[np.round(4 * (taps - quarter) + 2 * TAPS).astype(int)]
        row = np.sinc(taps - quarter) * window
        rows.append(row / row.sum())
    return np.array(rows, dtype=np.float32)


CUT, HEAD, REVISED = _low_cut(24.0), _head(), _revised()
BETWEEN = _between()
