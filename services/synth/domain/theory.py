"""Scales and chords, and their names."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from services.synth.domain.parameters import Mode

OCTAVE = 12
"""Semitones."""
DEGREES = 7

SCALES = {
    Mode.IONIAN: (0, 2, 4, 5, 7, 9, 11),
    Mode.DORIAN: (0, 2, 3, 5, 7, 9, 10),
    Mode.PHRYGIAN: (0, 1, 3, 5, 7, 8, 10),
    Mode.LYDIAN: (0, 2, 4, 6, 7, 9, 11),
    Mode.MIXOLYDIAN: (0, 2, 4, 5, 7, 9, 10),
    Mode.AEOLIAN: (0, 2, 3, 5, 7, 8, 10),
}
"""Semitones above the tonic."""

_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii")
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MINOR_THIRD, _MAJOR_SECOND, _FOURTH, _FIFTH, _MAJOR_SIXTH, _MAJOR_SEVENTH = 3, 2, 5, 7, 9, 11


class Colour(StrEnum):
    """What is stacked on a root."""

    TRIAD = "triad"
    SEVENTH = "seventh"
    NINTH = "ninth"
    ADDED_NINTH = "added ninth"
    SIXTH = "sixth"
    SECOND = "suspended second"
    FOURTH = "suspended fourth"


_STEPS = {
    Colour.TRIAD: (0, 2, 4),
    Colour.SEVENTH: (0, 2, 4, 6),
    Colour.NINTH: (0, 2, 4, 6, 1),
    Colour.ADDED_NINTH: (0, 2, 4, 1),
    Colour.SIXTH: (0, 2, 4, 5),
    Colour.SECOND: (0, 1, 4),
    Colour.FOURTH: (0, 3, 4),
}
_NEEDS = {
    Colour.NINTH: (1, _MAJOR_SECOND),
    Colour.ADDED_NINTH: (1, _MAJOR_SECOND),
    Colour.SECOND: (1, _MAJOR_SECOND),
    Colour.FOURTH: (3, _FOURTH),
    Colour.SIXTH: (5, _MAJOR_SIXTH),
}
"""The step of a colour that must be so many semitones above the root, or it grates."""


@dataclass(frozen=True, slots=True)
class Chord:
    """A colour on a degree, counted from 0, of a key."""

    tonic: int
    mode: Mode
    degree: int
    colour: Colour

    @property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes: the root first, then as they are stacked."""
        return _tones(self)

    @property
    def name(self) -> str:
        """As musicians write it: Dm7, Fmaj9, Gsus4."""
        root = spelling(self.tonic, self.mode)[self.degree]
        fifth, third = above(self.mode, self.degree, 4), above(self.mode, self.degree, 2)
        seventh = above(self.mode, self.degree, 6)
        return root + _suffix(self.colour, third, fifth, seventh)


def above(mode: Mode, degree: int, steps: int) -> int:
    """Semitones, within an octave, from a degree to one so many steps of the scale higher."""
    scale = SCALES[mode]
    return (scale[(degree + steps) % DEGREES] - scale[degree]) % OCTAVE


def scale_tones(tonic: int, mode: Mode) -> frozenset[int]:
    """The pitch classes of a key."""
    return frozenset((tonic + semitones) % OCTAVE for semitones in SCALES[mode])


def fits(colour: Colour, mode: Mode, degree: int) -> bool:
    """Whether a colour sounds well on a degree: no minor ninths, no bent fifths."""
    if colour in _NEEDS:
        step, semitones = _NEEDS[colour]
        pure = above(mode, degree, 4) == _FIFTH
        return pure and above(mode, degree, step) == semitones
    return True


def degree_named(numeral: str) -> int:
    """A degree from 0 by its Roman numeral, in either case. Raises ValueError for no numeral."""
    if numeral.lower() not in _NUMERALS:
        raise ValueError(f"{numeral!r} is no degree from I to VII")
    return _NUMERALS.index(numeral.lower())


@lru_cache(maxsize=4096)
def _tones(chord: Chord) -> tuple[int, ...]:
    scale = SCALES[chord.mode]
    steps = _STEPS[chord.colour]
    return tuple((chord.tonic + scale[(chord.degree + step) % 7]) % OCTAVE for step in steps)


def _suffix(colour: Colour, third: int, fifth: int, seventh: int) -> str:
    minor, diminished = third == _MINOR_THIRD, fifth < _FIFTH
    if colour in (Colour.SEVENTH, Colour.NINTH):
        number = "9" if colour is Colour.NINTH else "7"
        if diminished:
            return f"m{number}b5"
        if minor:
            return f"m{number}"
        return f"maj{number}" if seventh == _MAJOR_SEVENTH else number
    if colour is Colour.TRIAD and diminished:
        return "dim"
    suffixes = {
        Colour.TRIAD: "",
        Colour.ADDED_NINTH: "add9",
        Colour.SIXTH: "6",
        Colour.SECOND: "sus2",
        Colour.FOURTH: "sus4",
    }
    suspended = colour in (Colour.SECOND, Colour.FOURTH)
    return ("m" if minor and not suspended else "") + suffixes[colour]


@lru_cache(maxsize=128)
def spelling(tonic: int, mode: Mode) -> tuple[str, ...]:
    """The names of a key's notes from its tonic up: each letter once, few sharps or flats."""
    pitches = [(tonic + semitones) % OCTAVE for semitones in SCALES[mode]]
    letters = list(_NATURALS)
    spelled = [_spelled(pitches, letters[start:] + letters[:start]) for start in range(DEGREES)]
    return min(spelled, key=lambda names: sum(len(name) ** 2 for name in names))


def _spelled(pitches: list[int], letters: list[str]) -> tuple[str, ...]:
    names = []
    for pitch, letter in zip(pitches, letters, strict=True):
        shift = (pitch - _NATURALS[letter] + OCTAVE // 2) % OCTAVE - OCTAVE // 2
        names.append(letter + ("#" if shift > 0 else "b") * abs(shift))
    return tuple(names)
