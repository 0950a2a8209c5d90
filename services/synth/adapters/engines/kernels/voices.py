"""Instruments: oscillators through a state-variable filter, an envelope, and onto the buses.

Pitch and filter are steady within a block; gains go along a slope from block to block.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.blocks import add, slide
from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.kernels.curves import grown, power, sine, sine_of, tangent
from services.synth.adapters.engines.kernels.oscillators import oscillate
from services.synth.adapters.engines.kernels.places import take_place
from services.synth.adapters.engines.kernels.resonators import pass_both, resonator, turned
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
SILENT = 3e-4
"""-70 dB: a note that was let go ends there."""
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
    volume = open_filter(voice, patch, mood, scratch)
    voice.age += BLOCK
    shape = contour(voice.age, voice.length, patch)
    if voice.state == FADING:
        voice.fade -= FADE
    over = shape < SILENT and voice.age > voice.length
    over = over or (patch.sustain == 0 and shape < SILENT and voice.age > patch.attack)
    loud = patch.quiet + (patch.loud - patch.quiet) * mood.intensity
    gain = (
        shape
        * grown(loud)
        * voice.velocity
        * math.sqrt(voice.velocity)
        * grains(voice, patch, instruments)
    )
    gain *= max(voice.fade, 0)
    if over or voice.fade <= 0:
        gain = 0
        voice.state = FREE
    turn = f32(0.125) * (f32(1) + voice.pan)
    to = f32(gain) * sine(f32(0.25) - turn), f32(gain) * sine(turn)
    mix(voice, patch, scratch, volume, to)


@kernel
def contour(age: int, length: int, patch: Record) -> float:
    """The envelope of a note of that age: smooth attack, decay to a sustain, release."""
    held = min(age, length)
    if held < patch.attack:
        risen = held / patch.attack
        level = risen * risen * (3 - 2 * risen)
    else:
        fallen = grown(-(held - patch.attack) / max(patch.decay, 1))
        level = patch.sustain + (1 - patch.sustain) * fallen
    if age > length:
        level *= grown(-(age - length) / max(patch.release, BLOCK))
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
    octave += patch.contour * grown(-voice.age / max(patch.contour_decay, 1))
    if patch.sweep > 0:
        turn = voice.age / RATE_HZ * patch.sweep_hz + voice.seed * 2.0**-32
        octave += patch.sweep * sine_of(turn)
    return min(max(octave, LOWEST_OCTAVE), HIGHEST_OCTAVE)


@kernel
def open_filter(voice: Record, patch: Record, mood: Record, scratch: Scratch) -> np.float32:
    """Filter left and right in place, and answer what to multiply them by."""
    bend = tangent(f32(power(cutoff(voice, patch, mood)) * (0.5 / RATE_HZ)))
    matrix, band, low = resonator(bend, patch.damping)
    l1, l2 = voice.left_1 / band, voice.left_2 / low
    r1, r2 = voice.right_1 / band, voice.right_2 / low
    if patch.low > 0:
        l2, l1, r2, r1 = pass_both(scratch.left, scratch.right, turned(matrix), (l2, l1, r2, r1))
        volume = f32(0.5) * low
    else:
        l1, l2, r1, r2 = pass_both(scratch.left, scratch.right, matrix, (l1, l2, r1, r2))
        volume = f32(0.5) * band * patch.damping
    voice.left_1, voice.left_2 = l1 * band, l2 * low
    voice.right_1, voice.right_2 = r1 * band, r2 * low
    return volume


@kernel
def mix(
    voice: Record,
    patch: Record,
    scratch: Scratch,
    volume: np.float32,
    to: tuple[np.float32, np.float32],
) -> None:
    """Add left and right to the buses, along slopes from the last gains to these."""
    to_left, to_right = to
    slide(scratch.left, volume * voice.left, volume * to_left)
    slide(scratch.right, volume * voice.right, volume * to_right)
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
