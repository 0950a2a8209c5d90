"""Pad, bass, broken chords and bells."""

from collections.abc import Iterator

from services.synth.domain.dice import Dice
from services.synth.domain.form import strand
from services.synth.domain.player import Player, Sheet, Written, metric, threshold
from services.synth.domain.playing import Part
from services.synth.domain.score import BARS, BEATS, Event, Harmony
from services.synth.domain.theory import OCTAVE, Chord

STEPS = 16
"""Of a bar."""
_TIED = 0.8
"""How much softer a voice enters that only stays where it is."""
_SAME_PATTERN = 0.85
_RINGS_ON = 0.5
"""Beats that a plucked tone may last into the next chord."""
_UNDER_A_PULSE = 0.75
"""How loud a held root is that is struck again and again."""
_ROOT, _THIRD, _FIFTH = 0, 1, 2


def pad(sheet: Sheet) -> Iterator[Event]:
    """All voices of each chord, for as long as it lasts."""
    register = sheet.style.pad
    player = Player(sheet, Part.PAD, register.velocity)
    before: tuple[int, ...] = ()
    for harmony, voicing in zip(sheet.harmony, sheet.voicings, strict=True):
        for voice, pitch in enumerate(voicing):
            yield player.play(
                Written(
                    harmony.beat,
                    harmony.beats,
                    pitch,
                    register.thresholds[min(voice, len(register.thresholds) - 1)],
                    accent=_TIED if pitch in before else 1.0,
                    # Neighbouring voices sit on opposite sides, the outer ones farther out.
                    pan=(-1) ** voice * (0.15 + 0.12 * voice),
                )
            )
        before = voicing


def bass(sheet: Sheet) -> Iterator[Event]:
    """The root under every chord, and a figure around it."""
    register = sheet.style.bass.register
    player = Player(sheet, Part.BASS, register.velocity)
    figure = _pattern(sheet, "bass figure", sheet.style.bass.patterns)
    held = _UNDER_A_PULSE if "r" in figure else 1.0
    pitch = (register.low + register.high) // 2
    for harmony in sheet.harmony:
        pitch = _bass_tone(player.dice, harmony.chord, pitch, sheet)
        yield player.play(Written(harmony.beat, harmony.beats, pitch, 0.0, accent=held))
        yield from _figure(player, figure, harmony, pitch)


def _bass_tone(dice: Dice, chord: Chord, before: int, sheet: Sheet) -> int:
    register = sheet.style.bass.register
    root = _nearest(chord.tones[_ROOT], before, register.low, register.high)
    third = _nearest(chord.tones[_THIRD], before, register.low, register.high)
    by_step = abs(third - before) <= 2 < abs(root - before)  # noqa: PLR2004  a whole tone
    return third if by_step and dice.chance() < 0.35 else root  # noqa: PLR2004  now and then


def _figure(player: Player, figure: str, harmony: Harmony, root: int) -> Iterator[Event]:
    register = player.sheet.style.bass.register
    for step, tone in enumerate(figure * 2):
        beat = harmony.beat // BEATS * BEATS + step / 4
        if tone == "." or not harmony.beat < beat < harmony.end:
            continue
        rest = (figure * 2)[step + 1 :]
        beats = (len(rest) - len(rest.lstrip(".")) + 1) / 4
        yield player.play(
            Written(
                beat,
                min(beats * 0.92, harmony.end - beat),
                _figured(tone, harmony.chord, root, register.high),
                threshold(register.thresholds, metric(step % STEPS)),
                accent=1.0 - 0.25 * metric(step % STEPS),
            )
        )


def _figured(tone: str, chord: Chord, root: int, high: int) -> int:
    if tone == "r":
        return root
    if tone == "o":
        return root + OCTAVE if root + OCTAVE <= high + OCTAVE // 2 else root
    place = _FIFTH if tone == "f" else _THIRD
    return root + (chord.tones[place] - root) % OCTAVE


def plucks(sheet: Sheet) -> Iterator[Event]:
    """Broken chords, each bar by a pattern, now and then by another."""
    style = sheet.style.plucks
    player = Player(sheet, Part.PLUCK, style.register.velocity)
    usual = _pattern(sheet, "pluck pattern", style.patterns)
    for bar in range(BARS):
        same = player.dice.chance() < _SAME_PATTERN
        pattern = usual if same else player.dice.one_of(style.patterns)
        for step, digit in enumerate(pattern):
            if digit == "." or player.dice.chance() < 0.06:  # noqa: PLR2004  a finger rests
                continue
            beat = bar * BEATS + step / 4
            harmony = sheet.harmony_at(beat)
            ladder = _ladder(harmony.chord, style.register.low)
            pitch = ladder[int(digit)]
            yield player.play(
                Written(
                    beat,
                    min(style.beats, max(harmony.end - beat, _RINGS_ON)),
                    pitch - OCTAVE * (pitch > style.register.high),
                    threshold(style.register.thresholds, metric(step)) + player.dice.around(0.06),
                    accent=1.0 - 0.3 * metric(step),
                    pan=0.5 * (-1) ** step * (0.4 + 0.1 * (step % 4)),
                )
            )


def bells(sheet: Sheet) -> Iterator[Event]:
    """Single tones, anywhere between the bars' first beats."""
    style = sheet.style.bells
    player = Player(sheet, Part.BELL, style.register.velocity)
    dice = player.dice
    places = sorted(
        int(dice.between(1, BARS * BEATS * 2)) / 2
        for _ in range(dice.rounded(style.a_bar * BARS * (0.6 + 0.8 * sheet.energy)))
    )
    for beat in places:
        ladder = _ladder(sheet.harmony_at(beat).chord, style.register.low)
        reach = [pitch for pitch in ladder if pitch <= style.register.high]
        yield player.play(
            Written(
                beat,
                style.beats,
                dice.one_of(reach),
                threshold(style.register.thresholds, dice.chance()),
                accent=dice.between(0.6, 1.0),
                pan=dice.between(-0.75, 0.75),
            )
        )


def _pattern(sheet: Sheet, purpose: str, patterns: tuple[str, ...]) -> str:
    return Dice(sheet.piece.seed, purpose, strand(sheet.number)).one_of(patterns)


def _ladder(chord: Chord, low: int) -> list[int]:
    """The tones of a chord from a pitch up, more than a pattern can reach."""
    tones = chord.tones
    return [pitch for pitch in range(low, low + 4 * OCTAVE) if pitch % OCTAVE in tones][:10]


def _nearest(tone: int, before: int, low: int, high: int) -> int:
    return min(
        (pitch for pitch in range(low, high + 1) if pitch % OCTAVE == tone),
        key=lambda pitch: abs(pitch - before),
    )
