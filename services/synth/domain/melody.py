"""The tune: motifs set to the harmony, seven tones in ten of its chords.

A phrase is planned in cells of two bars. Its tones are given a role first: most belong to the
chord, a quarter to the scale besides, one in twenty leads chromatically into the next. Then one
line is found through all of them at once which follows the motifs' heights, steps rather than
leaps, and passes through what is foreign to the chord.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from services.synth.domain.dice import Dice
from services.synth.domain.form import section, slot
from services.synth.domain.motifs import SPAN, bank, statement
from services.synth.domain.player import Player, Sheet, Written
from services.synth.domain.playing import Part
from services.synth.domain.score import BEATS, Event
from services.synth.domain.theory import DEGREES, OCTAVE, scale_tones

SCALE_SHARE, CHROMATIC_SHARE = 0.25, 0.05
_APPROACH = 0.5
"""Beats that a chromatic tone lasts, taken from the tone or the rest before."""
_LEAPS = np.array([1.6, 0, 0, 0.4, 0.5, 0.7, 4, 0.9, 1.8, 1.6, 4, 6, 1.8])
"""What an interval of so many semitones costs, from the unison to the octave."""
_TOO_FAR = 12.0
_FOREIGN_STEP = 2
"""Semitones: a tone foreign to the chord is reached and left by no more."""
_GRATING = 1.5
_IMPOSSIBLE = 1e6


class Role(StrEnum):
    """What a tone is to the harmony."""

    CHORD = "chord"
    SCALE = "scale"
    CHROMATIC = "chromatic"


@dataclass(slots=True)
class _Planned:
    beat: float
    beats: float
    height: float
    cell: int
    role: Role = Role.CHORD
    closing: bool = False


def melody(sheet: Sheet) -> Iterator[Event]:
    """The tune of a phrase."""
    register = sheet.style.melody.register
    player = Player(sheet, Part.MELODY, register.velocity)
    planned = _planned(sheet, player.dice)
    if not planned:
        return
    _assign(planned, player.dice)
    line = _with_approaches(planned, _line(planned, sheet, player.dice), sheet, player.dice)
    for tone, pitch in line:
        yield player.play(
            Written(
                tone.beat,
                tone.beats * 0.97,
                pitch,
                register.thresholds[tone.cell],
                accent=0.78 + 0.22 * min(_strength(tone), 1.0),
                pan=-0.08,
            )
        )


def _planned(sheet: Sheet, dice: Dice) -> list[_Planned]:
    melodies = sheet.style.melody
    part = section(sheet.number)
    form = Dice(sheet.piece.seed, "form", part).one_of(melodies.forms)
    motifs = bank(sheet.piece.seed, melodies, part)
    heights = melodies.heights[slot(sheet.number)]
    return [
        _Planned(place * SPAN + tone.beat, tone.beats, heights[place] + tone.height, place)
        for place, cell in enumerate(form[slot(sheet.number)])
        for tone in statement(cell, motifs, melodies, dice)
    ]


def _strength(tone: _Planned) -> float:
    """How much a tone is heard as belonging: by its place in the bar and its length."""
    by_beat = {0.0: 1.0, 2.0: 0.7}.get(tone.beat % BEATS, 0.45 if tone.beat % 1 == 0 else 0.1)
    return by_beat + 0.15 * min(tone.beats, BEATS)


def _assign(planned: list[_Planned], dice: Dice) -> None:
    """Give out roles, the chromatic ones to tones made for it."""
    chromatic = dice.rounded(len(planned) * CHROMATIC_SHARE / (1 - CHROMATIC_SHARE))
    targets = [place for place in range(1, len(planned)) if _room(planned, place) >= _APPROACH]
    targets = sorted(targets, key=lambda place: dice.chance() - 0.2 * _strength(planned[place]))
    chosen = sorted(targets[:chromatic])
    scale = dice.rounded((len(planned) + len(chosen)) * SCALE_SHARE)
    keeps = {len(planned) - 1, *chosen}
    planned[-1].closing = True
    weakest = sorted(
        (place for place in range(len(planned)) if place not in keeps),
        key=lambda place: _strength(planned[place]) + 0.5 * dice.chance(),
    )
    for place in weakest[:scale]:
        planned[place].role = Role.SCALE
    for place in reversed(chosen):
        planned.insert(place, _approach(planned[place - 1], planned[place]))


def _room(planned: Sequence[_Planned], place: int) -> float:
    """Beats before a tone that an approach could have, its neighbour keeping as many."""
    before, tone = planned[place - 1], planned[place]
    if before.cell != tone.cell:
        return 0.0
    rest = tone.beat - before.beat - before.beats
    return rest or before.beats - _APPROACH


def _approach(before: _Planned, target: _Planned) -> _Planned:
    beat = target.beat - _APPROACH
    before.beats = min(before.beats, beat - before.beat)
    return _Planned(beat, _APPROACH, target.height, target.cell, Role.CHROMATIC)


def _line(planned: Sequence[_Planned], sheet: Sheet, dice: Dice) -> list[int]:
    """The cheapest way through all tones but the chromatic ones."""
    register = sheet.style.melody.register
    pitches = np.arange(register.low, register.high + 1)
    leaps = np.abs(pitches[:, None] - pitches[None])
    moves = np.where(leaps <= OCTAVE, _LEAPS[np.minimum(leaps, OCTAVE)], _TOO_FAR)
    foreign = moves + np.where((leaps == 0) | (leaps > _FOREIGN_STEP), 4.0, 0.0)
    tones = [tone for tone in planned if tone.role is not Role.CHROMATIC]
    cost = _fitness(tones[0], pitches, sheet, dice)
    origins = []
    for before, tone in pairwise(tones):
        passing = Role.SCALE in (before.role, tone.role)
        total = cost[:, None] + (foreign if passing else moves)
        origins.append(total.argmin(axis=0))
        cost = total.min(axis=0) + _fitness(tone, pitches, sheet, dice)
    places = [int(cost.argmin())]
    for origin in reversed(origins):
        places.append(int(origin[places[-1]]))
    return [int(pitches[place]) for place in reversed(places)]


def _fitness(
    tone: _Planned, pitches: npt.NDArray[np.int64], sheet: Sheet, dice: Dice
) -> npt.NDArray[np.float64]:
    """What is against each pitch for a tone by itself."""
    register = sheet.style.melody.register
    harmony = sheet.harmony_at(tone.beat)
    chord = harmony.chord.tones
    classes = pitches % OCTAVE
    if tone.role is Role.CHORD:
        allowed = np.isin(classes, chord)
    else:
        scale = scale_tones(sheet.piece.tonic, sheet.piece.mode)
        allowed = np.isin(classes, sorted(scale - set(chord)))
    aim = (register.low + register.high) / 2 + tone.height * OCTAVE / DEGREES
    cost = 0.4 * np.abs(pitches - aim + dice.around(1.0))
    cost += _GRATING * sheet.grates(tone.beat, pitches)
    if tone.closing:
        cost += 1.2 * ~np.isin(classes, chord[:3])
    end = tone.beat + tone.beats
    if end > harmony.end:
        following = sheet.harmony_at(min(harmony.end, sheet.harmony[-1].beat)).chord
        cost += np.where(np.isin(classes, following.tones), 0.0, 1.5)
    return np.where(allowed, cost, _IMPOSSIBLE)


def _with_approaches(
    planned: Sequence[_Planned], line: Sequence[int], sheet: Sheet, dice: Dice
) -> Iterator[tuple[_Planned, int]]:
    """Add the chromatic tones, each a semitone from the next, mostly from below."""
    scale = scale_tones(sheet.piece.tonic, sheet.piece.mode)
    left = list(reversed(line))
    for tone in planned:
        if tone.role is not Role.CHROMATIC:
            yield tone, left.pop()
            continue
        side = -1 if dice.chance() < 0.65 else 1  # noqa: PLR2004  as singers prefer
        # No scale has two semitones in a row: one side of any tone lies outside.
        outside = (left[-1] + side) % OCTAVE not in scale
        yield tone, left[-1] + (side if outside else -side)
