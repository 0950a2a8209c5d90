"""The instruments of all decks: oscillators, filters, envelopes, onto the buses."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from services.synth.adapters.engines.layout import BLOCK
from services.synth.adapters.engines.torched.columns import (
    INTENSITY,
    LEFT,
    LENGTH,
    PATCH,
    PITCH,
    RIGHT,
    SEED,
    VELOCITY,
)
from services.synth.adapters.engines.torched.curves import LOG2_E
from services.synth.adapters.engines.torched.filters import Passing, filtered
from services.synth.adapters.engines.torched.memory import Ringing
from services.synth.adapters.engines.torched.oscillators import (
    noises,
    read,
    steps,
    tones,
    turned_phases,
)
from services.synth.adapters.engines.torched.sums import over_lanes
from services.synth.adapters.engines.torched.tables import Mood, Notes, Rows, Tables
from services.synth.adapters.engines.wavetables import NOISE
from services.synth.domain.playing import RATE_HZ


def play_voices(told: torch.Tensor, mood: Mood, ringing: Ringing, tables: Tables) -> torch.Tensor:
    """Play one quantum of the lanes told of: (deck, bus, side, block, sample)."""
    lanes = told.shape[1]
    notes = Notes.of(told, tables.blocks)
    patch = tables.patches.of(told[..., PATCH])
    shapes = _shapes(notes, patch, mood, tables)
    pace = steps(notes, patch, shapes.vibrato, tables)
    phases, ringing.phases[:, :lanes] = turned_phases(
        notes, pace, ringing.phases[:, :lanes], tables
    )
    targets = shapes.gains.float()
    starts, ringing.gains[:, :lanes] = _starts(notes, targets, ringing.gains[:, :lanes])
    slopes = (targets - starts)[..., None]
    late = starts[:, :, 2:, :, None] + slopes[:, :, 2:] * tables.way_before
    signals = tones(notes, patch, phases, mood, tables)
    signals = signals + (late[:, :, 0] * read(tables.sine, phases[:, :, 2]))[:, :, None]
    signals = signals + noises(notes, late[:, :, 1], tables)
    signals = signals * notes.sounds.float()[:, :, None, :, None]
    kept = torch.where(notes.begins[..., None, None], 0, ringing.filters[:, :lanes])
    low = patch["low"].float()
    passing = Passing(torch.zeros_like(low), patch["band"].float(), low)
    tuned = shapes.bend.float(), patch["damping"].float()
    signals, after = filtered(signals, tuned, passing, kept)
    ringing.filters[:, :lanes] = torch.where(notes.stays[..., None, None], after, 0)
    signals = signals * (starts[:, :, :2, :, None] + slopes[:, :, :2] * tables.way)
    shares = torch.cat(
        (torch.ones_like(patch["chorus"]), patch["chorus"], patch["delay"], patch["reverb"]), -1
    )
    return over_lanes(shares.float()[..., None, None, None] * signals[:, :, None])


def _starts(
    notes: Notes, targets: torch.Tensor, last: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Gains at the beginning of each block, and after the last."""
    last = torch.where(notes.begins[..., None], 0, last)
    return torch.cat((last[..., None], targets[..., :-1]), -1), targets[..., -1]


@dataclass(frozen=True, slots=True)
class _Shapes:
    vibrato: torch.Tensor
    bend: torch.Tensor
    gains: torch.Tensor
    """At the end of each block: (deck, lane, 4, block), as ``Ringing.gains``."""


def _shapes(notes: Notes, patch: Rows, mood: Mood, tables: Tables) -> _Shapes:
    """Whatever moves once a block."""
    curves, intensity = tables.curves, mood[INTENSITY].double()[:, None]
    age, later, velocity = notes.age.clamp(min=0), notes.later, notes.column(VELOCITY)
    time_s = age / RATE_HZ
    swept = time_s * patch["sweep_hz"] + notes.column(SEED) * 2.0**-32
    vibrato, sweep = curves.sine(torch.stack((time_s * patch["vibrato_hz"], swept)))
    contour = curves.decay(age, patch["contour_decay"].clamp(min=1))
    octave = patch["closed"] + (patch["opened"] - patch["closed"]) * intensity
    octave = octave + patch["key_follow"] * (notes.column(PITCH) - 60) / 12
    octave = octave + patch["velocity_octaves"] * (velocity - 0.5) * 2
    octave = octave + patch["contour"] * contour + patch["sweep"] * sweep
    told = curves.power((patch["quiet"] + (patch["loud"] - patch["quiet"]) * intensity) * LOG2_E)
    gain = _envelope(notes, patch, tables) * told * velocity * velocity.sqrt()
    gain = gain * _grains(notes, patch, tables) * notes.fade
    partial = patch["partial"] * curves.decay(later, patch["partial_decay"]) * notes.sounds
    noise = patch["noise"] * curves.decay(later, patch["noise_decay"]) * notes.sounds
    sides = gain * notes.column(LEFT), gain * notes.column(RIGHT)
    return _Shapes(vibrato, curves.bend(octave), torch.stack((*sides, partial, noise), 2))


def _envelope(notes: Notes, patch: Rows, tables: Tables) -> torch.Tensor:
    """Smooth attack, decay to a sustain, release, at the end of each block."""
    attack, length = patch["attack"], notes.column(LENGTH)
    age = notes.later.clamp(min=0)
    held = torch.minimum(age, length)
    risen = (held / attack.clamp(min=1e-9)).clamp(max=1)
    fallen = tables.curves.decay((held - attack).clamp(min=0), patch["decay"].clamp(min=1))
    level = torch.where(
        held < attack,
        risen * risen * (3 - 2 * risen),
        patch["sustain"] + (1 - patch["sustain"]) * fallen,
    )
    release = patch["release"].clamp(min=BLOCK)
    return level * tables.curves.decay((age - length).clamp(min=0), release)


def _grains(notes: Notes, patch: Rows, tables: Tables) -> torch.Tensor:
    """A gain that flutters without a pattern, from 1 - depth to 1."""
    place = notes.later.clamp(min=0) / RATE_HZ * patch["grain_hz"]
    whole = place.floor()
    part = place - whole
    index = (notes.column(SEED) + whole).long()
    first = tables.noise[index & (NOISE - 1)].double()
    second = tables.noise[(index + 1) & (NOISE - 1)].double()
    part = part * part * (3 - 2 * part)
    return 1 - patch["grain"] * (0.5 + 0.5 * (first + (second - first) * part))
