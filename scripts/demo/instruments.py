"""The instruments, each a function from frequency and velocity to a stereo tone.

``INSTRUMENTS`` names them for the table of pieces. A tone is rendered once at its full
length; the player cuts it where the written note ends and lets it fade over ``release_s``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scripts.demo import percussion
from scripts.demo.synthesis import (
    RATE_HZ,
    Audio,
    Mono,
    Numbers,
    decay,
    noise,
    ring,
    soft_edges,
    sung,
)

_RINGS_OUT_S = 4.0
_SEMITONE = 2 ** (1 / 12)

Tone = Callable[[float, float, float], Audio]
"""A tone of (frequency_hz, velocity, length_s), shape (2, samples)."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A tone and how long it takes to be let go."""

    tone: Tone
    release_s: float


def _series(frequency_hz: float, limit: int = 40) -> Numbers:
    return np.arange(1, max(2, min(limit, int(11000 / frequency_hz))) + 1, dtype=np.float64)


def _sides(left: Mono, right: Mono, spread: float) -> Audio:
    """Two takes of a tone, ``spread`` from 0 (both in the middle) to 1 (apart)."""
    middle = (left + right) / 2
    return np.stack([middle + spread * (left - middle), middle + spread * (right - middle)])


def felt_piano(frequency_hz: float, velocity: float, length_s: float) -> Audio:
    """Two slightly mistuned strings, stiff ones, under a felt that a stronger hand hardens."""
    k = _series(frequency_hz, 26)
    stiffness = 2.5e-4 * (frequency_hz / 261.6) ** 1.1
    partials = k * frequency_hz * np.sqrt(1 + stiffness * k**2)
    felt = np.exp(-partials / (600 + 3000 * velocity)) / k**0.6
    strike = felt * (0.15 + np.abs(np.sin(k * np.pi / 7.3)))
    long = 2.6 * (261.6 / frequency_hz) ** 0.55 / (1 + 0.22 * (k - 1))
    strings = []
    for cents in (-0.7, 0.7):
        tuned = partials * 2 ** (cents / 1200)
        strings.append(
            ring(tuned, 0.72 * strike, 0.3 * long, length_s)
            + ring(tuned, 0.28 * strike, long, length_s)
        )
    tone = soft_edges(_sides(strings[0], strings[1], 0.5), 0.004)
    knock = 0.03 * velocity * noise(7, 0.15, 90, 700) * decay(0.15, 0.035)
    tone[:, : len(knock)] += soft_edges(knock, 0.003, 0.05)
    return tone


def electric_piano(frequency_hz: float, velocity: float, length_s: float) -> Audio:
    """A tine struck before a pickup: two FM pairs, body and a brief bell (Chowning, 1973)."""
    t = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    turn = 2 * np.pi * frequency_hz * t
    keep = min(1.0, (261.6 / frequency_hz) ** 0.5)
    index = (0.25 + 1.3 * velocity) * keep * (0.35 + 0.65 * np.exp(-t / 0.5))
    body = np.sin(turn + index * np.sin(turn)) * np.exp(-t / (1.9 * keep))
    bell = 0.14 * velocity * np.sin(turn * (1 if frequency_hz > 850 else 7)) * np.exp(-t / 0.09)  # noqa: PLR2004 - keeps the bell below 6 kHz
    pan = 0.28 * np.sin(2 * np.pi * 4.3 * t)
    return soft_edges(((body + bell) * np.stack([1 + pan, 1 - pan])).astype(np.float32), 0.004)


def _plucked(position: float, cutoff_hz: float, decay_s: float, damping: float) -> Tone:
    """A string plucked at a part of its length; higher partials die sooner, as in a real one."""

    def tone(frequency_hz: float, velocity: float, length_s: float) -> Audio:
        k = _series(frequency_hz)
        partials = k * frequency_hz * np.sqrt(1 + 6e-5 * k**2)
        bright = np.exp(-partials / (cutoff_hz * (0.65 + 1.0 * velocity)))
        pluck = np.abs(np.sin(np.pi * k * position)) / k**0.9 * bright
        fall = decay_s * (261.6 / frequency_hz) ** 0.45 / (1 + damping * (k - 1))
        left, right = (ring(partials * 2 ** (c / 1200), pluck, fall, length_s) for c in (-0.5, 0.5))
        finger = 0.035 * noise(11, 0.1, 120, 900) * decay(0.1, 0.02)
        out = soft_edges(_sides(left, right, 0.6), 0.0025)
        out[:, : len(finger)] += soft_edges(finger, 0.002, 0.05)
        return out

    return tone


def _bar(ratios: list[float], weights: list[float], decay_s: float, tremolo_hz: float = 0) -> Tone:
    """A tuned bar over its resonator; the upper modes are the mallet, gone in a moment."""

    def tone(frequency_hz: float, velocity: float, length_s: float) -> Audio:
        modes = np.array(ratios)
        hard = np.array(weights) * (0.35 + 0.8 * velocity) ** (np.arange(len(modes)) > 0)
        fall = decay_s * (440 / frequency_hz) ** 0.5 / modes**0.9
        left, right = (
            ring(frequency_hz * modes * 2 ** (c / 1200), hard, fall, length_s) for c in (-0.6, 0.6)
        )
        wave = 0.25 * np.sin(2 * np.pi * tremolo_hz * np.arange(len(left)) / RATE_HZ)
        fans = np.stack([1 - wave, 1 + wave]).astype(np.float32)
        return soft_edges(_sides(left, right, 0.7) * fans, 0.003)

    return tone


