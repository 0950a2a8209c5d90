"""The large shape: sections of four phrases, in waves of several sections."""

from math import pi, sin

from services.synth.domain.dice import Dice
from services.synth.domain.score import BARS, BEATS, PHRASES

_WAVE = 26
"""Phrases of the long wave, some eleven minutes: not whole sections, so that crests wander."""
_ARC = (-0.08, 0.0, 0.2, -0.06)
"""A section climbs to its third phrase and lets go in the fourth."""

_RESTS = (0.35, 0.15, 0.0, 0.3)
"""Chance that a part other than pad, bass and melody sits a phrase of a section out."""
_HELD_BACK = 0.28


def section(number: int) -> int:
    """Of a phrase."""
    return number // PHRASES


def slot(number: int) -> int:
    """Of a phrase in its section, from 0."""
    return number % PHRASES


def strand(number: int) -> int:
    """What phrases of one pattern have in common: all of a section but the third, which departs."""
    return 2 * section(number) + (slot(number) == PHRASES - 2)


def energy(seed: int, number: int) -> float:
    """How much a phrase gives, from 0 to 1: the long wave, the section's arc, a little chance."""
    offset = Dice(seed, "wave").chance()
    wave = sin(2 * pi * (number / _WAVE + offset))
    chance = Dice(seed, "energy", number).around(0.1)
    return min(max(0.45 + 0.25 * wave + _ARC[slot(number)] + chance, 0.0), 1.0)


def reserve(seed: int, part: str, number: int) -> float:
    """How much more intensity a part asks for in a phrase: some sit out, to come in afresh."""
    place = slot(number)
    if Dice(seed, f"rests {part}", number).chance() < _RESTS[place]:
        return _HELD_BACK
    return -_ARC[place] / 2


def breath(beat: float) -> float:
    """The dynamics within a phrase, up to 1: swelling to its fifth bar and falling."""
    return 0.84 + 0.16 * sin(pi * (beat / (BARS * BEATS)) ** 0.85)
