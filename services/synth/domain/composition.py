"""Composes phrases: all that is played in eight bars, from a piece and a number alone."""

from itertools import chain

from services.synth.domain.accompaniment import bass, bells, pad, plucks
from services.synth.domain.form import energy
from services.synth.domain.harmony import first_chord, harmony
from services.synth.domain.melody import melody
from services.synth.domain.percussion import drums, swells
from services.synth.domain.player import Sheet
from services.synth.domain.score import BARS, Event, Phrase, Piece
from services.synth.domain.styles import style_named
from services.synth.domain.voicing import voicings


def compose(piece: Piece, number: int) -> Phrase:
    """Write a phrase. Any one can be written without those before it."""
    style = style_named(piece.style)
    chords = harmony(piece, style.harmony, number)
    following = first_chord(piece, style.harmony, number + 1)
    register = style.pad
    voices = len(register.thresholds)
    voiced = voicings(
        [each.chord for each in chords], following, voices, register.low, register.high
    )
    sheet = Sheet(piece, style, number, chords, tuple(voiced), energy(piece.seed, number))
    events = chain(
        pad(sheet),
        bass(sheet),
        melody(sheet),
        plucks(sheet),
        bells(sheet),
        drums(sheet),
        swells(sheet, following),
    )
    return Phrase(number, chords, _in_bars(events))


def _in_bars(events: chain[Event]) -> tuple[tuple[Event, ...], ...]:
    bars: list[list[Event]] = [[] for _ in range(BARS)]
    for event in events:
        bars[event.bar].append(event)
    return tuple(tuple(sorted(bar, key=lambda event: event.beat)) for bar in bars)
