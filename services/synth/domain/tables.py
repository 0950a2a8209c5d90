"""Which chord follows which, per mode: read from services/synth/modes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt

from services.synth.domain.parameters import Mode
from services.synth.domain.reading import Unreadable, Within, read
from services.synth.domain.theory import DEGREES, degree_named

FOLDER = Path(__file__).parents[1] / "modes"
PAIRS_SHARE = 0.7
"""Of the next chord, that follows from the last two, where the table knows the two."""

Weights = dict[str, Annotated[float, Within(0, 100)]]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Written:
    """A file of a mode: degrees as Roman numerals, weights of any size."""

    openers: Weights
    after: dict[str, Weights]
    after_two: dict[str, Weights]
    cadences: dict[str, Weights]


@dataclass(frozen=True, slots=True)
class Tables:
    """What a mode's chords do."""

    openers: npt.NDArray[np.float64]
    """How readily a phrase begins with each degree."""
    follow: npt.NDArray[np.float64]
    """Chance of a degree, the last axis, after the two before it."""
    cadences: Mapping[str, Mapping[Pair, float]]
    """By name, the last two chords of a phrase, and how heavy they weigh."""


@cache
def tables(mode: Mode) -> Tables:
    """Those of a mode. Raises Unreadable."""
    path = FOLDER / f"{mode}.toml"
    written = read(Written, path)
    try:
        return _tables(written)
    except ValueError as refusal:
        raise Unreadable(f"{path.name}: {refusal}") from refusal


def _tables(written: Written) -> Tables:
    first = np.stack([_row(written.after.get(name, {}), name) for name in _names(written)])
    follow = np.repeat(first[None], DEGREES, axis=0)
    for names, weights in written.after_two.items():
        before, last = _pair(names)
        pairs = _row(weights, names)
        follow[before, last] = PAIRS_SHARE * pairs + (1 - PAIRS_SHARE) * first[last]
    cadences = {
        kind: {_pair(names): weight for names, weight in weights.items()}
        for kind, weights in written.cadences.items()
    }
    return Tables(_row(written.openers, "openers"), follow, cadences)


def _names(written: Written) -> list[str]:
    names = {degree_named(name): name for name in written.after}
    missing = [degree + 1 for degree in range(DEGREES) if degree not in names]
    if missing:
        raise ValueError(f"after has no chord of degree {missing[0]}")
    return [names[degree] for degree in range(DEGREES)]


def _row(weights: Weights, where: str) -> npt.NDArray[np.float64]:
    row = np.zeros(DEGREES)
    for name, weight in weights.items():
        row[degree_named(name)] += weight
    if not row.sum() > 0:
        raise ValueError(f"{where} leads nowhere")
    return np.asarray(row / row.sum())


def _pair(names: str) -> Pair:
    first, _, second = names.partition(" ")
    return degree_named(first), degree_named(second)
