"""Motifs: figures of two bars that come back, and how they are varied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.synth.domain.cells import ENDING, REST, Cell
from services.synth.domain.dice import Dice
from services.synth.domain.score import BEATS
from services.synth.domain.styles import Melodies

SPAN = 2 * BEATS
"""Beats of a motif."""
_THEME_LASTS = 5
"""Sections, before the piece finds another theme."""
_FEWEST = 3
"""Tones of a motif one can recognise."""
_ORNAMENTS, _LONG = 0.4, 2.0
"""How often a statement is ornamented, and from how many beats on a tone can be."""
_BREATH = 1.0
"""Beats between motifs, of the last tone half at most."""
_TURN = {0: 1.0, 1: 4.5, 2: 2.5, 3: 1.2, 4: 1.0, 5: 0.3}
"""How likely a motif moves by so many steps of the scale."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone of a motif: its beat and length, and its height in steps of the scale."""

    beat: float
    beats: float
    height: float


Motif = tuple[Tone, ...]


def bank(seed: int, melodies: Melodies, section: int) -> Mapping[str, Motif]:
    """The motifs of a section: a of its own, b the theme that runs through several."""
    own = motif(Dice(seed, "motif", section), melodies.rhythms)
    theme = motif(Dice(seed, "theme", section // _THEME_LASTS), melodies.rhythms)
    return {"a": own, "b": theme}


def motif(dice: Dice, rhythms: Sequence[Sequence[float]]) -> Motif:
    """Invent one: two bars of rhythm, and a line that turns back after it has gone far."""
    places: list[tuple[float, float]] = []
    while len(places) < _FEWEST:
        places = [*rhythm(dice.one_of(rhythms), 0), *rhythm(dice.one_of(rhythms), BEATS)]
    height, tones = 0.0, []
    for beat, beats in places:
        tones.append(Tone(beat, beats, height))
        up = dice.chance() < 0.5 - 0.12 * height
        height += dice.weighed(_TURN) * (1 if up else -1)
    return tuple(tones)


def statement(cell: Cell, motifs: Mapping[str, Motif], melodies: Melodies, dice: Dice) -> Motif:
    """What a cell calls for."""
    if cell.motif == REST:
        return ()
    if cell.motif == ENDING:
        return _ending(dice, melodies)
    tones = _varied_as(cell, motifs[cell.motif], melodies, dice)
    return _breathing(_ornamented(tones, dice) if dice.chance() < _ORNAMENTS else tones)


def _varied_as(cell: Cell, tones: Motif, melodies: Melodies, dice: Dice) -> Motif:
    if cell.broad:
        tones = tuple(
            Tone(2 * tone.beat, 2 * tone.beats, tone.height) for tone in tones if tone.beat < BEATS
        )
    if cell.varied:
        tones = _varied(tones, dice.one_of(melodies.rhythms))
    if cell.inverted:
        tones = tuple(replace(tone, height=-tone.height) for tone in tones)
    return tuple(replace(tone, height=tone.height + cell.steps) for tone in tones)


def rhythm(bar: Sequence[float], start: float) -> list[tuple[float, float]]:
    """Beats and lengths of the notes of a rhythm."""
    places = []
    for beats in bar:
        if beats > 0:
            places.append((start, beats))
        start += abs(beats)
    return places


def _ornamented(tones: Motif, dice: Dice) -> Motif:
    """One of the longer tones turns to its neighbour halfway."""
    long = [tone for tone in tones if tone.beats >= _LONG]
    if not long:
        return tones
    chosen = dice.one_of(long)
    half = chosen.beats / 2
    turned = chosen.height + dice.one_of((-2, -1, 1, 2))
    halves = replace(chosen, beats=half), Tone(chosen.beat + half, half, turned)
    place = tones.index(chosen)
    return (*tones[:place], *halves, *tones[place + 1 :])


def _breathing(tones: Motif) -> Motif:
    """The last tone gives way to a breath."""
    *before, last = tones
    rest = SPAN - last.beat - last.beats
    breath = max(min(_BREATH, last.beats / 2) - rest, 0)
    return (*before, replace(last, beats=last.beats - breath))


def _varied(tones: Motif, bar: Sequence[float]) -> Motif:
    """The first bar as it was, the second to another rhythm, along the same line."""
    kept = [tone for tone in tones if tone.beat < BEATS]
    line = [tone.height for tone in tones if tone.beat >= BEATS] or [0.0]
    added = (
        Tone(beat, beats, line[min(place, len(line) - 1)])
        for place, (beat, beats) in enumerate(rhythm(bar, BEATS))
    )
    return (*kept, *added)


def _ending(dice: Dice, melodies: Melodies) -> Motif:
    """A line that comes down, or up, to rest."""
    places = rhythm(dice.one_of(melodies.endings), 0)
    slope = dice.weighed({1.0: 3, 0.5: 1, 1.5: 1, -0.7: 1})
    last = len(places) - 1
    return tuple(
        Tone(beat, beats, slope * (last - place)) for place, (beat, beats) in enumerate(places)
    )
