"""Chord progressions: a second-order Markov chain that is led to its cadence.

What a phrase begins with and how it ends is drawn first, from its number alone, and the way
between is drawn from the chain given both ends. So any phrase can be written without those
before it, and still leads into the next.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.synth.domain.dice import Dice
from services.synth.domain.parameters import Mode
from services.synth.domain.score import PHRASES, Harmony, Piece
from services.synth.domain.styles import Harmonies
from services.synth.domain.tables import Pair, Tables, tables
from services.synth.domain.theory import DEGREES, Chord, Colour, fits

_SAME_AGAIN = 0.15
"""How much less likely a phrase begins with the chord the last one ended on."""
_NEVER_QUITE = 1e-6
"""Chance of what no table foresees: there is a way between any two ends."""


def harmony(piece: Piece, harmonies: Harmonies, number: int) -> tuple[Harmony, ...]:
    """The chords of a phrase, one after the other from its first beat to its last."""
    source = _source(number)
    rhythm = Dice(piece.seed, "harmonic rhythm", source).one_of(harmonies.rhythms)
    degrees = _degrees(piece, harmonies, number, len(rhythm))
    chords: list[Harmony] = []
    beat = 0
    dice = Dice(piece.seed, "colour", source)
    for degree, beats in zip(degrees, rhythm, strict=True):
        colour = _colour(piece.mode, degree, harmonies, dice)
        chords += _resolved(Harmony(beat, beats, Chord(piece.tonic, piece.mode, degree, colour)))
        beat += beats
    return tuple(chords)


def first_chord(piece: Piece, harmonies: Harmonies, number: int) -> Chord:
    """What a phrase begins with; all that the one before it needs to know."""
    degree = _opener(piece, harmonies, tables(piece.mode), number)
    # The first that is drawn, as in the phrase itself.
    dice = Dice(piece.seed, "colour", _source(number))
    colour = _colour(piece.mode, degree, harmonies, dice)
    return Chord(piece.tonic, piece.mode, degree, colour)


def _source(number: int) -> int:
    """The phrase whose chances this one shares: the second of a section those of the first.

    With another end they lead another way, but it stays the same tune's harmony.
    """
    return number - 1 if number % PHRASES == 1 else number


def _degrees(piece: Piece, harmonies: Harmonies, number: int, length: int) -> Sequence[int]:
    table = tables(piece.mode)
    _, before = _cadence(piece, harmonies, table, number - 1)
    opener = _opener(piece, harmonies, table, number)
    last_two = _cadence(piece, harmonies, table, number)
    dice = Dice(piece.seed, "progression", _source(number))
    return _bridge(table.follow, (before, opener), last_two, length, dice)


def _cadence(piece: Piece, harmonies: Harmonies, table: Tables, number: int) -> Pair:
    dice = Dice(piece.seed, "cadence", number)
    kind = dice.weighed(harmonies.cadences[number % PHRASES])
    return dice.weighed(table.cadences[kind])


def _opener(piece: Piece, harmonies: Harmonies, table: Tables, number: int) -> int:
    if number == 0:
        return 0  # a piece begins at home
    before, last = _cadence(piece, harmonies, table, number - 1)
    weights = table.openers * (table.follow[before, last] + 0.1)
    weights[last] *= _SAME_AGAIN
    return Dice(piece.seed, "opener", number).weighed(dict(enumerate(weights.tolist())))


def _bridge(
    follow: npt.NDArray[np.float64], first: Pair, last_two: Pair, length: int, dice: Dice
) -> list[int]:
    """Draw a way of so many chords from the second of a pair to another pair.

    Backwards the chance to arrive is summed up for every two chords, forwards each chord is
    drawn by its own chance times that: exactly the chain, given its ends.
    """
    chances = follow + _NEVER_QUITE
    chances[:, range(DEGREES), range(DEGREES)] = _NEVER_QUITE**2
    arrive = np.zeros((DEGREES, DEGREES))
    arrive[last_two] = 1
    arrivals = [arrive]
    for _ in range(length - 2):
        arrivals.append(np.einsum("abc,bc->ab", chances, arrivals[-1]))
    way = list(first)
    for arrive in reversed(arrivals):
        before, last = way[-2:]
        weights = chances[before, last] * arrive[last]
        way.append(dice.weighed(dict(enumerate(weights.tolist()))))
    return way[1:]


def _colour(mode: Mode, degree: int, harmonies: Harmonies, dice: Dice) -> Colour:
    weights = {
        colour: weight for colour, weight in harmonies.colours.items() if fits(colour, mode, degree)
    }
    return dice.weighed(weights)


def _resolved(harmony: Harmony) -> list[Harmony]:
    """A suspended fourth falls to its third in the second half; all else stays."""
    chord = harmony.chord
    if chord.colour is not Colour.FOURTH:
        return [harmony]
    half = harmony.beats / 2
    resolution = Chord(chord.tonic, chord.mode, chord.degree, Colour.TRIAD)
    return [Harmony(harmony.beat, half, chord), Harmony(harmony.beat + half, half, resolution)]
