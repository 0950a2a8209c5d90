"""Loudness, true peak and the last touches: a streaming service's -16 LUFS, -1 dBTP at most.

References
----------
ITU-R BS.1770-5, *Algorithms to measure audio programme loudness and true-peak level*, 2023.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from scripts.demo.synthesis import RATE_HZ, Audio, Mono, Numbers, bin_frequencies_hz

TARGET_LUFS = -16.0
CEILING_DBTP = -1.3
_STEP = 64
_REACH = 12


def loudness_lufs(audio: Audio) -> float:
    """The integrated, gated loudness of BS.1770, for one or two channels.

    The weighting is applied to the spectrum of each 400 ms block instead of to the signal,
    and blocks do not overlap: within 0.2 LU of the letter, in a tenth of its time.
    """
    size = 4 * RATE_HZ // 10
    whole = audio.shape[1] // size
    weight = _k_weighting(bin_frequencies_hz(size))
    spectra = np.fft.rfft(
        audio[:, : whole * size].reshape(-1, whole, size).astype(np.float64), axis=2
    )
    energy = (spectra.real**2 + spectra.imag**2) @ (2 * weight**2 / size**2)
    power = energy.sum(axis=0) + 1e-12
    loud = power[_lufs(power) > -70]  # noqa: PLR2004 - the absolute gate of BS.1770
    if not len(loud):
        return -70.0
    return float(_lufs(np.mean(loud[_lufs(loud) > _lufs(np.mean(loud)) - 10])))


def _lufs(power: Numbers | np.floating) -> Numbers:
    return np.asarray(-0.691 + 10 * np.log10(power))


def _k_weighting(frequencies_hz: Numbers) -> Numbers:
    """The gain of the two filters of BS.1770, from their analogue prototypes."""
    s = 1j * frequencies_hz / 1681.97
    shelf = (10 ** (4 / 20) * s**2 + 1.2588 * s / 0.70718 + 1) / (s**2 + s / 0.70718 + 1)
    s = 1j * frequencies_hz / 38.135
    rumble = s**2 / (s**2 + s / 0.50033 + 1)
    return np.asarray(np.abs(shelf * rumble), dtype=np.float64)


def true_peak(audio: Audio) -> Mono:
    """The largest magnitude near each sample, in either channel, at four times the rate.

    Only samples over half of full scale are looked at between: from less, music does not
    rise to the ceiling within a sample.
    """
    offsets = np.arange(-_REACH + 1, _REACH + 1)
    quarters = np.arange(1, 4)[:, None] / 4 - offsets
    kernel = (np.sinc(quarters) * np.cos(np.pi * quarters / (2 * _REACH + 1))).T.astype(np.float32)
    peak = np.abs(audio).max(axis=0)
    at = np.flatnonzero(peak[: -2 * _REACH] > 0.5)[:, None]  # noqa: PLR2004 - see above
    at = at[at[:, 0] >= _REACH]
    between = np.abs(audio[:, at + offsets] @ kernel)
    peak[at[:, 0]] = np.maximum(peak[at[:, 0]], between.max(axis=(0, 2)))
    return np.asarray(peak, dtype=np.float32)


def master(mixed: Audio, fade_s: float) -> Audio:
    """Even out gently, fade at the end, and reach the target loudness under the ceiling."""
    level = np.float32(10 ** ((-18 - loudness_lufs(mixed)) / 20))
    sound = _faded(_evened(mixed * level), fade_s)
    return _limited(sound * np.float32(10 ** ((TARGET_LUFS - loudness_lufs(sound)) / 20)))


def _evened(sound: Audio) -> Audio:
    """Compress 1.6:1 above -19 dB of slow power: glue, not squeeze."""
    hop = RATE_HZ // 100
    blocks = sound.shape[1] // hop
    power = np.mean(sound[:, : blocks * hop].reshape(2, blocks, hop) ** 2, axis=(0, 2))
    fall = np.exp(-np.arange(60) / 15)
    slow = np.convolve(np.pad(power, 30, mode="edge"), fall / fall.sum())[30 : 30 + blocks]
    over_db = np.maximum(0, 10 * np.log10(slow + 1e-9) + 19)
    gain = 10 ** (-over_db * (1 - 1 / 1.6) / 20)
    curve = np.interp(np.arange(sound.shape[1]), (np.arange(blocks) + 0.5) * hop, gain)
    return np.asarray(sound * curve, dtype=np.float32)


def _limited(sound: Audio) -> Audio:
    """Turn down smoothly, ahead of time, around every peak over the ceiling.

    The needed gain is held for 13 steps of 1.5 ms and averaged over 9 of them: the average
    never rises above what a peak allows, nor does the line between two neighbours.
    """
    ceiling = 10 ** (CEILING_DBTP / 20)
    steps = -(-sound.shape[1] // _STEP)
    peak = np.pad(true_peak(sound), (0, steps * _STEP - sound.shape[1])).reshape(steps, _STEP)
    needed = np.minimum(1, ceiling / np.maximum(peak.max(axis=1), 1e-6))
    held = sliding_window_view(np.pad(needed, 6, mode="edge"), 13).min(axis=1)
    window = np.hanning(11)[1:-1] / np.hanning(11).sum()
    smooth = np.convolve(np.pad(held, 4, mode="edge"), window, mode="valid")
    centres = (np.arange(steps) + 0.5) * _STEP
    return np.asarray(
        sound * np.interp(np.arange(sound.shape[1]), centres, smooth), dtype=np.float32
    )


def _faded(sound: Audio, fade_s: float) -> Audio:
    """Let the ring-out sink to silence along half a cosine."""
    tail = int(fade_s * RATE_HZ)
    out = sound.copy()
    out[:, -tail:] *= (0.5 + 0.5 * np.cos(np.pi * np.arange(tail) / tail)).astype(np.float32)
    return out
