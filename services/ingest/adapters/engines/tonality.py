"""The key of a recording."""

import numpy as np
from numpy.typing import NDArray

from services.ingest.adapters.engines.spectra import magnitudes
from services.ingest.domain.keys import Key

SIZE, HOP = 8_192, 4_096
LOWEST_HZ, HIGHEST_HZ = 55.0, 2_000.0
_STEPS = 36  # a third of a semitone, so that a mistuned recording can be straightened
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

    Only peaks of the spectrum count, and each frame counts alike, whether loud or soft.
    """
    bins_hz = np.fft.rfftfreq(SIZE, 1 / sample_rate_hz)
    used = (bins_hz >= LOWEST_HZ) & (bins_hz <= HIGHEST_HZ)
    steps = np.rint(_STEPS * np.log2(bins_hz[used] / 261.6256)).astype(int) % _STEPS
    folding = np.zeros((len(steps), _STEPS))
    folding[np.arange(len(steps)), steps] = 1 / np.sqrt(bins_hz[used] / LOWEST_HZ)
    total = np.zeros(_STEPS)
    for block in magnitudes(mono, SIZE, HOP):
        peaks = np.where(_is_peak(block), block, 0)[:, used]
        fine = np.sqrt(peaks) @ folding
        norms = fine.sum(axis=1, keepdims=True)
        total += (fine / np.maximum(norms, 1e-9))[norms[:, 0] > 1e-3].sum(axis=0)  # noqa: PLR2004
    by_tuning = [np.roll(total, shift).reshape(12, 3) for shift in (0, 1, 2)]
    # The tuning is right when most of the energy lies in the middle third of the semitones.
    straight = max(by_tuning, key=lambda thirds: thirds[:, 1].sum())
    return np.asarray(straight.sum(axis=1))


def _is_peak(spectra: NDArray[np.float32]) -> NDArray[np.bool_]:
    inner = spectra[:, 1:-1]
    higher = (inner > spectra[:, :-2]) & (inner >= spectra[:, 2:])
    return np.pad(higher, ((0, 0), (1, 1)))
