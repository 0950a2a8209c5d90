"""The key of a recording."""

import numpy as np
from numpy.typing import NDArray

from services.ingest.adapters.engines.spectra import magnitudes
from services.ingest.domain.keys import Key

SIZE, HOP = 8_192, 4_096
LOWEST_HZ, HIGHEST_HZ = 100.0, 2_000.0  # drums below, overtones above
C4_HZ = 440 * 2 ** (-9 / 12)
FAINTEST_FRAME = 1e-3
_CENTS_STEPS = 10  # to a semitone, so that a mistuned recording can be straightened
FAINTEST = 0.3

# How often each degree sounds in pieces of a key, tonic first: D. Temperley, "Music and
# Probability", 2007 (Kostka-Payne corpus).
MAJOR = np.array(
    [0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400]
)
MINOR = np.array(
    [0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330]
)

Floats = NDArray[np.float64]


def key_of(mono: NDArray[np.float32], sample_rate_hz: int) -> tuple[Key | None, float]:
    """The key whose profile correlates best with the chroma, and how clearly (0..1)."""
    pitches = chroma(mono, sample_rate_hz)
    if not pitches.any():
        return None, 0.0
    keys = [Key(tonic, minor) for minor in (False, True) for tonic in range(12)]
    profiles = {False: MAJOR, True: MINOR}
    fits = np.array(
        [np.corrcoef(pitches, np.roll(profiles[key.minor], key.tonic))[0, 1] for key in keys]
    )
    order = np.argsort(fits)[::-1]
    if fits[order[0]] < FAINTEST:
        return None, 0.0
    # Two keys a fifth apart share six of seven tones, so a lead of 0.2 is already clear.
    lead = (fits[order[0]] - fits[order[1]]) / 0.2
    return keys[order[0]], float(np.clip(lead, 0, 1))


def chroma(mono: NDArray[np.float32], sample_rate_hz: int) -> Floats:
    """How much each pitch class sounds, C first, the recording's own tuning taken out.

    Only peaks of the spectrum count, at their interpolated frequencies, and each frame
    counts alike, whether loud or soft.
    """
    fine = np.zeros(12 * _CENTS_STEPS)
    for block in magnitudes(mono, SIZE, HOP):
        fine += _fold(block, sample_rate_hz)
    # The mean deviation from equal temperament, on a circle of one semitone.
    circle = np.exp(2j * np.pi * np.arange(len(fine)) / _CENTS_STEPS)
    off = round(float(np.angle(fine @ circle)) / (2 * np.pi) * _CENTS_STEPS)
    centred = np.roll(fine, _CENTS_STEPS // 2 - off)
    return np.asarray(centred.reshape(12, _CENTS_STEPS).sum(axis=1))


def _fold(spectra: NDArray[np.float32], sample_rate_hz: int) -> Floats:
    """The peaks of some frames in one octave, from C, in tenths of a semitone."""
    inner = spectra[:, 1:-1]
    frames, bins = np.nonzero((inner > spectra[:, :-2]) & (inner >= spectra[:, 2:]))
    bins += 1
    hz = sample_rate_hz / SIZE
    used = (bins * hz >= LOWEST_HZ) & (bins * hz <= HIGHEST_HZ)
    frames, bins = frames[used], bins[used]
    left, peak, right = (np.log(spectra[frames, bins + shift] + 1e-12) for shift in (-1, 0, 1))
    curve = np.minimum(left - 2 * peak + right, -1e-6)
    frequency_hz = (bins + 0.5 * (left - right) / curve) * hz
    weight = np.sqrt(spectra[frames, bins] / (frequency_hz / LOWEST_HZ))
    per_frame = np.bincount(frames, weight, minlength=len(spectra))
    weight = np.where(per_frame[frames] > FAINTEST_FRAME, weight / per_frame[frames], 0)
    steps = np.rint(12 * _CENTS_STEPS * np.log2(frequency_hz / C4_HZ)).astype(np.int64)
    octave = np.bincount(steps % (12 * _CENTS_STEPS), weight, minlength=12 * _CENTS_STEPS)
    return np.asarray(octave, dtype=np.float64)
