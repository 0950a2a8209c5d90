"""Instruments: oscillators through a state-variable filter, an envelope, and onto the buses.

Pitch and filter are steady within a block; gains go along a slope from block to block.

References
----------
V. Zavalishin, *The Art of VA Filter Design*, 2018, chapter 4; A. Simper, *Solving the
continuous SVF equations using trapezoidal integration and equivalent currents*, 2013.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.blocks import add, slide
from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.kernels.oscillators import LN_2, oscillate
from services.synth.adapters.engines.kernels.places import take_place
from services.synth.adapters.engines.layout import (
    BLOCK,
    CHORUSED,
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
from services.synth.adapters.engines.wavetables import LEVEL_SEMITONES, LEVELS, LOWEST_PITCH, NOISE
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32
FADE = f32(1 / 4)
"""A block. Who makes room is gone after 6 ms."""
SILENT = 1e-4
"""-80 dB: a note that was let go ends there."""
LOWEST_OCTAVE, HIGHEST_OCTAVE = math.log2(20.0), math.log2(17_000.0)


@kernel
def begin_voice(
    voices: npt.NDArray[np.void],
    last_pitch: npt.NDArray[np.float32],
    note: Record,
    patch: Record,
) -> None:
    """Give a note a place, silent until the block is played."""
    number = take_place(voices)
    if number < 0:
        return
    voice = voices[number]
    glides = patch.glide > 0 and last_pitch[note.part] > 0
    voice.state, voice.patch = SOUNDING, note.patch
    voice.pitch = note.pitch
    voice.from_pitch = last_pitch[note.part] if glides else note.pitch
    last_pitch[note.part] = note.pitch
    level = (max(voice.pitch, voice.from_pitch) - LOWEST_PITCH) // LEVEL_SEMITONES
    voice.level = int(min(max(level, 0), LEVELS - 1))
    voice.seed = voice.first = voice.grit = note.seed
    voice.second = np.uint32(note.seed * np.uint32(2_654_435_761))
    voice.third = np.uint32(0)
    voice.age, voice.length = 0, max(note.length, BLOCK)
    voice.velocity, voice.pan, voice.fade = note.velocity, note.pan, f32(1)
    voice.left = voice.right = voice.partial = voice.noise = f32(0)
    voice.left_1 = voice.left_2 = voice.right_1 = voice.right_2 = f32(0)


@kernel
def play_voice(voice: Record, mood: Record, instruments: Instruments, scratch: Scratch) -> None:
    """Add the next block of a note to the buses."""
    patch = instruments.patches[voice.patch]
    oscillate(voice, patch, mood, instruments, scratch)
    open_filter(voice, patch, mood, scratch)
    voice.age += BLOCK
    shape = contour(voice.age, voice.length, patch)
    if voice.state == FADING:
        voice.fade -= FADE
    over = shape < SILENT and voice.age > voice.length
    over = over or (patch.sustain == 0 and shape < SILENT and voice.age > patch.attack)
    loud = patch.quiet + (patch.loud - patch.quiet) * mood.intensity
    gain = (
        shape
        * math.exp(loud)
        * voice.velocity
        * math.sqrt(voice.velocity)
        * grains(voice, patch, instruments)
    )
    gain *= max(voice.fade, 0)
    if over or voice.fade <= 0:
        gain = 0
        voice.state = FREE
    angle = math.pi / 4 * (1 + voice.pan)
    mix(voice, patch, scratch, f32(gain * math.cos(angle)), f32(gain * math.sin(angle)))


@kernel
def contour(age: int, length: int, patch: Record) -> float:
    """The envelope of a note of that age: smooth attack, decay to a sustain, release."""
    held = min(age, length)
    if held < patch.attack:
        risen = held / patch.attack
        level = risen * risen * (3 - 2 * risen)
    else:
        fallen = math.exp(-(held - patch.attack) / max(patch.decay, 1))
        level = patch.sustain + (1 - patch.sustain) * fallen
    if age > length:
        level *= math.exp(-(age - length) / max(patch.release, BLOCK))
    return level


@kernel
def grains(voice: Record, patch: Record, instruments: Instruments) -> float:
    """A gain that flutters without a pattern, from 1 - depth to 1."""
    if patch.grain == 0:
        return 1.0
    place = voice.age / RATE_HZ * patch.grain_hz
    whole = int(place)
    part = place - whole
    first = instruments.noise[(voice.seed + whole) % NOISE]
    second = instruments.noise[(voice.seed + whole + 1) % NOISE]
    part = part * part * (3 - 2 * part)
    return 1 - patch.grain * (0.5 + 0.5 * (first + (second - first) * part))


@kernel
def cutoff(voice: Record, patch: Record, mood: Record) -> float:
    """Where the filter of a note stands, in octaves above 1 Hz."""
    octave = patch.closed + (patch.opened - patch.closed) * mood.intensity
    octave += patch.key_follow * (voice.pitch - 60) / 12
    octave += patch.velocity_octaves * (voice.velocity - 0.5) * 2
    octave += patch.contour * math.exp(-voice.age / max(patch.contour_decay, 1))
    if patch.sweep > 0:
        turn = voice.age / RATE_HZ * patch.sweep_hz + voice.seed * 2.0**-32
        octave += patch.sweep * math.sin(2 * math.pi * turn)
    return min(max(octave, LOWEST_OCTAVE), HIGHEST_OCTAVE)


@kernel
def open_filter(voice: Record, patch: Record, mood: Record, scratch: Scratch) -> None:
    """Filter left and right in place."""
    bend = f32(math.tan(math.pi / RATE_HZ * math.exp(cutoff(voice, patch, mood) * LN_2)))
    low, band = patch.low, patch.band * patch.damping
    a1 = f32(1) / (f32(1) + bend * (bend + patch.damping))
    a2 = bend * a1
    a3 = bend * a2
    one_one, two_two, cross = a1 + a1 - f32(1), f32(1) - a3 - a3, a2 + a2
    out_one, out_two = low * a2 + band * a1, low * (f32(1) - a3) - band * a2
    through, into_two = low * a3 + band * a2, a3 + a3
    left, right = scratch.left, scratch.right
    l1, l2, r1, r2 = voice.left_1, voice.left_2, voice.right_1, voice.right_2
    for n in range(BLOCK):
        x, y = left[n], right[n]
        left[n] = out_one * l1 + (out_two * l2 + through * x)
        right[n] = out_one * r1 + (out_two * r2 + through * y)
        l1, l2 = one_one * l1 + cross * (x - l2), two_two * l2 + (cross * l1 + into_two * x)
        r1, r2 = one_one * r1 + cross * (y - r2), two_two * r2 + (cross * r1 + into_two * y)
    voice.left_1, voice.left_2, voice.right_1, voice.right_2 = l1, l2, r1, r2


@kernel
def mix(
    voice: Record, patch: Record, scratch: Scratch, to_left: np.float32, to_right: np.float32
) -> None:
    """Add left and right to the buses, along slopes from the last gains to these."""
    slide(scratch.left, voice.left, to_left)
    slide(scratch.right, voice.right, to_right)
    voice.left, voice.right = to_left, to_right
    send(scratch, DRY, f32(1))
    send(scratch, CHORUSED, patch.chorus)
    send(scratch, ECHOED, patch.delay)
    send(scratch, REVERBED, patch.reverb)


@kernel
def send(scratch: Scratch, bus: int, share: np.float32) -> None:
    """Add a share of left and right to a bus."""
    if share > 0:
        add(scratch.buses[bus], share, scratch.left)
        add(scratch.buses[bus + 1], share, scratch.right)
