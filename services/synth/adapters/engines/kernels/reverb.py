"""The room: walls, and sixteen delay lines that feed each other.

References
----------
J.-M. Jot, A. Chaigne, *Digital delay networks for designing artificial reverberators*,
AES 90, 1991.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.blocks import (
    STEP,
    add,
    blend,
    clear,
    flush,
    flushed,
    piece,
)
from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.kernels.curves import grown
from services.synth.adapters.engines.kernels.late import add_late, hat, swing
from services.synth.adapters.engines.layout import (
    BEFORE,
    BEFORE_RING,
    BLOCK,
    DRY,
    LINE_RING,
    LINES,
    REVERB_CUT,
    REVERB_DAMPING,
    REVERB_EARLY,
    REVERB_LASTS,
    REVERB_LEVEL,
    REVERBED,
    WIDE,
    DeckState,
    Scratch,
)
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32
LENGTHS = (
    691, 773, 863, 953, 1061, 1171, 1279, 1399, 1511, 1627, 1753, 1877, 2011, 2153, 2311, 2467,
)  # fmt: skip
"""Samples: primes, from 16 to 56 ms, so that echoes coincide late."""
QUARTER = f32(1 / math.sqrt(LINES))
WANDER = 8.0
"""Samples that each line's length wanders."""
WANDER_HZ = 0.37
EARLY_LEFT = (13, 331, 577, 809, 1013, 1187)
EARLY_RIGHT = (89, 263, 499, 743, 1097, 1259)
"""Samples before the reverb begins at which walls are heard, those nearer being louder."""


@kernel
def add_reverb(state: DeckState, scratch: Scratch) -> None:
    """Add the room to what is dry."""
    mood, room, buses, segment = state.mood[0], state.room, scratch.buses, scratch.segment
    at = mood.block * BLOCK % BEFORE_RING
    keep_before(state, at, buses)
    add_walls(state.before[0], at, EARLY_LEFT, room[REVERB_EARLY], buses[DRY], segment)
    add_walls(state.before[1], at, EARLY_RIGHT, room[REVERB_EARLY], buses[DRY + 1], segment)
    lateness = (float(mood.before), float(room[BEFORE]))
    for side in range(2):
        sent = buses[REVERBED + side]
        clear(sent)
        add_late(state.before[side], at, lateness, f32(0.25), sent, segment)
    mood.before = room[BEFORE]
    ring_lines(state, scratch)


@kernel
def keep_before(state: DeckState, at: int, buses: npt.NDArray[np.float32]) -> None:
    """Write what goes into the reverb, without its lowest notes."""
    mood, cut = state.mood[0], state.room[REVERB_CUT]
    left, right = buses[REVERBED], buses[REVERBED + 1]
    into_left, into_right = state.before[0, at : at + BLOCK], state.before[1, at : at + BLOCK]
    low_left, low_right = mood.cut_left, mood.cut_right
    for n in range(BLOCK):
        low_left += cut * (left[n] - low_left)
        low_right += cut * (right[n] - low_right)
        into_left[n] = left[n] - low_left
        into_right[n] = right[n] - low_right
    flush(into_left)
    flush(into_right)
    mood.cut_left, mood.cut_right = flushed(low_left), flushed(low_right)


@kernel
def add_walls(
    ring: npt.NDArray[np.float32],
    at: int,
    taps: tuple[int, ...],
    level: np.float32,
    target: npt.NDArray[np.float32],
    segment: npt.NDArray[np.float32],
) -> None:
    """Add early reflections."""
    gain = level * f32(0.4)
    for tap in taps:
        add(target, gain, piece(ring, at - tap, WIDE, segment))
        gain *= f32(-0.82)


@kernel
def ring_lines(state: DeckState, scratch: Scratch) -> None:
    """Read all lines, add them to what is dry, mix them, and write them back with what comes."""
    mood, room, lines = state.mood[0], state.room, scratch.lines
    at = mood.block * BLOCK % LINE_RING
    before = mood.reverb_turn
    now = before + f32(WANDER_HZ * BLOCK / RATE_HZ)
    for number in range(LINES):
        turn = number * 0.377
        old = 0.5 * WANDER * (1 + swing(before + turn))
        new = 0.5 * WANDER * (1 + swing(now + turn))
        length = LENGTHS[number]
        gain = f32(grown(-math.log(1000) * length / room[REVERB_LASTS]))
        read_line(state, number, (old + length, new + length), at, (scratch, gain))
    mood.reverb_turn = now - math.floor(now)
    for number in range(LINES):
        level = room[REVERB_LEVEL] * (f32(1) if number % 4 < 2 else f32(-1))  # noqa: PLR2004
        add(scratch.buses[DRY + number % 2], level, lines[number])
    scatter(lines)
    for number in range(LINES):
        sent = scratch.buses[REVERBED + number % 2]
        blend(QUARTER, lines[number], sent, state.lines[number, at:])


@kernel
def read_line(
    state: DeckState,
    number: int,
    lateness: tuple[float, float],
    at: int,
    into: tuple[Scratch, np.float32],
) -> None:
    """Read one line between samples, and dulled: each sample with its neighbours."""
    scratch, gain = into
    before, now = lateness
    base = int(min(before, now))
    x = piece(state.lines[number], at - base - 4, WIDE + 4, scratch.segment)
    side = f32(0.5) * state.room[REVERB_DAMPING] * gain
    a0, a1, a2, a3, a4 = weights(before - base, side, gain)
    b0, b1, b2, b3, b4 = weights(now - base, side, gain)
    b0, b1, b2, b3, b4 = b0 - a0, b1 - a1, b2 - a2, b3 - a3, b4 - a4
    line = scratch.lines[number]
    for n in range(WIDE):
        way = f32(n + 1) * STEP
        sample = (a0 + way * b0) * x[n + 4] + (a1 + way * b1) * x[n + 3]
        sample += (a2 + way * b2) * x[n + 2] + (a3 + way * b3) * x[n + 1]
        line[n] = sample + (a4 + way * b4) * x[n]


@kernel
def weights(
    place: float, side: np.float32, gain: np.float32
) -> tuple[np.float32, np.float32, np.float32, np.float32, np.float32]:
    """Five taps that read a place from 0 to 2 between samples, and one sample later."""
    one, two, three = hat(place), hat(place - 1), hat(place - 2)
    middle = gain - side - side
    return (
        side * one,
        middle * one + side * two,
        side * one + middle * two + side * three,
        side * two + middle * three,
        side * three,
    )


@kernel
def scatter(lines: npt.NDArray[np.float32]) -> None:
    """Mix all lines by a Hadamard matrix, which keeps their energy but for a factor."""
    for first in range(0, LINES, 4):
        cross(lines[first], lines[first + 1], lines[first + 2], lines[first + 3])
    for first in range(4):
        cross(lines[first], lines[first + 4], lines[first + 8], lines[first + 12])


@kernel
def cross(
    one: npt.NDArray[np.float32],
    two: npt.NDArray[np.float32],
    three: npt.NDArray[np.float32],
    four: npt.NDArray[np.float32],
) -> None:
    """The sums and differences of the sums and differences of two pairs."""
    for n in range(WIDE):
        a, b = one[n] + two[n], one[n] - two[n]
        c, d = three[n] + four[n], three[n] - four[n]
        one[n], two[n], three[n], four[n] = a + c, b + d, a - c, b - d
