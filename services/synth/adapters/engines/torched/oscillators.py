"""What goes into the filters of notes: two wavetable oscillators, a sine, noise."""

from __future__ import annotations

import torch

from services.synth.adapters.engines.layout import BLOCK
from services.synth.adapters.engines.torched.columns import (
    FROM_PITCH,
    LAST_TIMBRE,
    LEVEL,
    PITCH,
    SEED,
    TIMBRE,
)
from services.synth.adapters.engines.torched.curves import LOG2_E
from services.synth.adapters.engines.torched.tables import Mood, Notes, Rows, Tables
from services.synth.adapters.engines.wavetables import LEVELS, NOISE, OTHER_EAR, TABLE, TABLE_BITS
from services.synth.domain.playing import RATE_HZ

CYCLE = 2**32
REST_BITS = 32 - TABLE_BITS
SECOND = 2_654_435_761
"""Times the seed of a note, that is where its second oscillator begins."""


def read(table: torch.Tensor, phases: torch.Tensor) -> torch.Tensor:
    """A table between two of its samples."""
    index, part = places(phases)
    low = table[index]
    return low + part * (table[index + 1] - low)


def places(phases: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where phases lie: the sample of a table before, and how far after it."""
    index = (phases >> REST_BITS) & (TABLE - 1)
    part = (phases & (2**REST_BITS - 1)).float() * 2.0**-REST_BITS
    return index, part


def steps(notes: Notes, patch: Rows, vibrato: torch.Tensor, tables: Tables) -> torch.Tensor:
    """How far the oscillators go in each sample of each block: (deck, lane, 3, block)."""
    pitch, glide = notes.column(PITCH), patch["glide"]
    glides = (1 - notes.age / glide.clamp(min=1)).clamp(min=0) * (glide > 0)
    pitch = pitch + (notes.column(FROM_PITCH) - pitch) * glides
    grown = (notes.age / RATE_HZ).clamp(max=1)
    octaves = (pitch - 69) / 12 + patch["vibrato"] * grown * vibrato
    middle = tables.curves.power(octaves) * (440 / RATE_HZ * CYCLE)
    detune = patch["detune"] / LOG2_E
    partial = (middle * patch["partial_ratio"]).clamp(max=0.45 * CYCLE)
    paces = torch.stack((middle * (1 - detune), middle * (1 + detune), partial), 2)
    return (paces * notes.sounds[:, :, None]).long()


def turned_phases(
    notes: Notes, pace: torch.Tensor, phases: torch.Tensor, tables: Tables
) -> tuple[torch.Tensor, torch.Tensor]:
    """Phases at each sample, (deck, lane, 3, block, sample), and after the last."""
    seed = notes.column(SEED).long()
    fresh = torch.cat((seed, seed * SECOND, torch.zeros_like(seed)), -1)
    phases = torch.where(notes.begins[..., None], fresh, phases)
    passed = pace.cumsum(-1)
    starts = phases[..., None] + (passed - pace) * BLOCK
    after = (phases + passed[..., -1] * BLOCK) & (CYCLE - 1)
    return starts[..., None] + pace[..., None] * tables.samples, after


def tones(
    notes: Notes, patch: Rows, phases: torch.Tensor, mood: Mood, tables: Tables
) -> torch.Tensor:
    """Two oscillators, each nearer to one side: (deck, lane, side, block, sample)."""
    level = notes.column(LEVEL)
    soft, glassy = (
        ((patch[name] * LEVELS + level) * (TABLE + 1)).long()[..., None, None]
        for name in ("round", "glassy")
    )
    index, part = places(phases[:, :, :2])
    blend, slope = mood[LAST_TIMBRE], mood[TIMBRE] - mood[LAST_TIMBRE]
    blend = (blend[..., None] + slope[..., None] * tables.way_before)[:, None, None]
    waves = tables.waves
    one, two = soft + index, glassy + index
    low, high = waves[one], waves[one + 1]
    low = low + blend * (waves[two] - low)
    high = high + blend * (waves[two + 1] - high)
    heard = low + part * (high - low)
    near, far = ((patch[name] * patch["tone"]).float() for name in ("near", "far"))
    sides = torch.stack((torch.cat((near, far), -1), torch.cat((far, near), -1)), 2)
    sides = sides[..., None, None]
    return sides[:, :, :, 0] * heard[:, :, :1] + sides[:, :, :, 1] * heard[:, :, 1:]


def noises(notes: Notes, gain: torch.Tensor, tables: Tables) -> torch.Tensor:
    """Breath, wind or the felt of a hammer, on each side: (deck, lane, side, block, sample)."""
    index = (notes.column(SEED) + notes.age).long() & (NOISE - 1)
    index = index[..., None] + tables.samples
    return torch.stack((tables.noise[index], tables.noise[index + OTHER_EAR]), 2) * gain[:, :, None]
