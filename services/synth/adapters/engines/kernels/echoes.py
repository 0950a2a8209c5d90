"""Chorus, and echoes an eighth note apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.blocks import (
    STEP,
    add,
    blend,
    copy,
    flushed,
    piece,
    take,
)
from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.kernels.late import add_late, swing
from services.synth.adapters.engines.layout import (
    BLOCK,
    CHORUS_DEPTH,
    CHORUS_HZ,
    CHORUS_LEVEL,
    CHORUS_RING,
    CHORUSED,
    DELAY_RING,
    DRY,
    ECHO_FEEDBACK,
    ECHO_INTO_REVERB,
    ECHO_LEVEL,
    ECHO_TONE,
    ECHOED,
    REVERBED,
    WIDE,
    DeckState,
    Record,
    Scratch,
)
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32
CHORUS_LATE = 0.014 * RATE_HZ
ECHO_CHANGE = f32(BLOCK / (0.1 * RATE_HZ))
"""A block: echoes fade from one tempo to another within 100 ms."""


@kernel
def add_chorus(state: DeckState, scratch: Scratch) -> None:
    """Add two voices on each side to what is dry, each a little late."""
    mood, room = state.mood[0], state.room
    at = mood.block * BLOCK % CHORUS_RING
    before = mood.chorus_turn
    now = before + room[CHORUS_HZ] * f32(BLOCK / RATE_HZ)
    depth = room[CHORUS_DEPTH]
    for side in range(2):
        ring, dry = state.chorus[side], scratch.buses[DRY + side]
        copy(scratch.buses[CHORUSED + side], ring[at:])
        for tap in range(2):
            turn = 0.25 * side + 0.5 * tap
            old = CHORUS_LATE + depth * swing(before + turn)
            new = CHORUS_LATE + depth * swing(now + turn)
            add_late(ring, at, (old, new), room[CHORUS_LEVEL], dry, scratch.segment)
    mood.chorus_turn = now - math.floor(now)


@kernel
def add_echoes(state: DeckState, scratch: Scratch) -> None:
    """Add echoes that go from one side to the other, and send some of them into the reverb."""
    mood, room, buses = state.mood[0], state.room, scratch.buses
    at = mood.block * BLOCK % DELAY_RING
    left, right = scratch.lines[0], scratch.lines[1]
    read_echo(state.delay[0], mood, at, left, scratch.segment)
    read_echo(state.delay[1], mood, at, right, scratch.segment)
    into_left, into_right = state.delay[0, at : at + BLOCK], state.delay[1, at : at + BLOCK]
    return_echoes(mood, room, (left, right), (into_left, into_right))
    blend(f32(1), into_left, buses[ECHOED], into_left)
    blend(f32(1), into_right, buses[ECHOED + 1], into_right)
    level = room[ECHO_LEVEL]
    for side in range(2):
        add(buses[DRY + side], level, scratch.lines[side])
        add(buses[REVERBED + side], level * room[ECHO_INTO_REVERB], scratch.lines[side])
    if mood.next_echo != mood.echo:
        mood.echo_blend += ECHO_CHANGE
        if mood.echo_blend >= f32(1):
            mood.echo, mood.echo_blend = mood.next_echo, f32(0)


@kernel
def return_echoes(
    mood: Record,
    room: npt.NDArray[np.float32],
    heard: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
    into: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
) -> None:
    """Write what was heard on one side to the other, softer and duller."""
    (left, right), (into_left, into_right) = heard, into
    tone, feedback = room[ECHO_TONE], room[ECHO_FEEDBACK]
    dull_left, dull_right = mood.echo_left, mood.echo_right
    for n in range(BLOCK):
        dull_left += tone * (right[n] - dull_left)
        dull_right += tone * (left[n] - dull_right)
        into_left[n] = feedback * dull_left
        into_right[n] = feedback * dull_right
    mood.echo_left, mood.echo_right = flushed(dull_left), flushed(dull_right)


@kernel
def read_echo(
    ring: npt.NDArray[np.float32],
    mood: Record,
    at: int,
    wet: npt.NDArray[np.float32],
    segment: npt.NDArray[np.float32],
) -> None:
    """Take what was sent an echo ago; where the tempo changed, from both times."""
    take(piece(ring, at - mood.echo, WIDE, segment), wet)
    if mood.next_echo != mood.echo:
        heard = piece(ring, at - mood.next_echo, WIDE, segment)
        blend, slope = mood.echo_blend, ECHO_CHANGE * STEP
        for n in range(WIDE):
            share = min(blend + slope * f32(n + 1), f32(1))
            wet[n] += share * (heard[n] - wet[n])
