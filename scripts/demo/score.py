"""From a piece to the notes each of its layers plays: roles, patterns, form, human timing."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from scripts.demo.harmony import Chord, progression, voicings
from scripts.demo.melody import Note, Singer, melody
from scripts.demo.music import Layer, Music, Section


def score(music: Music) -> dict[str, list[Note]]:
    """Write out every layer, played as people play: phrased, swung, and never quite on the grid."""
    bars = [len(section.chords.split()) for section in music.form]
    starts = [music.bar_beats * bar for bar in accumulate(bars, initial=0)]
    parts: dict[str, list[Note]] = {}
    for layer in music.layers:
        notes: list[Note] = []
        for section, start in zip(music.form, starts, strict=False):
            if layer.name in section.layers.split():
                changes = progression(section.chords, music.key, music.bar_beats, start)
                notes += [
                    _shaped(n, section.energy, music) for n in _play(layer, section, changes, music)
                ]
        parts[layer.name] = _human(_ended(notes, layer, music), layer, music)
    return parts


def _ended(notes: list[Note], layer: Layer, music: Music) -> list[Note]:
    """Let the last bar be one held chord, spread upwards, and no more beats."""
    last_bar = music.length_beats - music.bar_beats
    closing = [note for note in notes if note.start_beat >= last_bar]
    if layer.role in {"drums", "bass"}:
        closing = closing[:1]
    moments = {pitch: 0.14 * i for i, pitch in enumerate(sorted({n.pitch for n in closing}))}
    held = [
        Note(last_bar + late, music.bar_beats - late, pitch, 0.5 * closing[0].velocity + 0.15)
        for pitch, late in (
            moments.items() if layer.role != "pad" else dict.fromkeys(moments, 0).items()
        )
    ]
    return [note for note in notes if note.start_beat < last_bar] + held


def _broadened(beat: float, music: Music) -> float:
    """Take time over the last two bars: each beat comes later than the one before."""
    into = max(0.0, beat - (music.length_beats - 2 * music.bar_beats))
    return beat + 0.05 * into**2 / music.bar_beats


def _play(layer: Layer, section: Section, changes: list[Chord], music: Music) -> list[Note]:
    if layer.role == "melody":
        rng = np.random.default_rng([music.seed, *section.tune.encode()])
        singer = Singer(layer.pattern, layer.centre_pitch, layer.degrees)
        return melody(changes, music.bar_beats, singer, rng)
    if layer.role == "drums":
        bars = len(section.chords.split())
        return _struck(layer.pattern * bars, changes[0].start_beat, bars * music.bar_beats, (60,))
    if layer.role == "bass":
        return _bass(changes, layer, music.bar_beats)
    chords = list(zip(changes, voicings(changes, layer.centre_pitch), strict=True))
    if layer.role == "pad":
        return [
            Note(c.start_beat, c.length_beats, p, 0.6) for c, voicing in chords for p in voicing
        ]
    if layer.role == "line":
        return [Note(c.start_beat, c.length_beats, voicing[-1], 0.6) for c, voicing in chords]
    play = _struck if layer.role == "chords" else _arpeggio
    return [
        note
        for c, voicing in chords
        for note in play(
            _share(layer.pattern, c, music.bar_beats), c.start_beat, c.length_beats, voicing
        )
    ]


def _share(pattern: str, change: Chord, bar_beats: int) -> str:
    """The part of a bar's pattern that falls on a chord."""
    begin = (change.start_beat % bar_beats) / bar_beats
    end = begin + change.length_beats / bar_beats
    return pattern[round(begin * len(pattern)) : round(end * len(pattern))]


def _held(pattern: str, index: int) -> int:
    """How many steps a note rings: itself and the dashes after it."""
    rest = pattern[index + 1 :]
    return 1 + len(rest) - len(rest.lstrip("-"))


def _struck(pattern: str, start: float, length: float, voicing: Sequence[int]) -> list[Note]:
    step = length / len(pattern)
    return [
        Note(start + i * step, _held(pattern, i) * step, pitch, int(mark) / 10)
        for i, mark in enumerate(pattern) if mark.isdigit()
        for pitch in voicing
    ]  # fmt: skip


def _arpeggio(pattern: str, start: float, length: float, voicing: Sequence[int]) -> list[Note]:
    step, voices = length / len(pattern), len(voicing)
    notes = []
    for i, mark in enumerate(pattern):
        if mark.isdigit():
            octave, voice = divmod(int(mark), voices)
            pitch = voicing[voice] + 12 * octave
            notes.append(Note(start + i * step, _held(pattern, i) * step, pitch, 0.62))
    return notes


def _bass(changes: list[Chord], layer: Layer, bar_beats: int) -> list[Note]:
    notes = []
    for change, following in zip(changes, [*changes[1:], changes[0]], strict=True):
        pattern = _share(layer.pattern, change, bar_beats)
        root = _near(change.pitch(change.root_step), layer.centre_pitch)
        goal = _near(following.pitch(following.root_step), layer.centre_pitch)
        side = 1 if goal < root else -1
        tones = {
            "r": root,
            "o": root + 12,
            "3": root + change.pitch(change.root_step + 2) - change.pitch(change.root_step),
            "5": root + change.pitch(change.root_step + 4) - change.pitch(change.root_step),
            "a": goal
            + change.pitch(following.root_step + side)
            - change.pitch(following.root_step),
        }
        step = change.length_beats / len(pattern)
        notes += [
            Note(change.start_beat + i * step, 0.95 * _held(pattern, i) * step, tones[m], 0.7)
            for i, m in enumerate(pattern) if m in tones
        ]  # fmt: skip
    return notes


def _near(pitch: int, centre_pitch: int) -> int:
    return centre_pitch - 6 + (pitch - centre_pitch + 6) % 12


def _shaped(note: Note, energy: float, music: Music) -> Note:
    """Lean on the first beat, swell over four bars and fall back, follow the section."""
    accent = (
        1.0 if note.start_beat % music.bar_beats == 0 else 0.9 if note.start_beat % 1 == 0 else 0.8
    )
    through = (note.start_beat / (4 * music.bar_beats)) % 1
    swell = 0.86 + 0.14 * float(np.sin(np.pi * through))
    return replace(note, velocity=note.velocity * accent * swell * energy)


def _human(notes: list[Note], layer: Layer, music: Music) -> list[Note]:
    rng = np.random.default_rng([music.seed, *layer.name.encode()])
    loose_s = 0.003 if layer.role in {"drums", "bass"} else 0.008
    played = []
    for index, note in enumerate(notes):
        beat, within = divmod(note.start_beat, 1)
        late = float(np.interp(within, (0, 0.5, 1), (0, music.swing, 1)))
        rolled = (
            index > 0 and notes[index - 1].start_beat == note.start_beat and layer.role == "chords"
        )
        shift_s = abs(rng.normal(0, loose_s)) + (0.009 if rolled else 0)
        velocity = float(np.clip(note.velocity * rng.normal(1, 0.06), 0.05, 1))
        start = _broadened(beat + late, music) + shift_s * music.tempo_bpm / 60
        played.append(replace(note, start_beat=start, velocity=velocity))
    return played
