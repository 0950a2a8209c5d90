"""A whole span on one deck."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.compiling import entry, kernel
from services.synth.adapters.engines.kernels.echoes import add_chorus, add_echoes
from services.synth.adapters.engines.kernels.master import TARGET, master
from services.synth.adapters.engines.kernels.reverb import add_reverb
from services.synth.adapters.engines.kernels.strikes import begin_strike, play_strike
from services.synth.adapters.engines.kernels.voices import begin_voice, play_voice
from services.synth.adapters.engines.layout import (
    BEFORE,
    BLOCK,
    BLOCKS,
    COLUMNS,
    FREE,
    ROOM,
    DeckState,
    Instruments,
    Record,
    Scratch,
)
from services.synth.adapters.engines.plans import Plan
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    import numpy.typing as npt

f32 = np.float32
GLIDE = f32(1 - math.exp(-BLOCK / (0.06 * RATE_HZ)))
"""A block: what is steered is there after a fifth of a second."""
ROOM_GLIDE = f32(1 - math.exp(-BLOCK / (0.5 * RATE_HZ)))
"""A block: the room of another sound is there within a second or two."""
BEFORE_GLIDE = f32(0.25)
"""Samples in a block: bends the pitch of the reverb by 7 cents at most."""


@entry
def play_span(
    state: DeckState,
    plan: Plan,
    instruments: Instruments,
    scratch: Scratch,
    out: npt.NDArray[np.float32],
) -> None:
    """Play a span, and remember where it ended: (2, samples)."""
    next_note = 0
    for block in range(len(plan.settings) * BLOCKS):
        setting = plan.settings[block // BLOCKS]
        arrange(state, setting, instruments)
        while next_note < len(plan.notes) and plan.notes[next_note].block <= block:
            begin(state, plan.notes[next_note], instruments)
            next_note += 1
        play_block(state, instruments, scratch, out, block * BLOCK)


@kernel
def arrange(state: DeckState, setting: Record, instruments: Instruments) -> None:
    """Glide towards a setting; what has not played yet stands there at once."""
    mood, room = state.mood[0], instruments.rooms[setting.sound]
    mood.last_timbre = mood.timbre
    if mood.block == 0:
        mood.intensity, mood.timbre = setting.intensity, setting.timbre
        mood.percussion, mood.last_timbre = setting.percussion, setting.timbre
        mood.echo = mood.next_echo = setting.echo
        for column in range(COLUMNS):
            state.room[column] = room[column]
        mood.before = room[BEFORE]
        mood.slow = TARGET
    mood.intensity += GLIDE * (setting.intensity - mood.intensity)
    mood.timbre += GLIDE * (setting.timbre - mood.timbre)
    mood.percussion += GLIDE * (setting.percussion - mood.percussion)
    if setting.percussion == 0 and mood.percussion < f32(1e-4):
        mood.percussion = f32(0)
    if mood.next_echo == mood.echo:
        mood.next_echo = setting.echo
    glide_room(state, room)


@kernel
def glide_room(state: DeckState, room: npt.NDArray[np.float32]) -> None:
    """Go a little towards the room of the sound that plays now."""
    here = state.room
    for column in range(ROOM):
        here[column] += ROOM_GLIDE * (room[column] - here[column])
    way = room[BEFORE] - here[BEFORE]
    here[BEFORE] += min(max(way, -BEFORE_GLIDE), BEFORE_GLIDE)


@kernel
def begin(state: DeckState, note: Record, instruments: Instruments) -> None:
    """Begin a note."""
    if note.drum >= 0:
        begin_strike(state.strikes, note)
    elif note.part >= 0:
        begin_voice(state.voices, state.last_pitch, note, instruments.patches[note.patch])


@kernel
def play_block(
    state: DeckState,
    instruments: Instruments,
    scratch: Scratch,
    out: npt.NDArray[np.float32],
    at: int,
) -> None:
    """Play the notes there are, the room, and the master."""
    mood = state.mood[0]
    scratch.buses[:] = f32(0)
    for number in range(len(state.voices)):
        if state.voices[number].state != FREE:
            play_voice(state.voices[number], mood, instruments, scratch)
    for number in range(len(state.strikes)):
        if state.strikes[number].state != FREE:
            play_strike(state.strikes[number], mood, instruments, scratch)
    add_chorus(state, scratch)
    add_echoes(state, scratch)
    add_reverb(state, scratch)
    master(state, scratch, out, at)
    mood.block += 1
