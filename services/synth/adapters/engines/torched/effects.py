"""Chorus, and echoes an eighth note apart."""

from __future__ import annotations

import torch

from services.synth.adapters.engines.kernels.echoes import CHORUS_LATE, ECHO_CHANGE
from services.synth.adapters.engines.layout import (
    BLOCK,
    CHORUS_DEPTH,
    CHORUS_HZ,
    CHORUS_LEVEL,
    ECHO_FEEDBACK,
    ECHO_INTO_REVERB,
    ECHO_LEVEL,
    ECHO_TONE,
    REVERB_CUT,
)
from services.synth.adapters.engines.torched.columns import (
    CHORUS_TURN,
    ECHO,
    ECHO_BLEND,
    NEXT_ECHO,
    ROOM_FROM,
)
from services.synth.adapters.engines.torched.late import flushed, late, swing, windows
from services.synth.adapters.engines.torched.memory import Ringing
from services.synth.adapters.engines.torched.recursions import powers, states
from services.synth.adapters.engines.torched.tables import Mood, Tables
from services.synth.domain.playing import QUANTUM, RATE_HZ


def room(mood: Mood, column: int) -> torch.Tensor:
    """A column of the room, for signals: (deck, 1, block, 1)."""
    return mood[ROOM_FROM + column][:, None, :, None]


def shifted(ring: torch.Tensor, newest: torch.Tensor) -> torch.Tensor:
    """A ring with a quantum behind what it held: (deck, row, sample)."""
    return torch.cat((ring, newest.flatten(-2)), -1)


def chorused(wet: torch.Tensor, mood: Mood, ringing: Ringing, tables: Tables) -> torch.Tensor:
    """Two voices on each side, each a little late: (deck, side, block, sample)."""
    ring = shifted(ringing.chorus, wet)
    ringing.chorus = ring[..., QUANTUM:]
    before = mood[CHORUS_TURN].double()[:, None]
    passed = (mood[ROOM_FROM + CHORUS_HZ] * (BLOCK / RATE_HZ)).double()[:, None]
    depth = mood[ROOM_FROM + CHORUS_DEPTH].double()[:, None]
    old, new = (
        CHORUS_LATE + depth * swing(turn + tables.apart) for turn in (before, before + passed)
    )
    heard = late(ring.repeat(1, 2, 1), old, new, tables).unflatten(1, (2, 2))
    return room(mood, CHORUS_LEVEL) * (heard[:, 0] + heard[:, 1])


def echoes(mood: Mood, ringing: Ringing, tables: Tables) -> torch.Tensor:
    """What was sent an echo ago; where the tempo changed, from both times.

    No echo is shorter than a quantum, so none needs what this quantum sends.
    """
    quiet = ringing.delay.new_zeros(*ringing.delay.shape[:-1], QUANTUM)
    ring = torch.cat((ringing.delay, quiet), -1)
    echo, other = (
        windows(ring, mood[column][:, None].expand(-1, 2, -1), 0, tables)
        for column in (ECHO, NEXT_ECHO)
    )
    changes = (mood[ECHO] != mood[NEXT_ECHO])[:, None, :, None]
    share = mood[ECHO_BLEND][:, None, :, None] + float(ECHO_CHANGE) * tables.way
    return echo + share.clamp(max=1) * changes * (other - echo)


def returned(
    heard: torch.Tensor, sent: tuple[torch.Tensor, torch.Tensor], mood: Mood, ringing: Ringing
) -> torch.Tensor:
    """Write echoes back, duller and on the other side; return what goes into the reverb.

    Parameters
    ----------
    heard
        Echoes: (deck, side, block, sample).
    sent
        Into the echoes, and into the reverb besides.
    mood
        The room.
    ringing
        The delay, and the filters of both ways.
    """
    into_echoes, into_reverb = sent
    into_reverb = into_reverb + room(mood, ECHO_LEVEL) * room(mood, ECHO_INTO_REVERB) * heard
    tone, cut = room(mood, ECHO_TONE), room(mood, REVERB_CUT)
    share = torch.cat((tone, tone, cut, cut), 1)
    comes = torch.cat((heard.flip(1), into_reverb), 1)
    keeps = (1 - share)[..., None]
    pushes = (share * comes)[..., None, :]
    before, after = states(powers(keeps, BLOCK), pushes, ringing.poles)
    ringing.poles = flushed(after)
    low = keeps[..., 0] * before[..., 0, :] + share * comes
    back = flushed(room(mood, ECHO_FEEDBACK) * low[:, :2] + into_echoes)
    ringing.delay = shifted(ringing.delay, back)[..., QUANTUM:]
    return flushed(into_reverb - low[:, 2:])
