"""The drums of all decks: a sine that falls, and a burst of filtered noise."""

from __future__ import annotations

import torch

from services.synth.adapters.engines.layout import BLOCK
from services.synth.adapters.engines.torched.columns import (
    INTENSITY,
    LEFT,
    PATCH,
    PERCUSSION,
    RIGHT,
    SEED,
    VELOCITY,
)
from services.synth.adapters.engines.torched.curves import LOG2_E
from services.synth.adapters.engines.torched.filters import Passing, filtered
from services.synth.adapters.engines.torched.memory import Ringing
from services.synth.adapters.engines.torched.oscillators import CYCLE, read
from services.synth.adapters.engines.torched.sums import over_lanes
from services.synth.adapters.engines.torched.tables import Mood, Notes, Rows, Tables
from services.synth.adapters.engines.wavetables import NOISE
from services.synth.domain.playing import RATE_HZ


def play_strikes(told: torch.Tensor, mood: Mood, ringing: Ringing, tables: Tables) -> torch.Tensor:
    """Play one quantum of the lanes told of: (deck, bus, side, block, sample)."""
    lanes = told.shape[1]
    notes = Notes.of(told, tables.blocks)
    kit = tables.kits.of(told[..., PATCH])
    targets = _gains(notes, kit, mood, tables).float()
    last = torch.where(notes.begins[..., None], 0, ringing.strike_gains[:, :lanes])
    starts = torch.cat((last[..., None], targets[..., :-1]), -1)
    first = (notes.age == 0)[:, :, None]
    placed = torch.where(first, targets[:, :, :2], starts[:, :, :2])
    starts = torch.cat((placed, starts[:, :, 2:]), 2)
    ringing.strike_gains[:, :lanes] = targets[..., -1]
    gains = starts[..., None] + (targets - starts)[..., None] * tables.way
    body = _body(notes, kit, ringing, tables) * gains[:, :, 2]
    hiss = _hiss(notes, kit, mood, ringing, tables) * gains[:, :, 3]
    heard = (body + hiss)[:, :, None] * gains[:, :, :2]
    shares = torch.cat((torch.ones_like(kit["delay"]), kit["delay"], kit["reverb"]), -1)
    return over_lanes(shares.float()[..., None, None, None] * heard[:, :, None])


def _gains(notes: Notes, kit: Rows, mood: Mood, tables: Tables) -> torch.Tensor:
    """Left, right, body, noise at the end of each block: (deck, lane, 4, block)."""
    curves, intensity = tables.curves, mood[INTENSITY].double()[:, None]
    shape = (notes.later.clamp(min=0) / kit["attack"].clamp(min=1)).clamp(max=1) * notes.fade
    body = kit["body"] * curves.decay(notes.later, kit["body_decay"]) * shape
    noise = kit["noise"] * curves.decay(notes.later, kit["noise_decay"]) * shape
    loud = curves.power((kit["quiet"] + (kit["loud"] - kit["quiet"]) * intensity) * LOG2_E)
    gain = loud * notes.column(VELOCITY) * mood[PERCUSSION].double().sqrt()[:, None]
    return torch.stack((gain * notes.column(LEFT), gain * notes.column(RIGHT), body, noise), 2)


def _body(notes: Notes, kit: Rows, ringing: Ringing, tables: Tables) -> torch.Tensor:
    """The sine, at full loudness: (deck, lane, block, sample)."""
    lanes = notes.told.shape[1]
    turns = torch.where(notes.begins, 0, ringing.turns[:, :lanes])
    pace = _pace(notes.age, kit, tables)
    bend = (_pace(notes.later, kit, tables) - pace) / BLOCK
    paces = (pace[..., None] + bend[..., None] * tables.samples).long()
    paces = paces * notes.sounds.long()[..., None]
    passed = paces.flatten(-2).cumsum(-1)
    ringing.turns[:, :lanes] = (turns + passed[..., -1]) & (CYCLE - 1)
    return read(tables.sine, turns[..., None, None] + passed.view_as(paces) - paces)


def _pace(age: torch.Tensor, kit: Rows, tables: Tables) -> torch.Tensor:
    """How far the sine goes in a sample."""
    falls = tables.curves.decay(age.clamp(min=0), kit["falls_decay"].clamp(min=1))
    return kit["body_hz"] * tables.curves.power(kit["falls"] * falls) * (CYCLE / RATE_HZ)


def _hiss(notes: Notes, kit: Rows, mood: Mood, ringing: Ringing, tables: Tables) -> torch.Tensor:
    """The noise, at full loudness: (deck, lane, block, sample)."""
    lanes = notes.told.shape[1]
    octave = kit["closed"] + (kit["opened"] - kit["closed"]) * mood[INTENSITY].double()[:, None]
    index = (notes.column(SEED) + notes.age).long() & (NOISE - 1)
    noise = tables.noise[index[..., None] + tables.samples]
    noise = noise * notes.sounds.float()[..., None]
    kept = torch.where(notes.begins[..., None, None], 0, ringing.strike_filters[:, :lanes])
    high = kit["high"].float()
    passing = Passing(high, kit["band"].float(), torch.zeros_like(high))
    tuned = tables.curves.bend(octave).float(), kit["damping"].float()
    heard, after = filtered(noise[:, :, None], tuned, passing, kept)
    ringing.strike_filters[:, :lanes] = torch.where(notes.stays[..., None, None], after, 0)
    return heard[:, :, 0]
