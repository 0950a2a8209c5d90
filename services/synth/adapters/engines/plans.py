"""A span as arrays that an engine can walk through."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from libs.common.faults import InvalidInput
from services.synth.adapters.engines import layout
from services.synth.domain.playing import QUANTUM, RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from services.synth.domain.playing import Note, Setting, Span

_INSTRUMENT = {part: number for number, part in enumerate(layout.INSTRUMENTS)}
_DRUM = {part: number for number, part in enumerate(layout.DRUMS)}
ECHO_BEATS = 0.5
"""An eighth note: from 60 to 120 BPM that is 500 to 250 ms."""


class Plan(NamedTuple):
    """What is to be played, by block."""

    settings: npt.NDArray[np.void]
    notes: npt.NDArray[np.void]


def plan_of(span: Span, sounds: Mapping[str, int]) -> Plan:
    """Lay a span out. ``sounds`` numbers those that there are.

    Raises
    ------
    InvalidInput
        A setting names a sound that there is not.
    """
    settings = _settings(span, sounds)
    notes = [_note(note, span.position, settings) for note in span.notes]
    return Plan(settings, np.array(notes, dtype=layout.NOTE))


def _settings(span: Span, sounds: Mapping[str, int]) -> npt.NDArray[np.void]:
    rows: dict[Setting, tuple[float, ...]] = {}
    for setting in span.settings:
        if setting not in rows:
            if setting.sound not in sounds:
                raise InvalidInput(f"no sound {setting.sound!r}, of {', '.join(sounds)}")
            echo = round(ECHO_BEATS * 60 / setting.tempo_bpm * RATE_HZ)
            rows[setting] = (
                sounds[setting.sound],
                min(max(echo, QUANTUM), layout.DELAY_RING - layout.BLOCK),
                setting.intensity,
                setting.timbre,
                setting.percussion,
            )
    return np.array([rows[setting] for setting in span.settings], dtype=layout.SETTING)


def _note(note: Note, beginning: int, settings: npt.NDArray[np.void]) -> tuple[float, ...]:
    onset = note.position - beginning
    sound = int(settings["sound"][onset // QUANTUM])
    drum = _DRUM.get(note.part, -1)
    part = _INSTRUMENT.get(note.part, -1)
    patch = sound * len(_DRUM) + drum if drum >= 0 else sound * len(_INSTRUMENT) + part
    return (
        onset // layout.BLOCK,
        drum,
        patch,
        part,
        note.pitch,
        note.velocity,
        note.pan,
        note.length,
        _seed(note),
    )


def _seed(note: Note) -> int:
    """A number of the note's own, for where its oscillators and its noise begin."""
    mixed = (
        note.position * 0x9E3779B97F4A7C15 + round(note.pitch * 64) * 0xBF58476D1CE4E5B9
    ) % 2**64
    mixed = (mixed ^ mixed >> 31) * 0x94D049BB133111EB % 2**64
    return mixed >> 32
