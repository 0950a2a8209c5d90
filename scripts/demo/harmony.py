"""Keys, chords written as scale degrees, and voicings that move as little as possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from statistics import fmean

MODES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
}
TONICS = {"C": 0, "D": 2, "Eb": 3, "E": 4, "F": 5, "G": 7, "A": 9, "Bb": 10}

# Scale steps above the root. The ninth chord leaves its fifth to the overtones.
FLAVOURS = {
    "": (0, 2, 4),
    "7": (0, 2, 4, 6),
    "9": (0, 2, 6, 8),
    "+": (0, 2, 4, 8),
    "s": (0, 1, 4),
    "^": (0, 2, 4, 6),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic and a mode."""

    tonic: str
    mode: str

    @property
    def label(self) -> str:
        """The key as taggers write it: ``Am`` for modes with a minor third, ``A`` otherwise."""
        return self.tonic + ("m" if MODES[self.mode][2] == 3 else "")  # noqa: PLR2004 - a minor third

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The seven pitch classes of the key, C = 0."""
        return frozenset((TONICS[self.tonic] + step) % 12 for step in MODES[self.mode])


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in its place, with the scale that fits over it."""

    start_beat: float
    length_beats: float
    root_step: int
    steps: tuple[int, ...]
    tonic_pitch: int
    scale: tuple[int, ...]

    def pitch(self, step: int) -> int:
        """The MIDI pitch of a scale step; step 0 is the tonic below middle C."""
        return self.tonic_pitch + 12 * (step // 7) + self.scale[step % 7]

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """The chord's pitch classes, root first, C = 0."""
        return tuple(self.pitch(self.root_step + step) % 12 for step in self.steps)

    def holds(self, step: int) -> bool:
        """Whether a scale step is a note of the chord."""
        return self.pitch(step) % 12 in self.pitch_classes


def chord(text: str, key: Key, start_beat: float, length_beats: float) -> Chord:
    """Read a chord such as ``6``, ``27``, ``49`` or ``5^``: a degree from 1 to 7, then a flavour.

    ``7`` and ``9`` stack thirds, ``+`` adds a ninth to the triad, ``s`` suspends to the
    second, and ``^`` raises the third: the dominant of a minor key.
    """
    root, flavour = int(text[0]) - 1, text[1:]
    scale = list(MODES[key.mode])
    if flavour == "^":
        scale[(root + 2) % 7] += 1
    tonic_pitch = 48 + TONICS[key.tonic]
    return Chord(start_beat, length_beats, root, FLAVOURS[flavour], tonic_pitch, tuple(scale))


def progression(text: str, key: Key, bar_beats: int, start_beat: float) -> list[Chord]:
    """Read one word a bar; chords joined by ``/`` share the bar."""
    changes = []
    for bar, word in enumerate(text.split()):
        share = word.split("/")
        length = bar_beats / len(share)
        first = start_beat + bar * bar_beats
        changes += [chord(one, key, first + i * length, length) for i, one in enumerate(share)]
    return changes


def voicings(changes: Sequence[Chord], centre_pitch: int) -> list[tuple[int, ...]]:
    """Voice each chord around a centre so that every voice moves as little as it can."""
    voiced: list[tuple[int, ...]] = []
    for change in changes:
        reach = range(centre_pitch - 9, centre_pitch + 10)
        places = [[p for p in reach if p % 12 == each] for each in change.pitch_classes]
        candidates = {tuple(sorted(choice)) for choice in product(*places)}
        before = voiced[-1] if voiced else None
        voiced.append(min(sorted(candidates), key=lambda c: _effort(c, before, centre_pitch)))
    return voiced


def _effort(voicing: tuple[int, ...], before: tuple[int, ...] | None, centre_pitch: int) -> float:
    gaps = [high - low for low, high in pairwise(voicing)]
    crowding = sum(4.0 for gap in gaps if gap < 2) + sum(gap - 7 for gap in gaps if gap > 7)  # noqa: PLR2004 - semitones: seconds blur, more than a fifth gapes
    drift = abs(fmean(voicing) - centre_pitch)
    motion = sum(min(abs(pitch - old) for old in before) for pitch in voicing) if before else 0
    return motion + 0.7 * drift + 1.5 * crowding
