"""Likeness of sound, as nearness of the places that recordings have among all sounds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from services.catalog.domain.music import Track

Place = Sequence[float]

SHARPNESS = 2.0
"""Per unit of distance: recordings a tenth apart in everything are half alike."""


@dataclass(frozen=True, slots=True)
class SimilarTrack:
    """A track and how much it sounds like what was asked for: 1 is the same sound."""

    track: Track
    similarity: float


def similarity(distance: float) -> float:
    """From 1 for no distance down to 0."""
    return math.exp(-SHARPNESS * distance)


def between(start: Place, end: Place, steps: int) -> Sequence[Place]:
    """Places in even steps between two, both left out."""
    return [
        [a + (b - a) * step / steps for a, b in zip(start, end, strict=True)]
        for step in range(1, steps)
    ]
