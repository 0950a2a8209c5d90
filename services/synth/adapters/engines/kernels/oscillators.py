"""What goes into the filter of a note: two wavetable oscillators, a sine, noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.blocks import STEP, clear
from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.kernels.curves import LN_2, grown, power, sine, sine_of
from services.synth.adapters.engines.layout import BLOCK, WIDE, Instruments, Record, Scratch
from services.synth.adapters.engines.wavetables import NOISE, OTHER_EAR, TABLE_BITS
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32
SHIFT = np.uint32(32 - TABLE_BITS)
FRACTION = np.uint32(2 ** (32 - TABLE_BITS) - 1)
SCALE = f32(2.0 ** -(32 - TABLE_BITS))
CYCLE = f32(2.0**-32)
NOISE_MASK = np.uint32(NOISE - 1)


@kernel
def steps(voice: Record, patch: Record) -> tuple[np.uint32, np.uint32, np.uint32]:
    """How far the oscillators go in each sample, in cycles of 2 ** 32."""
    pitch = voice.pitch
    if voice.age < patch.glide:
        pitch += (voice.from_pitch - voice.pitch) * (1 - voice.age / patch.glide)
    octaves = (pitch - 69) / 12
    if patch.vibrato > 0:
        time_s = voice.age / RATE_HZ
        risen = min(time_s, 1.0)
        octaves += patch.vibrato * risen * sine_of(patch.vibrato_hz * time_s)
    middle = power(octaves) * (440.0 / RATE_HZ * 2**32)
    detune = patch.detune * LN_2
    partial = min(middle * patch.partial_ratio, 0.45 * 2**32)
    return (
        np.uint32(middle * (1 - detune)),
        np.uint32(middle * (1 + detune)),
        np.uint32(partial),
    )


@kernel
def oscillate(
    voice: Record,
    patch: Record,
    mood: Record,
    instruments: Instruments,
    scratch: Scratch,
) -> None:
    """Fill left and right with what goes into the filter."""
    first_step, second_step, third_step = steps(voice, patch)
    if patch.tone > 0:
        waves, level = instruments.waves, voice.level
        tables = waves[patch.round, level], waves[patch.glassy, level]
        fill(voice, patch, mood, tables, (first_step, second_step), scratch)
    else:
        clear(scratch.left)
        clear(scratch.right)
    if patch.partial > 0:
        add_partial(voice, patch, third_step, scratch)
    if patch.noise > 0:
        add_noise(voice, patch, instruments.noise, scratch)


@kernel
def fill(
    voice: Record,
    patch: Record,
    mood: Record,
    tables: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
    pace: tuple[np.uint32, np.uint32],
    scratch: Scratch,
) -> None:
    """Fill left and right with two oscillators, each nearer to one side."""
    (soft, glassy), (first_step, second_step) = tables, pace
    left, right = scratch.left, scratch.right
    near, far = patch.near * patch.tone, patch.far * patch.tone
    first, second = voice.first, voice.second
    blend, slope = mood.last_timbre, (mood.timbre - mood.last_timbre) * STEP
    for n in range(WIDE):
        one = read_pair(soft, glassy, first, blend)
        two = read_pair(soft, glassy, second, blend)
        left[n] = near * one + far * two
        right[n] = far * one + near * two
        first = np.uint32(first + first_step)
        second = np.uint32(second + second_step)
        blend += slope
    voice.first = np.uint32(voice.first + np.uint32(BLOCK) * first_step)
    voice.second = np.uint32(voice.second + np.uint32(BLOCK) * second_step)


@kernel
def read_pair(
    soft: npt.NDArray[np.float32],
    glassy: npt.NDArray[np.float32],
    phase: np.uint32,
    blend: np.float32,
) -> np.float32:
    """Two tables at the same phase, blended."""
    index = np.int64(phase >> SHIFT)
    part = f32(np.int32(phase & FRACTION)) * SCALE
    low, high = soft[index], soft[index + 1]
    low += blend * (glassy[index] - low)
    high += blend * (glassy[index + 1] - high)
    return low + part * (high - low)


@kernel
def add_partial(voice: Record, patch: Record, step: np.uint32, scratch: Scratch) -> None:
    """Add the sine that stands beside the oscillators, in the middle."""
    phase, gain = voice.third, voice.partial
    left, right = scratch.left, scratch.right
    target = f32(patch.partial * grown(-(voice.age + BLOCK) / patch.partial_decay))
    slope = (target - gain) * STEP
    for n in range(WIDE):
        sample = (gain + slope * f32(n)) * sine(turn_of(phase + np.uint32(n) * step))
        left[n] += sample
        right[n] += sample
    voice.third, voice.partial = np.uint32(phase + np.uint32(BLOCK) * step), target


@kernel
def turn_of(phase: np.uint32) -> np.float32:
    """Where in its turn a phase is, from -1/2 to 1/2."""
    return f32(np.int32(phase)) * CYCLE


@kernel
def add_noise(
    voice: Record, patch: Record, noise: npt.NDArray[np.float32], scratch: Scratch
) -> None:
    """Add breath, wind or the felt of a hammer."""
    left, right, gain = scratch.left, scratch.right, voice.noise
    place = int(voice.grit & NOISE_MASK)
    here, there = noise[place:], noise[place + OTHER_EAR :]
    target = f32(patch.noise * grown(-(voice.age + BLOCK) / patch.noise_decay))
    slope = (target - gain) * STEP
    for n in range(WIDE):
        now = gain + slope * f32(n)
        left[n] += now * here[n]
        right[n] += now * there[n]
    voice.grit = np.uint32(voice.grit + np.uint32(BLOCK))
    voice.noise = target
