"""Drums: a sine that falls, and a burst of filtered noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.blocks import STEP, copy, slide
from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.kernels.oscillators import LN_2, NOISE_MASK, read_table
from services.synth.adapters.engines.kernels.places import take_place
from services.synth.adapters.engines.kernels.voices import FADE, HIGHEST_OCTAVE, SILENT, send
from services.synth.adapters.engines.layout import (
    BLOCK,
    DRY,
    ECHOED,
    FADING,
    FREE,
    REVERBED,
    SOUNDING,
    Instruments,
    Record,
    Scratch,
)
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32


@kernel
def begin_strike(strikes: npt.NDArray[np.void], note: Record) -> None:
    """Give a stroke a place, silent until the block is played."""
    number = take_place(strikes)
    if number < 0:
        return
    strike = strikes[number]
    strike.state, strike.patch = SOUNDING, note.patch
    strike.grit = note.seed
    strike.first = np.uint32(0)
    strike.age, strike.length = 0, 0
    strike.velocity, strike.pan, strike.fade = note.velocity, note.pan, f32(1)
    strike.left = strike.right = strike.partial = strike.noise = f32(0)
    strike.left_1 = strike.left_2 = f32(0)


@kernel
def play_strike(strike: Record, mood: Record, instruments: Instruments, scratch: Scratch) -> None:
    """Add the next block of a stroke to the buses."""
    kit = instruments.kits[strike.patch]
    age = strike.age + BLOCK
    if strike.state == FADING:
        strike.fade -= FADE
    body = kit.body * math.exp(-age / kit.body_decay)
    noise = kit.noise * math.exp(-age / kit.noise_decay)
    over = max(body, noise) < SILENT or strike.fade <= 0 or mood.percussion <= 0
    shape = min(age / max(kit.attack, 1.0), 1.0) * max(strike.fade, 0)
    if over:
        shape = 0.0
        strike.state = FREE
    thump(strike, kit, instruments.sine, f32(body * shape), scratch)
    hiss(strike, kit, mood, instruments.noise, scratch, f32(noise * shape))
    strike.age = age
    loud = math.exp(kit.quiet + (kit.loud - kit.quiet) * mood.intensity)
    gain = loud * strike.velocity * math.sqrt(mood.percussion)
    angle = math.pi / 4 * (1 + strike.pan)
    place(strike, kit, scratch, f32(gain * math.cos(angle)), f32(gain * math.sin(angle)))


@kernel
def falling(age: int, kit: Record) -> float:
    """How far the sine goes in each sample, in cycles of 2 ** 32."""
    octaves = kit.falls * math.exp(-age / max(kit.falls_decay, 1))
    return kit.body_hz * math.exp(octaves * LN_2) * (2.0**32 / RATE_HZ)


@kernel
def thump(
    strike: Record,
    kit: Record,
    sine: npt.NDArray[np.float32],
    target: np.float32,
    scratch: Scratch,
) -> None:
    """Fill left with the sine."""
    step = falling(strike.age, kit)
    bend = (falling(strike.age + BLOCK, kit) - step) / BLOCK
    phase, gain = strike.first, strike.partial
    slope = (target - gain) * STEP
    left = scratch.left
    for n in range(BLOCK):
        gain += slope
        left[n] = gain * read_table(sine, phase)
        phase = np.uint32(phase + np.uint32(step))
        step += bend
    strike.first, strike.partial = phase, target


@kernel
def hiss(
    strike: Record,
    kit: Record,
    mood: Record,
    noise: npt.NDArray[np.float32],
    scratch: Scratch,
    target: np.float32,
) -> None:
    """Add the noise to left."""
    octave = min(kit.closed + (kit.opened - kit.closed) * mood.intensity, HIGHEST_OCTAVE)
    bend = f32(math.tan(math.pi / RATE_HZ * math.exp(octave * LN_2)))
    damping, high, band = kit.damping, kit.high, kit.band * kit.damping
    a1 = f32(1) / (f32(1) + bend * (bend + damping))
    a2 = bend * a1
    a3 = bend * a2
    one, two, gain = strike.left_1, strike.left_2, strike.noise
    slope = (target - gain) * STEP
    left, here = scratch.left, noise[int(strike.grit & NOISE_MASK) :]
    for n in range(BLOCK):
        sample = here[n]
        rest = sample - two
        middle = a1 * one + a2 * rest
        low = two + a2 * one + a3 * rest
        one, two = middle + middle - one, low + low - two
        gain += slope
        left[n] += gain * (high * (sample - damping * middle - low) + band * middle)
    strike.grit = np.uint32(strike.grit + np.uint32(BLOCK))
    strike.left_1, strike.left_2, strike.noise = one, two, target


@kernel
def place(
    strike: Record, kit: Record, scratch: Scratch, to_left: np.float32, to_right: np.float32
) -> None:
    """Put left between the speakers, and add it to the buses."""
    if strike.age == BLOCK:
        strike.left, strike.right = to_left, to_right
    copy(scratch.left, scratch.right)
    slide(scratch.left, strike.left, to_left)
    slide(scratch.right, strike.right, to_right)
    strike.left, strike.right = to_left, to_right
    send(scratch, DRY, f32(1))
    send(scratch, ECHOED, kit.delay)
    send(scratch, REVERBED, kit.reverb)
