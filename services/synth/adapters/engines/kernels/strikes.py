"""Drums: a sine that falls, and a burst of filtered noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.blocks import STEP, clear, slide, take
from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.kernels.curves import grown, power, sine, sine_of, tangent
from services.synth.adapters.engines.kernels.oscillators import NOISE_MASK
from services.synth.adapters.engines.kernels.places import take_place
from services.synth.adapters.engines.kernels.resonators import one_step, resonator
from services.synth.adapters.engines.kernels.voices import FADE, HIGHEST_OCTAVE, SILENT, send
from services.synth.adapters.engines.layout import (
    BLOCK,
    DRY,
    ECHOED,
    FADING,
    FREE,
    REVERBED,
    SOUNDING,
    WIDE,
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
    body = kit.body * grown(-age / kit.body_decay)
    noise = kit.noise * grown(-age / kit.noise_decay)
    body, noise = body if body > SILENT else 0.0, noise if noise > SILENT else 0.0
    over = body + noise == 0 or strike.fade <= 0 or mood.percussion <= 0
    shape = min(age / max(kit.attack, 1.0), 1.0) * max(strike.fade, 0)
    if over:
        shape = 0.0
        strike.state = FREE
    thump(strike, kit, f32(body * shape), scratch)
    hiss(strike, kit, mood, instruments.noise, scratch, f32(noise * shape))
    strike.age = age
    loud = grown(kit.quiet + (kit.loud - kit.quiet) * mood.intensity)
    gain = f32(loud * strike.velocity * math.sqrt(mood.percussion))
    turn = f32(0.125) * (f32(1) + strike.pan)
    place(strike, kit, scratch, gain * sine(f32(0.25) - turn), gain * sine(turn))


@kernel
def falling(age: int, kit: Record) -> float:
    """How far the sine goes in each sample, in turns."""
    octaves = kit.falls * grown(-age / max(kit.falls_decay, 1))
    return kit.body_hz * power(octaves) / RATE_HZ


@kernel
def thump(strike: Record, kit: Record, target: np.float32, scratch: Scratch) -> None:
    """Fill left with the sine."""
    left, gain = scratch.left, strike.partial
    if gain == 0 and target == 0:
        clear(left)
        return
    step = falling(strike.age, kit)
    bend = 0.5 * (falling(strike.age + BLOCK, kit) - step) / BLOCK
    begin, slope = strike.first * 2.0**-32, (target - gain) * STEP
    for n in range(WIDE):
        left[n] = (gain + slope * f32(n + 1)) * sine_of(begin + n * (step + bend * (n - 1)))
    end = begin + BLOCK * (step + bend * (BLOCK - 1))
    strike.first, strike.partial = np.uint32(np.int64(end * 2.0**32)), target


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
    gain, slope = strike.noise, (target - strike.noise) * STEP
    if gain == 0 and target == 0:
        return
    octave = min(kit.closed + (kit.opened - kit.closed) * mood.intensity, HIGHEST_OCTAVE)
    matrix, band, low = resonator(tangent(f32(power(octave) * (0.5 / RATE_HZ))), kit.damping)
    through = kit.high
    from_band = f32(0.5) * band * kit.damping * (kit.band - through)
    from_low = f32(-0.5) * low * through
    one, two = strike.left_1 / band, strike.left_2 / low
    left, here = scratch.left, noise[int(strike.grit & NOISE_MASK) :]
    for n in range(BLOCK):
        once, last = one, two
        one, two = one_step(here[n], matrix, (one, two))
        heard = from_band * (once + one) + (from_low * (last + two) + through * here[n])
        left[n] += (gain + slope * f32(n + 1)) * heard
    strike.grit = np.uint32(strike.grit + np.uint32(BLOCK))
    strike.left_1, strike.left_2, strike.noise = one * band, two * low, target


@kernel
def place(
    strike: Record, kit: Record, scratch: Scratch, to_left: np.float32, to_right: np.float32
) -> None:
    """Put left between the speakers, and add it to the buses."""
    if strike.age == BLOCK:
        strike.left, strike.right = to_left, to_right
    take(scratch.left, scratch.right)
    slide(scratch.left, strike.left, to_left)
    slide(scratch.right, strike.right, to_right)
    strike.left, strike.right = to_left, to_right
    send(scratch, DRY, f32(1))
    send(scratch, ECHOED, kit.delay)
    send(scratch, REVERBED, kit.reverb)
