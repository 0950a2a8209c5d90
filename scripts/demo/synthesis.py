"""The bricks of every instrument: decaying partials, vibrato, coloured noise, soft edges.

Nothing here can alias: each partial is a sine kept below ``TOP_HZ``.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44100
TOP_HZ = 12000.0
"""The highest partial: above it these instruments would only hiss."""

Audio = NDArray[np.float32]
"""Samples in [-1, 1], shape (channels, samples)."""
Mono = NDArray[np.float32]
"""One channel, shape (samples,)."""
Numbers = NDArray[np.float64]
"""Frequencies, amplitudes, times: shape (how many,)."""

_STRIDE = 256


def ring(frequencies_hz: Numbers, amplitudes: Numbers, decays_s: Numbers, length_s: float) -> Mono:
    """Sum sines that decay by a factor e in ``decays_s``, all starting at phase zero.

    A decaying sine is a power of one complex number, so time splits into coarse and fine
    steps and the sum over partials becomes one matrix product: no sine per sample.
    """
    audible = frequencies_hz < TOP_HZ
    poles = (2j * np.pi * frequencies_hz[audible] - 1 / decays_s[audible]) / RATE_HZ
    samples = int(length_s * RATE_HZ)
    coarse = np.exp(np.outer(_STRIDE * np.arange(-(-samples // _STRIDE)), poles))
    fine = np.exp(np.outer(poles, np.arange(_STRIDE)))
    weighted = (coarse * amplitudes[audible]).astype(np.complex64)
    sines = (weighted @ fine.astype(np.complex64)).imag.ravel()[:samples]
    return np.ascontiguousarray(sines, dtype=np.float32)


def sung(
    frequency_hz: float,
    amplitudes: Numbers,
    length_s: float,
    vibrato_hz: float,
    vibrato_cents: float,
    onset_s: float,
) -> Mono:
    """A harmonic tone whose vibrato sets in slowly, as on a held breath.

    The harmonics are powers of one turning complex number, summed by Horner's rule.
    """
    t = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    deviation = 2 ** (vibrato_cents / 1200) - 1
    depth = deviation * np.clip((t - onset_s) / 0.5, 0, 1)
    bend = 1 + depth * np.sin(2 * np.pi * vibrato_hz * t) - 0.006 * np.exp(-t / 0.03)
    phase = 2 * np.pi * np.cumsum(frequency_hz * bend) / RATE_HZ
    turn = np.exp(1j * phase).astype(np.complex64)
    total = np.zeros_like(turn)
    for amplitude in amplitudes[: max(1, int(TOP_HZ / frequency_hz))][::-1]:
        total = (total + np.complex64(amplitude)) * turn
    return np.ascontiguousarray(total.imag, dtype=np.float32)


def noise(seed: int, length_s: float, low_hz: float, high_hz: float) -> Mono:
    """Noise between two corner frequencies with gentle slopes, at an RMS of 1."""
    samples = int(length_s * RATE_HZ)
    white = np.random.default_rng(seed).standard_normal(samples).astype(np.float32)
    coloured = filtered(white, lambda hz: band(hz, low_hz, high_hz, order=4))
    return np.asarray(coloured / np.sqrt(np.mean(coloured**2)), dtype=np.float32)


def bin_frequencies_hz(size: int) -> Numbers:
    """The frequencies of the bins of a real transform of ``size`` samples."""
    return np.arange(size // 2 + 1, dtype=np.float64) * (RATE_HZ / size)


def band(frequencies_hz: Numbers, low_hz: float, high_hz: float, order: int = 2) -> Numbers:
    """The gain of a band-pass with slopes of ``6 * order`` dB an octave (Butterworth)."""
    above = 1 / np.sqrt(1 + (low_hz / np.maximum(frequencies_hz, 1e-3)) ** (2 * order))
    below = 1 / np.sqrt(1 + (frequencies_hz / high_hz) ** (2 * order))
    return np.asarray(above * below, dtype=np.float64)


def filtered(audio: Audio, gain: Callable[[Numbers], Numbers]) -> Audio:
    """Weigh the spectrum by a gain over frequency in hertz, without moving any phase."""
    samples = audio.shape[-1]
    size = fast_length(samples + RATE_HZ // 10)
    # NumPy transforms float64 half as fast again as float32.
    spectrum = np.fft.rfft(audio.astype(np.float64), size, axis=-1)
    spectrum *= gain(bin_frequencies_hz(size))
    return np.asarray(np.fft.irfft(spectrum, size, axis=-1)[..., :samples], dtype=np.float32)


def fast_length(samples: int) -> int:
    """The next length of the form 2^a, 3 * 2^a or 5 * 2^a, on which the FFT is quick."""
    return min(factor << max(0, (-(-samples // factor) - 1).bit_length()) for factor in (1, 3, 5))


def soft_edges(tone: Audio, attack_s: float, release_s: float = 0) -> Audio:
    """Raise the start and lower the end along half a cosine, so that neither clicks."""
    shaped = tone.copy()
    rise, fall = int(attack_s * RATE_HZ), int(release_s * RATE_HZ)
    rise, fall = min(rise, tone.shape[-1]), min(fall, tone.shape[-1])
    shaped[..., :rise] *= _half_cosine(rise)
    if fall:
        shaped[..., -fall:] *= _half_cosine(fall)[::-1]
    return shaped


def _half_cosine(samples: int) -> Mono:
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(samples) / max(1, samples))).astype(np.float32)


def decay(length_s: float, time_s: float) -> Mono:
    """An envelope that falls by a factor e every ``time_s``."""
    return np.exp(-np.arange(int(length_s * RATE_HZ)) / (time_s * RATE_HZ)).astype(np.float32)
