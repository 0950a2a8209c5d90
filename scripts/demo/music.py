"""A piece of music as it is asked of the synth: what it begins with, where it turns, its end."""

from dataclasses import dataclass

from services.synth.domain.conductor import bar_length
from services.synth.domain.parameters import SLOWEST_BPM, Change, Parameters
from services.synth.domain.theory import SCALES, spelling

_SLOWING = {2: 0.95, 1: 0.87}
"""Of the tempo, by how many bars are left."""
_CALM = 0.2
"""The intensity of the ending."""
_MINOR_THIRD = 3


@dataclass(frozen=True, slots=True)
class Music:
    """All that decides the sound of a piece.

    Eight bars are a phrase. The second is much like the first, the third departs and the
    fourth comes home, so that sixteen or thirty-two bars make a whole.
    """

    begins: Parameters
    bars: int
    turns: tuple[tuple[int, Change], ...]
    """Each with the bar that it is heard from, counted from 0. Tempo is left to the ending."""

    @property
    def key(self) -> str:
        """As taggers write it: ``Am`` for modes with a minor third, ``A`` otherwise."""
        tonic = spelling(self.begins.tonic, self.begins.mode)[0]
        return tonic + ("m" if SCALES[self.begins.mode][2] == _MINOR_THIRD else "")

    @property
    def steered(self) -> tuple[tuple[int, Change], ...]:
        """The turns, and those of the ending: slower, thinner, without drums."""
        ending = (
            (bar, Change(tempo_bpm=self._tempo_bpm(bar), intensity=_CALM, percussion=0.0))
            for bar in range(self.bars - max(_SLOWING), self.bars)
        )
        return (*self.turns, *ending)

    def line(self, bar: int) -> int:
        """The sample at which a bar begins; that of ``bars`` is where the last one ends."""
        return sum(bar_length(self._tempo_bpm(before)) for before in range(bar))

    def _tempo_bpm(self, bar: int) -> float:
        share = _SLOWING.get(self.bars - bar, 1.0)
        return max(SLOWEST_BPM, share * self.begins.tempo_bpm)
