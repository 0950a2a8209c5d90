"""Kick, snare, hat and shaker, and the swells that lead on."""

from collections.abc import Iterator

from services.synth.domain.dice import Dice
from services.synth.domain.form import slot, strand
from services.synth.domain.player import Player, Sheet, Written
from services.synth.domain.playing import Part
from services.synth.domain.score import BARS, BEATS, PHRASES, Event
from services.synth.domain.theory import OCTAVE, Chord

_STROKES = {
    # Pitch as in General MIDI, the place in the room, how long it rings in beats.
    Part.KICK: (36, 0.0, 0.5),
    Part.SNARE: (38, -0.12, 0.5),
    Part.HAT: (42, 0.3, 0.2),
    Part.SHAKER: (70, -0.4, 0.2),
}
_HEAVIEST = 9
_FILL = 0.35
"""Chance of a fill within a section; at its end there is always one."""
_GHOST, _LEFT_OUT = 3, 0.25
"""Strokes as light as this are left out now and then, by this chance."""


def drums(sheet: Sheet) -> Iterator[Event]:
    """Bars by pattern, the last one with a fill where a section ends."""
    style = sheet.style.drums
    written = {
        Part.KICK: style.kick,
        Part.SNARE: style.snare,
        Part.HAT: style.hat,
        Part.SHAKER: style.shaker,
    }
    for part, patterns in written.items():
        if patterns:
            yield from _strokes(sheet, part, patterns)


def _strokes(sheet: Sheet, part: Part, patterns: tuple[str, ...]) -> Iterator[Event]:
    player = Player(sheet, part, sheet.style.drums.velocity)
    pattern = Dice(sheet.piece.seed, f"{part} pattern", strand(sheet.number)).one_of(patterns)
    pitch, pan, beats = _STROKES[part]
    for bar in range(BARS):
        filled = part is Part.SNARE and bar == BARS - 1 and _fills(player)
        played = player.dice.one_of(sheet.style.drums.fills) if filled else pattern
        for step, digit in enumerate(played):
            weight = 0 if digit == "." else int(digit)
            if weight == 0 or (weight <= _GHOST and player.dice.chance() < _LEFT_OUT):
                continue
            yield player.play(
                Written(
                    bar * BEATS + step / 4,
                    beats,
                    pitch,
                    (_HEAVIEST + 1 - weight) / (_HEAVIEST + 1),
                    accent=0.1 + 0.9 * weight / _HEAVIEST,
                    pan=pan,
                )
            )


def _fills(player: Player) -> bool:
    if not player.sheet.style.drums.fills:
        return False
    return slot(player.sheet.number) == PHRASES - 1 or player.dice.chance() < _FILL


def swells(sheet: Sheet, following: Chord) -> Iterator[Event]:
    """A breath of noise into the next phrase, the stronger into a section, and over the climax."""
    style = sheet.style.swells
    player = Player(sheet, Part.SWELL, style.velocity)
    ends = slot(sheet.number) == PHRASES - 1
    beats = style.beats if ends else style.beats / 2
    pitch = 60 + (following.tones[0] - 60) % OCTAVE
    yield player.play(
        Written(
            BARS * BEATS - beats,
            beats,
            pitch,
            0.0 if ends else style.threshold,
            accent=1.0 if ends else 0.6,
            pan=player.dice.between(-0.4, 0.4),
        )
    )
    if slot(sheet.number) == PHRASES - 2:
        own = 60 + (sheet.harmony[0].chord.tones[0] - 60) % OCTAVE
        yield player.play(
            Written(0, 2 * BEATS, own, style.threshold, 0.5, player.dice.between(-0.6, 0.6))
        )
