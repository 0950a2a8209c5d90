"""Who plays: turns what is written for a part into events, with swing and a human hand."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.synth.domain.dice import Dice
from services.synth.domain.form import breath, reserve
from services.synth.domain.playing import Part
from services.synth.domain.score import BEATS, DRUMS, Event, Harmony, Piece
from services.synth.domain.styles import Style
from services.synth.domain.voicing import Voicing

_TIGHTNESS = {Part.KICK: 0.25, Part.SNARE: 0.4, Part.HAT: 0.4, Part.SHAKER: 0.5, Part.BASS: 0.2}
"""Of the looseness of a style, for those who keep the time; all others have the whole."""
_SPREAD = 0.06
"""How far loudness strays, as a share."""
_LIFT = 0.24
"""How much of intensity lies between a phrase of no energy and one of all."""
_LATEST = 0.98
_NEVER_REST = frozenset({Part.PAD, Part.BASS, Part.MELODY, Part.SWELL})


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the players of a phrase have before them."""

    piece: Piece
    style: Style
    number: int
    harmony: tuple[Harmony, ...]
    voicings: tuple[Voicing, ...]
    energy: float

    def harmony_at(self, beat: float) -> Harmony:
        """The chord of a beat, in its place."""
        return next(each for each in self.harmony if beat < each.end)

    def grates(self, beat: float, pitches: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which pitches are a semitone from a voice of the pad, or a minor ninth above one."""
        place = self.harmony.index(self.harmony_at(beat))
        apart = pitches[:, None] - np.array(self.voicings[place])[None]
        return np.asarray(np.isin(apart, (-1, 1, 13)).any(axis=1))


@dataclass(frozen=True, slots=True)
class Written:
    """A note before it is played: on the grid, at any loudness from 0 to 1."""

    beat: float
    beats: float
    pitch: float
    threshold: float
    accent: float = 1.0
    pan: float = 0.0


class Player:
    """One part of one phrase, and the chances it takes."""

    def __init__(self, sheet: Sheet, part: Part, velocity: float) -> None:
        self.sheet = sheet
        self.dice = Dice(sheet.piece.seed, part, sheet.number)
        self._part = part
        self._velocity = velocity * (0.82 + 0.3 * sheet.energy)
        self._lift = _LIFT * (0.5 - sheet.energy)
        if part not in _NEVER_REST:
            self._lift += reserve(sheet.piece.seed, part, sheet.number)

    def play(self, note: Written) -> Event:
        """Give a note its moment and its weight."""
        feel = self.sheet.style.feel
        bound = feel.looseness_ms * _TIGHTNESS.get(self._part, 1.0)
        late = self.dice.around(bound)
        loud = self._velocity * note.accent * breath(note.beat) * (1 + self.dice.around(_SPREAD))
        return Event(
            beat=swung(note.beat, feel.swing),
            # Nobody plays before the bar line: what stands on it may only be late.
            late_ms=abs(late) if note.beat % BEATS == 0 else late,
            beats=note.beats,
            pitch=note.pitch,
            velocity=min(max(loud, 0.02), 1.0),
            pan=note.pan,
            part=self._part,
            threshold=self._lifted(note.threshold),
        )

    def _lifted(self, threshold: float) -> float:
        """Phrases full of energy ask for less intensity; what always sounds always does."""
        least = 0.05 if self._part in DRUMS else 0.0
        if threshold <= least:
            return least
        return min(max(threshold + self._lift, 0.03), _LATEST)


def swung(beat: float, swing: float) -> float:
    """Where a place of the grid falls when the second half of each beat comes late."""
    whole, part = divmod(beat, 1)
    late = part * 2 * swing if part <= 0.5 else swing + (part - 0.5) * 2 * (1 - swing)  # noqa: PLR2004  the half
    return whole + late


def metric(step: int) -> float:
    """How little a sixteenth of a bar weighs: 0 for the first, 1 between the halves of beats."""
    for multiple, lightness in ((16, 0.0), (8, 0.2), (4, 0.35), (2, 0.55)):
        if step % multiple == 0:
            return lightness
    return 1.0


def threshold(thresholds: tuple[float, ...], lightness: float) -> float:
    """Between the first and the last."""
    return thresholds[0] + lightness * (thresholds[-1] - thresholds[0])
