"""How decks are steered from block to block, which depends on settings alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines.kernels.echoes import ECHO_CHANGE
from services.synth.adapters.engines.kernels.reverb import WANDER_HZ
from services.synth.adapters.engines.layout import BEFORE, BLOCK, BLOCKS, CHORUS_HZ
from services.synth.adapters.engines.torched.columns import (
    CHORUS_TURN,
    ECHO,
    ECHO_BLEND,
    GLIDING,
    LAST_BEFORE,
    LAST_TIMBRE,
    MOOD,
    NEXT_ECHO,
    NOW_BEFORE,
    PERCUSSION,
    REVERB_TURN,
    ROOM_FROM,
    TIMBRE,
)
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Table = npt.NDArray[np.float32]

GLIDE = 1 - math.exp(-BLOCK / (0.06 * RATE_HZ))
ROOM_GLIDE = 1 - math.exp(-BLOCK / (0.5 * RATE_HZ))
BEFORE_GLIDE = np.float32(0.25)
"""The three of ``kernels/playing.py``, which would have numba look for what it compiled."""
GLIDES = np.array([GLIDE] * ROOM_FROM + [ROOM_GLIDE] * BEFORE, dtype=np.float32)
UNHEARD = np.float32(1e-4)
"""Percussion that is being turned off ends here."""


def targets(settings: Sequence[npt.NDArray[np.void]], rooms: Table) -> tuple[Table, Table]:
    """What the settings of each deck ask for: (quantum, deck, GLIDING + 1), (quantum, deck)."""
    told = np.stack(settings, axis=1)
    steered = [told[name][..., None] for name in ("intensity", "timbre", "percussion")]
    return np.concatenate([*steered, rooms[told["sound"]]], -1), told["echo"].astype(np.float32)


def glided(mood: Table, first: npt.NDArray[np.bool_], asked: tuple[Table, Table]) -> Table:
    """Glide towards what is asked for, and remember where that ended.

    Parameters
    ----------
    mood
        (deck, MOOD): where each deck stands; changed in place.
    first
        Whether a deck has not played yet: it stands at once where it is asked to.
    asked
        What ``targets`` answers.

    Returns
    -------
    Table
        (deck, block, MOOD)
    """
    goals, echoes = asked
    mood[first, : NOW_BEFORE + 1] = goals[0, first]
    mood[first, LAST_BEFORE] = mood[first, NOW_BEFORE]
    mood[first, ECHO] = mood[first, NEXT_ECHO] = echoes[0, first]
    moods = np.empty((len(mood), len(goals) * BLOCKS, MOOD), np.float32)
    for block in range(moods.shape[1]):
        _step(mood, goals[block // BLOCKS], echoes[block // BLOCKS])
        moods[:, block] = mood
        _turn(mood)
    return moods


def _step(mood: Table, goal: Table, echo: npt.NDArray[np.float32]) -> None:
    mood[:, LAST_TIMBRE] = mood[:, TIMBRE]
    mood[:, :GLIDING] += GLIDES * (goal[:, :GLIDING] - mood[:, :GLIDING])
    off = (goal[:, PERCUSSION] == 0) & (mood[:, PERCUSSION] < UNHEARD)
    mood[off, PERCUSSION] = 0
    way = goal[:, NOW_BEFORE] - mood[:, NOW_BEFORE]
    mood[:, NOW_BEFORE] += np.clip(way, -BEFORE_GLIDE, BEFORE_GLIDE)
    steady = mood[:, NEXT_ECHO] == mood[:, ECHO]
    mood[:, NEXT_ECHO] = np.where(steady, echo, mood[:, NEXT_ECHO])


def _turn(mood: Table) -> None:
    """Go one block further."""
    mood[:, LAST_BEFORE] = mood[:, NOW_BEFORE]
    mood[:, CHORUS_TURN] += mood[:, ROOM_FROM + CHORUS_HZ] * np.float32(BLOCK / RATE_HZ)
    mood[:, REVERB_TURN] += np.float32(WANDER_HZ * BLOCK / RATE_HZ)
    for turn in (CHORUS_TURN, REVERB_TURN):
        mood[:, turn] -= np.floor(mood[:, turn])
    changes = mood[:, NEXT_ECHO] != mood[:, ECHO]
    mood[:, ECHO_BLEND] += np.where(changes, ECHO_CHANGE, np.float32(0))
    there = changes & (mood[:, ECHO_BLEND] >= 1)
    mood[there, ECHO] = mood[there, NEXT_ECHO]
    mood[there, ECHO_BLEND] = 0
