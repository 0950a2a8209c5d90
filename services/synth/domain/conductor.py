"""Walks a stream through its music: from parameters, changes and phrases to what is played.

A bar is a whole number of samples long, so that bar lines lie on samples and a day of music
adds up exactly. Notes begin on any sample. Intensity, timbre and percussion change on the
first quantum from their position on; style, key, mode, tempo and seed on the first bar line,
and an engine's setting follows them with the next quantum. Bar n is bar n % 8 of phrase n // 8
of whatever is being played: a change goes on with the count.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from services.synth.domain.agenda import Agenda, Pending, change_from, parameters_from
from services.synth.domain.parameters import Change, Parameters
from services.synth.domain.phrases import Composer
from services.synth.domain.playing import QUANTUM, RATE_HZ, Note, Setting, Span
from services.synth.domain.score import BARS, BEATS, DRUMS, Event, Phrase, Piece
from services.synth.domain.styles import style_named


@dataclass(frozen=True, slots=True)
class Bar:
    """The beginning of a bar: its number from 0, its sample, its chord."""

    number: int
    position: int
    chord: str


class Conductor:
    """One stream's place in its music.

    Parameters
    ----------
    parameters
        What it begins with. Raises InvalidInput for a style there is not.
    compose
        Who writes the phrases; a `Phrases` remembers them.
    """

    def __init__(self, parameters: Parameters, compose: Composer) -> None:
        style_named(parameters.style)
        self._compose = compose
        self._parameters = parameters
        self._agenda = Agenda()
        self._position = 0
        self._bar, self._line = -1, 0
        """The bar that is played and where it began; before the first, -1."""
        self._anew = False
        self._notes: list[tuple[Note, float]] = []
        self._played = 0

    @classmethod
    def restore(cls, state: Mapping[str, Any], compose: Composer) -> Self:
        """Go on from a state as if there had been no pause."""
        conductor = cls(parameters_from(state["parameters"]), compose)
        conductor._position, conductor._bar = state["position"], state["bar"]
        conductor._line, conductor._anew = state["line"], state["anew"]
        conductor._agenda = Agenda(
            Pending(position, change_from(given)) for position, given in state["pending"]
        )
        if conductor._bar >= 0:
            conductor._write()
        return conductor

    @property
    def state(self) -> dict[str, Any]:  # JSON
        """All that what comes next depends on; JSON can carry it."""
        return {
            "parameters": asdict(self._parameters),
            "position": self._position,
            "bar": self._bar,
            "line": self._line,
            "anew": self._anew,
            "pending": [[each.position, each.change.given()] for each in self._agenda],
        }

    @property
    def position(self) -> int:
        """The next sample to be played."""
        return self._position

    @property
    def parameters(self) -> Parameters:
        """As they are at the position."""
        return self._parameters

    @property
    def bound_for(self) -> Parameters:
        """As they will be once every pending change is heard."""
        return self._agenda.after(self._parameters)

    def schedule(self, change: Change, not_before: int) -> int:
        """Take a change up, and say from which sample on it is part of the music.

        Raises InvalidInput for a value out of its range or a style there is not.
        """
        position = self.place(change, not_before)
        self._agenda.add(change, position)
        return position

    def place(self, change: Change, not_before: int) -> int:
        """Where a change would take effect, if it were taken up; refuses as `schedule`."""
        style_named(self.bound_for.changed(change).style)
        not_before = max(not_before, self._position)
        if not change.waits_for_a_bar:
            return _quantum_from(not_before)
        # Never before one that waits: a new tempo would move the bar line the other was told.
        return self._line_from(max(not_before, *self._agenda.positions(at_a_bar_line=True), 0))

    def apply(self, change: Change, position: int) -> None:
        """Take a change up where it was placed, as the log of the stream has it."""
        if position < self._position:
            raise ValueError(f"sample {position} has been played: now is {self._position}")
        self._agenda.add(change, position)

    def ahead(self) -> tuple[tuple[Piece, int], ...]:
        """The phrases that will be wanted next, soonest first, for `Phrases.prepare`."""
        phrase = max(self._bar, 0) // BARS
        now, then = Piece.of(self._parameters), Piece.of(self.bound_for)
        wanted = [(now, phrase), (then, (self._bar + 1) // BARS), (then, phrase + 1)]
        return tuple(dict.fromkeys(wanted))

    def advance(self, quanta: int) -> tuple[Span, tuple[Bar, ...]]:
        """Walk on: what is to be played meanwhile, and the bars that begin in it."""
        start, end = self._position, self._position + quanta * QUANTUM
        settings: list[Setting] = []
        notes: list[Note] = []
        bars: list[Bar] = []
        while self._position < end:
            bars += self._cross(self._position, notes)
            for change in self._agenda.due(self._position, at_a_bar_line=False):
                self._parameters = self._parameters.changed(change)
            stop = min(end, self._turn())
            settings += [self._setting()] * ((stop - self._position) // QUANTUM)
            bars += self._cross(stop - 1, notes)
            self._take(stop, notes)
            self._position = stop
        return Span(start, tuple(settings), tuple(notes)), tuple(bars)

    def _turn(self) -> int:
        """The end of the last quantum whose setting is as now."""
        at_once = self._agenda.positions(at_a_bar_line=False)
        return min(_quantum_from(each) for each in (self._next_line(), *at_once))

    def _cross(self, until: int, notes: list[Note]) -> list[Bar]:
        """Begin the bars whose line is reached by then, each after the last notes before it."""
        bars = []
        while (line := self._next_line()) <= until:
            self._take(line, notes)
            before = Piece.of(self._parameters)
            for change in self._agenda.due(line, at_a_bar_line=True):
                self._parameters = self._parameters.changed(change)
            self._anew = self._bar >= 0 and before != Piece.of(self._parameters)
            self._bar, self._line = self._bar + 1, line
            self._write()
            chord = self._phrase().chord_at(self._bar % BARS * BEATS)
            bars.append(Bar(self._bar, line, chord.name))
        return bars

    def _next_line(self) -> int:
        return self._line + (bar_length(self._parameters.tempo_bpm) if self._bar >= 0 else 0)

    def _line_from(self, not_before: int) -> int:
        line, parameters = self._next_line(), self._parameters
        while line < not_before:
            parameters = self._agenda.after(parameters, line)
            line += bar_length(parameters.tempo_bpm)
        return line

    def _take(self, until: int, notes: list[Note]) -> None:
        """Hand out the notes that begin before a sample and sound as things stand now."""
        while self._played < len(self._notes):
            note, threshold = self._notes[self._played]
            if note.position >= until:
                return
            now = self._parameters
            notes += [note] if threshold <= _presence(now, note) else []
            self._played += 1

    def _setting(self) -> Setting:
        now = self._parameters
        sound = style_named(now.style).sound
        return Setting(sound, now.tempo_bpm, now.intensity, now.timbre, now.percussion)

    def _phrase(self) -> Phrase:
        return self._compose(Piece.of(self._parameters), self._bar // BARS)

    def _write(self) -> None:
        """Set the bar's notes down in samples."""
        self._notes = sorted(self._written(), key=lambda pair: pair[0].position)
        positions = [note.position for note, _ in self._notes]
        self._played = bisect_left(positions, self._position)

    def _written(self) -> Iterator[tuple[Note, float]]:
        phrase, bar = self._phrase(), self._bar % BARS
        length = bar_length(self._parameters.tempo_bpm)
        for event in (*(phrase.held_into(bar) if self._anew else ()), *phrase.bars[bar]):
            yield _note(event, self._line, length), event.threshold


def bar_length(tempo_bpm: float) -> int:
    """Samples of a bar: whole, which turns the tempo by less than 6 millionths."""
    return round(BEATS * 60 * RATE_HZ / tempo_bpm)


def _note(event: Event, line: int, length: int) -> Note:
    """Set an event down in a bar, never before its line nor past its end."""
    per_beat = length / BEATS
    offset = round(event.beat % BEATS * per_beat + event.late_ms * RATE_HZ / 1000)
    return Note(
        position=line + min(max(offset, 0), length - 1),
        length=max(QUANTUM, round(event.beats * per_beat)),
        pitch=event.pitch,
        velocity=event.velocity,
        pan=event.pan,
        part=event.part,
    )


def _presence(parameters: Parameters, note: Note) -> float:
    return parameters.percussion if note.part in DRUMS else parameters.intensity


def _quantum_from(position: int) -> int:
    return -(-position // QUANTUM) * QUANTUM
