"""What a composer decides: players, form, key and tempo. All of it is data."""

from dataclasses import dataclass

from scripts.demo.harmony import Key

# Patterns divide the bar evenly. In ``arp`` a digit picks a voice of the chord, in ``bass``
# r 3 5 o a stand for root, third, fifth, octave and the approach to the next root, and in
# ``chords`` and ``drums`` a digit is a velocity. A dot is a rest, a dash holds on.


@dataclass(frozen=True, slots=True)
class Layer:
    """One player: what it plays on, its role, and its place in the mix.

    ``level_lu`` is its loudness beside a melody at 0, ``pan`` runs from -1 (left) to 1.
    """

    name: str
    instrument: str
    role: str
    pattern: str = ""
    centre_pitch: int = 60
    level_lu: float = 0.0
    pan: float = 0.0
    reverb: float = 0.3
    echo: float = 0.0
    degrees: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the form: its chords, who plays, how strongly, and which tune is sung."""

    chords: str
    layers: str
    energy: float
    tune: str = ""


@dataclass(frozen=True, slots=True)
class Music:
    """All that decides the sound of a piece; the same seed writes the same notes."""

    seed: int
    tempo_bpm: int
    bar_beats: int
    key: Key
    layers: tuple[Layer, ...]
    form: tuple[Section, ...]
    swing: float = 0.5
    hall_s: float = 2.2

    @property
    def length_beats(self) -> int:
        """The length of the written music, without its ring-out."""
        return self.bar_beats * sum(len(section.chords.split()) for section in self.form)
