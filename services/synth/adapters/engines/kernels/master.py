"""The master: loudness towards -16 LUFS, and no peak above -1 dBTP.

References
----------
ITU-R BS.1770-5 for the weighting and for peaks between samples; EBU R 128 for the gate.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from services.synth.adapters.engines.kernels.blocks import copy, slide, take
from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.kernels.curves import grown
from services.synth.adapters.engines.kernels.filters import BETWEEN, CUT, HEAD, REVISED
from services.synth.adapters.engines.layout import (
    AHEAD,
    BLOCK,
    DRY,
    GAIN_LOUD,
    GAIN_QUIET,
    TAIL,
    TAPS,
    DeckState,
    Scratch,
)
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32
Six: TypeAlias = tuple[float, float, float, float, float, float]
TARGET = 10 ** ((-16.3 + 0.691) / 10)
"""Weighted power that comes out as -16 LUFS: the gate leaves out 0.3 LU of pauses."""
CEILING = f32(10 ** (-1.3 / 20))
"""Peaks are looked for at four times the rate, which misses up to 0.3 dB."""
HARMLESS = CEILING / f32(np.abs(BETWEEN).sum(axis=1).max())
"""Between samples that are no higher than this, no peak reaches the ceiling."""
RELEASE = f32(1 - math.exp(-BLOCK / (0.12 * RATE_HZ)))
FAST = 1 - math.exp(-BLOCK / (0.4 * RATE_HZ))
FIRST_S, SLOW_S = 2.0, 8.0
"""How long the leveller listens: at the beginning, and later."""
GATE, NOTHING = 0.1, 1e-7
"""Of the slow power: what is 10 LU softer is a pause. And what is nothing, -70 LUFS."""
PATIENCE = 0.3
"""A pause counts less; one that lasts is how the music is now."""
LEAST_GAIN, MOST_GAIN = 0.35, 2.8
"""Of the leveller, 9 dB down and up."""
GAIN_GLIDE = 1 - math.exp(-BLOCK / (1.0 * RATE_HZ))
DENORMAL = 1e-30


@kernel
def master(state: DeckState, scratch: Scratch, out: npt.NDArray[np.float32], at: int) -> None:
    """Turn what is dry into what goes out: (2, BLOCK)."""
    level(state, weigh(scratch.buses, state.weighting))
    amplify(state, scratch)
    limit(state, scratch, out, at)


@kernel
def weigh(buses: npt.NDArray[np.float32], memory: npt.NDArray[np.float64]) -> float:
    """Cut what is too low to hear, and answer the power of the rest as ears weigh it."""
    left, right, power = buses[DRY], buses[DRY + 1], 0.0
    on_left, on_right = kept(memory[0]), kept(memory[1])
    for n in range(BLOCK):
        left[n], heard, on_left = ears(left[n], on_left)
        power += heard * heard
        right[n], heard, on_right = ears(right[n], on_right)
        power += heard * heard
    keep(on_left, memory[0])
    keep(on_right, memory[1])
    return power / BLOCK


@kernel
def ears(sample: np.float32, memory: Six) -> tuple[np.float32, float, Six]:
    """A sample without what is too low, and as ears weigh it."""
    c1, c2, h1, h2, r1, r2 = memory
    cut, c1, c2 = section(float(sample), CUT, c1, c2)
    heard, h1, h2 = section(cut, HEAD, h1, h2)
    heard, r1, r2 = section(heard, REVISED, r1, r2)
    return f32(cut), heard, (c1, c2, h1, h2, r1, r2)


@kernel
def kept(memory: npt.NDArray[np.float64]) -> Six:
    """The states of three sections."""
    return memory[0, 0], memory[0, 1], memory[1, 0], memory[1, 1], memory[2, 0], memory[2, 1]


@kernel
def keep(states: Six, memory: npt.NDArray[np.float64]) -> None:
    """Remember the states of three sections."""
    for number in range(6):
        state = states[number]
        memory[number // 2, number % 2] = state if abs(state) > DENORMAL else 0.0


@kernel
def section(
    sample: float, design: npt.NDArray[np.float64], one: float, two: float
) -> tuple[float, float, float]:
    """One sample through b0, b1, b2, a1, a2: transposed direct form II."""
    out = design[0] * sample + one
    return out, design[1] * sample - design[3] * out + two, design[2] * sample - design[4] * out


@kernel
def level(state: DeckState, power: float) -> None:
    """Learn how loud it is, with the gain that the sound asks for."""
    mood, room = state.mood[0], state.room
    told = grown(room[GAIN_QUIET] + (room[GAIN_LOUD] - room[GAIN_QUIET]) * mood.intensity)
    power *= told * told
    mood.fast += FAST * (power - mood.fast)
    if mood.fast > NOTHING:
        mood.heard = min(mood.heard + BLOCK / RATE_HZ, SLOW_S - FIRST_S)
        share = BLOCK / RATE_HZ / (FIRST_S + mood.heard)
        if mood.fast < GATE * mood.slow:
            share *= PATIENCE
        mood.slow += share * (power - mood.slow)


@kernel
def amplify(state: DeckState, scratch: Scratch) -> None:
    """Bring a block to its loudness."""
    mood, room = state.mood[0], state.room
    told = grown(room[GAIN_QUIET] + (room[GAIN_LOUD] - room[GAIN_QUIET]) * mood.intensity)
    levelled = math.sqrt(TARGET / max(mood.slow, 1e-9))
    target = told * min(max(levelled, LEAST_GAIN), MOST_GAIN)
    gain = mood.gain if mood.gain > 0 else f32(told)
    next_gain = f32(gain + GAIN_GLIDE * (target - gain))
    for side in range(2):
        slide(scratch.buses[DRY + side], gain, next_gain)
    mood.gain = next_gain


@kernel
def limit(state: DeckState, scratch: Scratch, out: npt.NDArray[np.float32], at: int) -> None:
    """Send out the block that came AHEAD blocks ago, turned down before a peak comes.

    The least gain that any of these blocks allows is held, and averaged over as many: so
    the gain is down when the peak comes, and gets there along a slope.
    """
    mood, tail = state.mood[0], state.tail
    highest = f32(0)
    for side in range(2):
        shift(tail[side], scratch.buses[DRY + side])
        highest = max(highest, peak(tail[side]))
    least = push(state.peaks, CEILING / max(highest, CEILING))
    mood.release = min(least, mood.release + RELEASE * (f32(1) - mood.release))
    push(state.holds, mood.release)
    node = f32(0)
    for n in range(AHEAD):
        node += state.holds[n] * f32(1 / AHEAD)
    start = TAIL - (AHEAD + 1) * BLOCK - TAPS // 2
    for side in range(2):
        take(tail[side, start:], scratch.left)
        slide(scratch.left, mood.node, node)
        copy(scratch.left, out[side, at:])
    mood.node = node


@kernel
def shift(tail: npt.NDArray[np.float32], block: npt.NDArray[np.float32]) -> None:
    """Move what is kept back by a block, and put the new one behind it."""
    for n in range(TAIL - BLOCK):
        tail[n] = tail[n + BLOCK]
    copy(block, tail[TAIL - BLOCK :])


@kernel
def push(values: npt.NDArray[np.float32], value: np.float32) -> np.float32:
    """Let the oldest go, and answer the least of those there are now."""
    least = value
    for n in range(len(values) - 1):
        values[n] = values[n + 1]
        least = min(least, values[n])
    values[len(values) - 1] = value
    return least


@kernel
def peak(tail: npt.NDArray[np.float32]) -> np.float32:
    """The highest peak, on and between samples, of the newest block with enough on both sides.

    Samples around the block count with it.
    """
    around = tail[TAIL - BLOCK - TAPS + 1 :]
    highest = greatest(around)
    if highest < HARMLESS:
        return highest
    for n in range(BLOCK):
        quarter, half, three = f32(0), f32(0), f32(0)
        for tap in range(TAPS):
            sample = around[n + tap]
            quarter += BETWEEN[0, tap] * sample
            half += BETWEEN[1, tap] * sample
            three += BETWEEN[2, tap] * sample
        highest = max(highest, abs(quarter), abs(half), abs(three))
    return highest


@kernel
def greatest(signal: npt.NDArray[np.float32]) -> np.float32:
    """The greatest of the samples that play a part in what is between those of one block."""
    highest = f32(0)
    for n in range(BLOCK + TAPS - 1):
        highest = max(highest, abs(signal[n]))
    return highest
