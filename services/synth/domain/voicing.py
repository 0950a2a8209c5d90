"""Spreads chords over voices so that each moves as little as it can.

References
----------
D. Tymoczko, *A Geometry of Music*, Oxford, 2011, chapter 2: voice leading as a distance.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from services.synth.domain.theory import OCTAVE, Chord, Colour

Voicing = tuple[int, ...]
"""MIDI numbers, from the lowest voice to the highest."""
_Voicings = npt.NDArray[np.int64]

_NARROWEST = ((46, 12), (52, 7), (57, 4), (62, 3))
"""Below a pitch, the least semitones to the next voice: closer is mud. Above, two."""
_WIDEST = 9
"""Semitones between neighbours, save the lowest two."""
_KEPT = 48
"""Voicings of a chord that are weighed against those of its neighbours."""
_FIFTHS_AND_OCTAVES = (7, 0)


def voicings(
    chords: Sequence[Chord], following: Chord, voices: int, low: int, high: int
) -> list[Voicing]:
    """Voice a progression.

    The first chord is voiced by itself, near the middle of the range, and so is the one that
    follows the progression: any two phrases fit together, and neither needs the other.

    Parameters
    ----------
    chords
        The progression.
    following
        The first chord of what comes next.
    voices
        How many, 4 or 5.
    low, high
        The range of them all, MIDI numbers.
    """
    choices = [_candidates(chord, voices, low, high) for chord in chords]
    first, last = _home(chords[0], voices, low, high), _home(following, voices, low, high)
    steps = [(first[None], np.zeros(1)), *choices[1:], (last[None], np.zeros(1))]
    cost = steps[0][1]
    origins = []
    for (before, _), (after, own) in pairwise(steps):
        total = cost[:, None] + _movement(before, after)
        origins.append(total.argmin(axis=0))
        cost = total.min(axis=0) + own
    return _traced(steps, origins)[:-1]


def _traced(
    steps: Sequence[tuple[_Voicings, npt.NDArray[np.float64]]],
    origins: Sequence[npt.NDArray[np.int64]],
) -> list[Voicing]:
    index = 0
    way = [steps[-1][0][index]]
    for (voicings_before, _), origin in zip(reversed(steps[:-1]), reversed(origins), strict=True):
        index = int(origin[index])
        way.append(voicings_before[index])
    return [tuple(int(pitch) for pitch in voicing) for voicing in reversed(way)]


def _movement(before: _Voicings, after: _Voicings) -> npt.NDArray[np.float64]:
    """What it costs to go from each of some voicings to each of others."""
    moved = after[None] - before[:, None]
    far = np.abs(moved)
    cost = far.sum(axis=2) + 0.12 * (far**2).sum(axis=2)
    together = (np.diff(np.sign(moved), axis=2) == 0) & (moved[..., 1:] != 0)
    for interval in _FIFTHS_AND_OCTAVES:
        hollow = np.diff(before, axis=1) % OCTAVE == interval
        still = np.diff(after, axis=1) % OCTAVE == interval
        cost = cost + 1.5 * (together & hollow[:, None] & still[None]).sum(axis=2)
    return np.asarray(cost, np.float64)


def _home(chord: Chord, voices: int, low: int, high: int) -> _Voicings:
    pitches, cost = _candidates(chord, voices, low, high)
    return np.asarray(pitches[int(cost.argmin())])


@lru_cache(maxsize=2048)
def _candidates(
    chord: Chord, voices: int, low: int, high: int
) -> tuple[_Voicings, npt.NDArray[np.float64]]:
    """The best voicings of a chord by themselves, and what is against each."""
    tones = chord.tones
    within = [pitch for pitch in range(low, high + 1) if pitch % OCTAVE in tones]
    found = np.array(list(combinations(within, voices)))
    found = found[_clear(found)]
    classes = found % OCTAVE
    count = np.stack([(classes == tone).sum(axis=1) for tone in tones], axis=1)
    whole = (count[:, _needed(chord)] > 0).all(axis=1)
    found, count = found[whole], count[whole]
    cost = 0.8 * np.abs(found.mean(axis=1) - (low + high) / 2) + _doubling(count)
    cost += 0.1 * np.diff(found, axis=1).std(axis=1) * voices
    best = np.argsort(cost, kind="stable")[:_KEPT]
    return found[best], cost[best]


def _clear(found: _Voicings) -> npt.NDArray[np.bool_]:
    gaps = np.diff(found, axis=1)
    least = np.full_like(gaps, 2)
    for below, narrowest in reversed(_NARROWEST):
        least[found[:, :-1] < below] = narrowest
    return np.asarray(
        (gaps >= least).all(axis=1) & (gaps[:, 1:] <= _WIDEST).all(axis=1) & (gaps[:, 0] <= OCTAVE)
    )


def _needed(chord: Chord) -> list[int]:
    """The places of the tones that make a chord what it is; the bass has the root besides."""
    full = {Colour.TRIAD: [0, 1, 2], Colour.SECOND: [0, 1, 2], Colour.FOURTH: [0, 1, 2]}
    rich = [place for place in range(1, len(chord.tones)) if place != 2]  # noqa: PLR2004  the fifth
    return full.get(chord.colour, rich)


def _doubling(count: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Doubled roots cost nothing, fifths little, thirds and what grates much; gaps some."""
    price = np.array([0.1, 1.2, 0.3, 2.0, 2.0])[: count.shape[1]]
    missing = np.array([0.8, 0, 0.4, 0, 0])[: count.shape[1]]
    return np.asarray(
        (np.maximum(count - 1, 0) * price).sum(axis=1) + ((count == 0) * missing).sum(axis=1)
    )
