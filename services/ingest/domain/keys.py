"""Musical keys, as musicians and as DJs name them."""

from dataclasses import dataclass

TONICS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MINOR_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic as pitch class (C = 0 ... B = 11) and a mode."""

    tonic: int
    minor: bool

    def __post_init__(self) -> None:
        if not 0 <= self.tonic < 12:  # noqa: PLR2004  semitones in an octave
            raise ValueError("tonic must be a pitch class from 0 to 11")

    @property
    def name(self) -> str:
        """The usual name: "F# minor"."""
        names, mode = (MINOR_TONICS, "minor") if self.minor else (TONICS, "major")
        return f"{names[self.tonic]} {mode}"

    @property
    def camelot(self) -> str:
        """The place on the Camelot wheel, where neighbours mix well: "11A"."""
        major = (self.tonic + 3) % 12 if self.minor else self.tonic
        # Seven semitones are a fifth, one hour of the wheel, and C major stands at 8.
        hour = (major * 7 + 8 - 1) % 12 + 1
        return f"{hour}{'A' if self.minor else 'B'}"


def mirex_score(estimate: Key, truth: Key) -> float:
    """How nearly right a key is: 1 same, .5 a fifth off, .3 relative, .2 parallel, else 0.

    References
    ----------
    MIREX 2005 audio key finding, https://www.music-ir.org/mirex/
    """
    if estimate == truth:
        return 1.0
    interval = (estimate.tonic - truth.tonic) % 12
    if estimate.minor == truth.minor:
        return 0.5 if interval in (5, 7) else 0.0
    if interval == 0:
        return 0.2
    return 0.3 if interval == (3 if truth.minor else 9) else 0.0
