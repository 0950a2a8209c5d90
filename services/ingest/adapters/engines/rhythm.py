"""Where the beats are, and how fast they come."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from services.ingest.adapters.engines.spectra import magnitudes, triangles

Floats = NDArray[np.float64]

RATE_HZ = 22_050
SIZE, HOP = 1_024, 256
FRAME_HZ = RATE_HZ / HOP
SLOWEST_BPM, FASTEST_BPM = 50.0, 210.0
USUAL_BPM, SPREAD_OCTAVES = 118.0, 0.75
"""Where people tap to most music, and how far from it: D. Moelants, ICMPC 2002."""

FAINTEST_CLARITY = 0.05
_TIGHTNESS = 300.0
_SHORTEST_S = 4.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """A tempo, and how much of the onsets' energy repeats at it (0..1)."""

    tempo_bpm: float
    clarity: float


def onset_strength(mono: NDArray[np.float32], sample_rate_hz: int) -> Floats:
    """How much begins to sound in each 11.6 ms, with the local mean taken away.

    Rectified rise of log-compressed band energies, summed over bands about a third of an
    octave wide (S. Boeck, G. Widmer, "Maximum filter vibrato suppression", DAFx 2013).
    """
    edges_hz = np.geomspace(40, sample_rate_hz / 2, 34)
    filters = triangles(edges_hz, SIZE, sample_rate_hz).T
    bands = np.concatenate([np.log1p(1e4 * (m @ filters)) for m in magnitudes(mono, SIZE, HOP)])
    rise = np.maximum(0, bands[2:] - bands[:-2]).mean(axis=1, dtype=np.float64)
    onsets = np.pad(rise, 1)
    local = signal.convolve(onsets, np.ones(87) / 87, mode="same")  # one second
    return np.asarray(np.maximum(0, onsets - local))


def pulse_of(onsets: Floats) -> Pulse | None:
    """The tempo whose beats, and bars of two and four, repeat best; None without a pulse."""
    if len(onsets) < _SHORTEST_S * FRAME_HZ or not onsets.any():
        return None
    smooth = signal.convolve(onsets, signal.windows.hann(7), mode="same")
    smooth -= smooth.mean()
    spectrum = fft.rfft(smooth, 2 * len(smooth))
    likeness = fft.irfft(np.abs(spectrum) ** 2)[: len(smooth)]
    likeness /= likeness[0]
    tempi_bpm = np.geomspace(SLOWEST_BPM, FASTEST_BPM, 600)
    lags = 60 * FRAME_HZ / tempi_bpm
    multiples, weights = np.array([1, 2, 3, 4, 8]), np.array([1.0, 0.8, 0.3, 0.6, 0.4])
    frames = np.arange(len(likeness))
    comb = np.interp(np.outer(multiples, lags), frames, likeness, right=0.0)
    score = weights @ comb / weights.sum()
    prior = np.exp(-0.5 * (np.log2(tempi_bpm / USUAL_BPM) / SPREAD_OCTAVES) ** 2)
    best = int(np.argmax(score * prior))
    clarity = float(np.clip(score[best], 0, 1))
    return Pulse(float(tempi_bpm[best]), clarity) if clarity > FAINTEST_CLARITY else None


def beats(onsets: Floats, pulse: Pulse) -> tuple[float, ...]:
    """Beat times in seconds by dynamic programming.

    Each beat gains the onset strength there and pays for the squared logarithm of its
    distance from the last one over the period.

    References
    ----------
    D. Ellis, "Beat tracking by dynamic programming", JNMR 36(1), 2007.
    """
    period = 60 * FRAME_HZ / pulse.tempo_bpm
    score, back = _scores(onsets / (onsets.std() + 1e-9), period)
    last = len(score) - 1 - int(np.argmax(score[::-1][: round(period) + 1]))
    found = [last]
    while back[found[-1]] >= 0:
        found.append(int(back[found[-1]]))
    times = np.array(found[::-1]) / FRAME_HZ
    strong = onsets[found[::-1]] > 0.05 * np.median(onsets[found])
    kept = np.flatnonzero(strong)  # beats before the first and after the last sound are none
    return tuple(times[kept[0] : kept[-1] + 1]) if len(kept) else ()


def _scores(onsets: Floats, period: float) -> tuple[Floats, NDArray[np.int64]]:
    smooth = signal.convolve(onsets, signal.windows.gaussian(2 * round(period) + 1, period / 32))
    smooth = smooth[round(period) : round(period) + len(onsets)]
    offsets = np.arange(-round(2 * period), -round(period / 2) + 1)
    cost = -_TIGHTNESS * np.log(-offsets / period) ** 2
    score = smooth.copy()
    back = np.full(len(onsets), -1, dtype=np.int64)
    for frame in range(-int(offsets[0]), len(onsets)):
        earlier = score[frame + offsets[0] : frame + offsets[-1] + 1] + cost
        best = int(earlier.argmax())
        if earlier[best] > 0:
            score[frame] += earlier[best]
            back[frame] = frame + offsets[best]
    return score, back


def tempo_bpm(pulse: Pulse, beats_s: tuple[float, ...]) -> float:
    """The tempo that fits the beats best, finer than the lags of an autocorrelation.

    A straight line through beat number and time by Theil and Sen shrugs off single beats
    that were placed wrongly; with few beats the pulse itself is the better guess.
    """
    if len(beats_s) < 8:  # noqa: PLR2004  two bars
        return pulse.tempo_bpm
    times = np.array(beats_s)
    half = len(times) // 2
    slopes = (times[half : 2 * half] - times[:half]) / half
    fitted = 60 / float(np.median(slopes))
    return fitted if abs(fitted / pulse.tempo_bpm - 1) < 0.04 else pulse.tempo_bpm  # noqa: PLR2004


def onset_rate_hz(onsets: Floats) -> float:
    """Onsets a second: peaks that stand out by half a standard deviation, 50 ms apart."""
    if not onsets.any():
        return 0.0
    found, _ = signal.find_peaks(onsets, prominence=0.5 * onsets.std(), distance=4)
    return len(found) / (len(onsets) / FRAME_HZ)


def danceability(pulse: Pulse | None) -> float:
    """A clear pulse near the tempo people dance to: clarity weighted by nearness to 118 bpm."""
    if pulse is None:
        return 0.0
    distance = np.log2(pulse.tempo_bpm / USUAL_BPM) / SPREAD_OCTAVES
    return float(np.sqrt(pulse.clarity) * np.exp(-0.5 * distance**2))
