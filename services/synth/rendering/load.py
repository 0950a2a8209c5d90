"""What is left out when there is more to render than there is time."""

from collections.abc import Mapping, Set
from dataclasses import replace

from services.synth.domain.playing import Part, Span

SMOOTHING = 0.2
"""Of each tick in the average: five of them, half a second."""
HEAVY, TOO_HEAVY, LIGHT = 0.8, 1.0, 0.6
"""Parts of the time there is."""

GROUND = frozenset({Part.PAD, Part.BASS})
CALM = GROUND | {Part.KICK, Part.SNARE, Part.MELODY}
KEPT: Mapping[int, Set[Part]] = {0: frozenset(Part), 1: CALM, 2: GROUND}
"""What still begins, by how hard the times are. What sounds already fades as it would."""


class Load:
    """Watches how long rendering takes of the time there is."""

    def __init__(self) -> None:
        self._average = 0.0
        self.level = 0
        """0: everything is played; 1: fewer parts; 2: the ground alone."""

    def note(self, part_of_time: float) -> None:
        """Take note of a tick that took so much of its time."""
        self._average += SMOOTHING * (min(part_of_time, 4.0) - self._average)
        if self._average > TOO_HEAVY:
            self.level = 2
        elif self._average > HEAVY:
            self.level = max(self.level, 1)
        elif self._average < LIGHT:
            self.level = 0


def thinned(span: Span, level: int) -> Span:
    """The span without the notes that are left out in such times."""
    if level == 0:
        return span
    return replace(span, notes=tuple(note for note in span.notes if note.part in KEPT[level]))
