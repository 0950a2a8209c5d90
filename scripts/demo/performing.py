"""A piece as the synth plays it, from its first sample until nothing rings any more."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from scripts.demo.music import Music
from services.synth.domain.playing import QUANTUM, RATE_HZ, Engine, Part, Sound, Span
from services.synth.render import rendered, spans

_RINGS_S = 10.0
"""The longest that a room of the synth rings."""
_SILENCE = 10 ** (-60 / 20)
_FADE_S = 1.0


def performed(music: Music, engine: Engine) -> Sound:
    """The sound of a piece: (2, samples). The same music gives the same samples."""
    return _let_go(np.concatenate(list(rendered(score(music), engine)), axis=1))


def score(music: Music) -> Iterator[Span]:
    """All that is played, and the time after it in which the room rings."""
    # A quantum early, so that what turns at once has done so when the bar begins.
    changes = [(music.line(bar) - QUANTUM, change) for bar, change in music.steered]
    seconds = music.line(music.bars) / RATE_HZ + _RINGS_S
    return (_ended(span, music) for span in spans(music.begins, seconds, changes))


def _ended(span: Span, music: Music) -> Span:
    """The span without what would lie behind the end, and without swells that lead there."""
    last, end = music.line(music.bars - 1), music.line(music.bars)
    notes = (
        replace(note, length=min(note.length, max(end - note.position, QUANTUM)))
        for note in span.notes
        if note.position < end
        and not (note.part is Part.SWELL and note.position + note.length > last)
    )
    return replace(span, notes=tuple(notes))


def _let_go(sound: Sound) -> Sound:
    """Cut off what is too soft to be heard, and let the last second fade."""
    heard = int(np.flatnonzero(np.abs(sound).max(axis=0) > _SILENCE)[-1]) + 1
    fade = round(_FADE_S * RATE_HZ)
    kept = sound[:, : heard + fade].copy()
    kept[:, -fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1, dtype=np.float32) / fade)
    return kept
