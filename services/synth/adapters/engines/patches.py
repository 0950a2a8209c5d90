"""Sounds as the numbers an engine computes with: samples, octaves, nepers, linear gains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from services.synth.adapters.engines import layout, wavetables
from services.synth.domain.playing import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.synth.adapters.engines.sounds import Drum, Instrument, Sound, Wave

NEPERS_PER_DB = math.log(10) / 20
Row = dict[str, float]


def instruments(sounds: Mapping[str, Sound], waves: Mapping[str, Wave]) -> layout.Instruments:
    """Lay out all sounds; their numbers follow the order of the mapping."""
    numbers = {name: number for number, name in enumerate(waves)}
    patches = [
        _patch(getattr(sound, part), numbers)
        for sound in sounds.values()
        for part in layout.INSTRUMENTS
    ]
    kits = [_kit(getattr(sound, part)) for sound in sounds.values() for part in layout.DRUMS]
    return layout.Instruments(
        patches=_records(patches, layout.PATCH),
        kits=_records(kits, layout.KIT),
        rooms=np.array([_room(sound) for sound in sounds.values()], dtype=np.float32),
        waves=wavetables.wavetables(waves.values()),
        sine=wavetables.sine(),
        noise=wavetables.noise(layout.BLOCK),
    )


def _records(rows: Sequence[Row], dtype: np.dtype[np.void]) -> np.ndarray:
    names = dtype.names or ()
    return np.array([tuple(row[name] for name in names) for row in rows], dtype=dtype)


def _patch(told: Instrument, waves: Mapping[str, int]) -> Row:
    same = "sustain", "key_follow", "velocity_octaves", "sweep_hz", "tone", "partial"
    also = "partial_ratio", "noise", "vibrato_hz", "grain_hz", "chorus", "delay", "reverb"
    near, far = _spread(told.width)
    return {
        **{name: getattr(told, name) for name in (*same, *also)},
        "round": waves[told.waves[0]],
        "glassy": waves[told.waves[1]],
        "quiet": told.level_db[0] * NEPERS_PER_DB,
        "loud": told.level_db[1] * NEPERS_PER_DB,
        "attack": _samples(told.attack_ms),
        "decay": _samples(told.decay_ms),
        "release": _samples(told.release_ms) / math.log(1000),
        "closed": math.log2(told.cutoff_hz[0]),
        "opened": math.log2(told.cutoff_hz[1]),
        "damping": 1 / told.resonance,
        "low": float(told.passes == "low"),
        "band": float(told.passes == "band"),
        "contour": told.contour_octaves,
        "contour_decay": _samples(told.contour_ms),
        "sweep": told.sweep_octaves,
        "detune": told.detune_cents / 1200 / 2,
        "near": near,
        "far": far,
        "partial_decay": _samples(told.partial_ms) or math.inf,
        "noise_decay": _samples(told.noise_ms) or math.inf,
        "vibrato": told.vibrato_cents / 1200,
        "grain": told.grain_depth,
        "glide": _samples(told.glide_ms),
    }


def _kit(told: Drum) -> Row:
    return {
        "quiet": told.level_db[0] * NEPERS_PER_DB,
        "loud": told.level_db[1] * NEPERS_PER_DB,
        "attack": _samples(told.attack_ms),
        "body": told.body,
        "body_hz": told.body_hz,
        "body_decay": _samples(told.body_ms),
        "falls": told.falls_octaves,
        "falls_decay": _samples(told.falls_ms),
        "noise": told.noise,
        "closed": math.log2(told.noise_hz[0]),
        "opened": math.log2(told.noise_hz[1]),
        "damping": 1 / told.noise_resonance,
        "high": float(told.noise_passes == "high"),
        "band": float(told.noise_passes == "band"),
        "noise_decay": _samples(told.noise_ms),
        "delay": told.delay,
        "reverb": told.reverb,
    }


def _room(told: Sound) -> tuple[float, ...]:
    """One row, in the order of the columns that ``layout`` names."""
    chorus, delay, reverb = told.chorus, told.delay, told.reverb
    return (
        told.gain_db[0] * NEPERS_PER_DB,
        told.gain_db[1] * NEPERS_PER_DB,
        chorus.rate_hz,
        _samples(chorus.depth_ms),
        chorus.level,
        delay.feedback,
        _one_pole(delay.tone_hz),
        delay.level,
        delay.into_reverb,
        reverb.lasts_s * RATE_HZ,
        reverb.damping,
        _one_pole(reverb.low_cut_hz),
        reverb.early,
        reverb.level,
        _samples(reverb.before_ms),
    )


def _samples(duration_ms: float) -> float:
    return duration_ms * RATE_HZ / 1000


def _one_pole(cutoff_hz: float) -> float:
    """How far a one-pole filter goes in each sample towards what comes in."""
    return 1 - math.exp(-2 * math.pi * cutoff_hz / RATE_HZ)


def _spread(width: float) -> tuple[float, float]:
    """Gains of each oscillator on its own side and on the other, of constant power."""
    angle = math.pi / 4 * (1 - width)
    return math.cos(angle), math.sin(angle)
