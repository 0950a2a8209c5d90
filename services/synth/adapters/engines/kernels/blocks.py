"""What is done with one block of samples, whatever it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.compiling import inlined, kernel
from services.synth.adapters.engines.layout import BLOCK, WIDE

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32
STEP = f32(1 / BLOCK)
TINY = f32(1e-15)
"""-300 dB."""


@kernel
def slide(signal: npt.NDArray[np.float32], gain: np.float32, to: np.float32) -> None:
    """Turn a block up or down, from one gain to another."""
    slope = (to - gain) * STEP
    for n in range(WIDE):
        signal[n] *= gain + slope * f32(n + 1)


@kernel
def add(
    target: npt.NDArray[np.float32], share: np.float32, signal: npt.NDArray[np.float32]
) -> None:
    """Add a share of a block to another."""
    for n in range(WIDE):
        target[n] += share * signal[n]


@kernel
def clear(signal: npt.NDArray[np.float32]) -> None:
    """Silence a block."""
    for n in range(WIDE):
        signal[n] = f32(0)


@kernel
def blend(
    share: np.float32,
    one: npt.NDArray[np.float32],
    two: npt.NDArray[np.float32],
    into: npt.NDArray[np.float32],
) -> None:
    """Write the sum of a share of a block and another block."""
    for n in range(BLOCK):
        into[n] = flushed(share * one[n] + two[n])


@kernel
def flush(signal: npt.NDArray[np.float32]) -> None:
    """Let what nobody can hear be silence: denormal numbers are slow."""
    for n in range(len(signal)):
        signal[n] = flushed(signal[n])


@kernel
def flushed(sample: np.float32) -> np.float32:
    """The sample, or silence."""
    return sample if abs(sample) > TINY else f32(0)


@inlined
def piece(
    ring: npt.NDArray[np.float32], start: int, count: int, segment: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Some samples of a ring, from a place that may lie before its beginning, side by side.

    Only where they go over the ring's end they are copied into the segment.
    """
    start = start if start >= 0 else start + len(ring)
    if start + count > len(ring):
        unroll(ring, start, count, segment)
        samples = segment
    else:
        samples = ring[start:]
    return samples


@kernel
def unroll(
    ring: npt.NDArray[np.float32], start: int, count: int, segment: npt.NDArray[np.float32]
) -> None:
    """Copy samples that go over the ring's end."""
    whole = len(ring) - start
    for n in range(whole):
        segment[n] = ring[start + n]
    for n in range(count - whole):
        segment[whole + n] = ring[n]


@kernel
def copy(signal: npt.NDArray[np.float32], into: npt.NDArray[np.float32]) -> None:
    """Copy a block."""
    for n in range(BLOCK):
        into[n] = signal[n]


@kernel
def take(signal: npt.NDArray[np.float32], into: npt.NDArray[np.float32]) -> None:
    """Copy samples to where a block is worked out."""
    for n in range(WIDE):
        into[n] = signal[n]
