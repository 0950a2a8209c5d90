"""The colour of a sound: where its energy lies and how loud and busy it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.ingest.adapters.engines.spectra import magnitudes

SIZE, HOP = 2_048, 2_048
ROLLOFF_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Colour:
    """Means over all frames that are not silent; 0 where all are."""

    centroid_hz: float
    bandwidth_hz: float
    rolloff_hz: float
    flatness: float
    rms_db: float


def colour_of(mono: NDArray[np.float32], sample_rate_hz: int) -> Colour:
    """Spectral centroid, bandwidth, 85 % roll-off and flatness, and the RMS level.

    References
    ----------
    G. Peeters, "A large set of audio features for sound description", IRCAM, 2004.
    """
    bins_hz = np.asarray(np.fft.rfftfreq(SIZE, 1 / sample_rate_hz), dtype=np.float64)
    rows = [_describe(block, bins_hz) for block in magnitudes(mono, SIZE, HOP)]
    table = np.concatenate(rows) if rows else np.zeros((0, 4))
    centroid, bandwidth, rolloff, flatness = table.mean(axis=0) if len(table) else np.zeros(4)
    rms = float(np.sqrt(np.mean(np.square(mono, dtype=np.float64)))) if len(mono) else 0.0
    return Colour(
        centroid_hz=float(centroid),
        bandwidth_hz=float(bandwidth),
        rolloff_hz=float(rolloff),
        flatness=float(flatness),
        rms_db=20 * float(np.log10(max(rms, 1e-6))),
    )


def energy(colour: Colour, onset_rate_hz: float) -> float:
    """How energetic it feels, 0..1: loud, busy and bright in equal parts.

    Each part runs from what calm music has to what fierce music has: -35 to -8 dB RMS, 0 to
    8 onsets a second, a centroid of 500 to 4,000 Hz.
    """
    loud = (colour.rms_db + 35) / 27
    busy = onset_rate_hz / 8
    bright = np.log2(max(colour.centroid_hz, 1) / 500) / 3
    return float(np.mean(np.clip([loud, busy, bright], 0, 1)))


def _describe(spectra: NDArray[np.float32], bins_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    loud = spectra[spectra.max(axis=1) > 1e-4].astype(np.float64)  # noqa: PLR2004  -80 dB
    sums = loud.sum(axis=1)
    centroid = loud @ bins_hz / sums
    deviation = np.square(bins_hz - centroid[:, None])
    bandwidth = np.sqrt((loud * deviation).sum(axis=1) / sums)
    power = np.square(loud)
    cumulated = np.cumsum(power, axis=1)
    rolloff = bins_hz[(cumulated >= ROLLOFF_SHARE * cumulated[:, -1:]).argmax(axis=1)]
    flatness = np.exp(np.log(power + 1e-12).mean(axis=1)) / (power.mean(axis=1) + 1e-12)
    return np.stack([centroid, bandwidth, rolloff, flatness], axis=1)