def _ensemble(
    colour: Callable[[Numbers, float], Numbers], attack_s: float, cents: float, breathing_s: float
) -> Tone:
    """Six players a little out of tune with each other; a slow filter opens and closes."""

    def tone(frequency_hz: float, velocity: float, length_s: float) -> Audio:
        rng = np.random.default_rng(round(frequency_hz * 100))
        k = _series(frequency_hz, 24)
        shades = [
            colour(k, frequency_hz) * np.exp(-k * frequency_hz / hz)
            for hz in (750, 2000 + 2000 * velocity)
        ]
        channels = []
        for _ in range(2):
            tuned = np.concatenate(
                [k * frequency_hz * 2 ** (c / 1200) for c in (-cents, rng.normal(0, 1), cents)]
            )
            weights = [np.tile(s, 3) * rng.choice([-1, 1], len(tuned)) for s in shades]
            forever = np.full(len(tuned), 1e3)
            dark, bright = (ring(tuned, w, forever, length_s) for w in weights)
            opening = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(len(dark)) / (breathing_s * RATE_HZ))
            channels.append(dark + opening.astype(np.float32) * bright)
        return soft_edges(_sides(channels[0], channels[1], 0.6), attack_s)

    return tone


def _formants(k: Numbers, frequency_hz: float) -> Numbers:
    """A soft "ah": resonances at 700, 1150 and 2600 Hz over a falling source."""
    hz = k * frequency_hz
    peaks = ((700, 160, 1.0), (1150, 190, 0.5), (2600, 300, 0.12))
    vowel = 0.12 + sum(
        gain * np.exp(-(((hz - centre) / width) ** 2)) for centre, width, gain in peaks
    )
    return np.asarray(vowel / k**0.6, dtype=np.float64)


def _lead(
    weights: Callable[[Numbers, float], Numbers],
    breath: float,
    vibrato_cents: float,
    attack_s: float,
) -> Tone:
    """A blown or sung solo voice: vibrato that waits, a breath around the tone."""

    def tone(frequency_hz: float, velocity: float, length_s: float) -> Audio:
        k = _series(frequency_hz, 14)
        amplitudes = weights(k, frequency_hz) * np.exp(-k * frequency_hz / (900 + 1600 * velocity))
        line = sung(frequency_hz, amplitudes, length_s, 5.1, vibrato_cents, 0.25)
        air = (
            breath
            * noise(5, length_s, 0.9 * frequency_hz, 3.2 * frequency_hz)
            * float(np.abs(amplitudes).max())
        )
        swell = 0.8 + 0.2 * np.minimum(1, np.arange(len(line)) / (0.5 * RATE_HZ))
        full = (line + air) * swell.astype(np.float32)
        return soft_edges(np.stack([full, full]), attack_s)

    return tone


INSTRUMENTS: dict[str, Instrument] = {
    "felt piano": Instrument(felt_piano, 0.35),
    "electric piano": Instrument(electric_piano, 0.25),
    "guitar": Instrument(_plucked(0.19, 2200, 1.3, 0.35), 0.3),
    "harp": Instrument(_plucked(0.42, 2600, 1.6, 0.5), 0.9),
    "koto": Instrument(_plucked(0.11, 3300, 1.0, 0.3), 0.6),
    "upright bass": Instrument(_plucked(0.3, 700, 1.1, 0.5), 0.12),
    "round bass": Instrument(_lead(lambda k, _: 1 / k**2.2, 0, 0, 0.012), 0.1),
    "vibraphone": Instrument(_bar([1, 4, 10], [1, 0.16, 0.03], 1.8, 4.7), 0.5),
    "marimba": Instrument(_bar([1, 4, 10], [1, 0.2, 0.05], 0.42), 0.4),
    "celesta": Instrument(_bar([1, 2, 4, 6], [1, 0.12, 0.18, 0.02], 1.1), 0.6),
    "strings": Instrument(_ensemble(lambda k, _: 1 / k**0.9, 0.35, 4, 7), 0.6),
    "warm pad": Instrument(_ensemble(lambda k, _: 1 / k**1.1, 0.7, 5, 9), 1.4),
    "choir": Instrument(_ensemble(_formants, 0.5, 5, 8), 0.9),
    "flute": Instrument(
        _lead(lambda k, _: np.where(k == 1, 1, 0.42 / k**1.1), 0.05, 16, 0.05), 0.14
    ),
    "clarinet": Instrument(
        _lead(lambda k, _: np.where(k % 2 == 1, 1 / k**0.8, 0.06 / k), 0.015, 9, 0.04), 0.12
    ),
    "voice": Instrument(_lead(_formants, 0.03, 24, 0.09), 0.25),
    **{name: Instrument(strike, _RINGS_OUT_S) for name, strike in percussion.STRIKES.items()},
}


def frequency_hz(pitch: int) -> float:
    """The frequency of a MIDI pitch, A4 (69) at 440 Hz."""
    return float(440 * _SEMITONE ** (pitch - 69))
