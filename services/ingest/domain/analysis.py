"""What an analysis engine hears in a recording, and what such an engine is."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.ingest.domain.keys import Key

Audio = NDArray[np.float32]
"""Samples in [-1, 1], shape (channels, samples)."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Tempo, key and colour of a recording; confidences, energy and danceability are 0..1.

    ``tempo_bpm`` is None and ``beats_s`` empty where no pulse was found, ``key`` is None
    where there is no pitch. ``energy`` and ``danceability`` order recordings usefully; they
    are our own formulas and no psychological measurement.
    """

    engine: str
    engine_version: str
    tempo_bpm: float | None
    tempo_confidence: float
    beats_s: tuple[float, ...]
    key: Key | None
    key_confidence: float
    energy: float
    danceability: float
    onset_rate_hz: float
    spectral_centroid_hz: float
    spectral_bandwidth_hz: float
    spectral_rolloff_hz: float
    spectral_flatness: float


class AnalysisEngine(Protocol):
    """Listens to a recording; a new ``version`` means that its answers have changed."""

    name: str
    version: str

    def analyse(self, audio: Audio, sample_rate_hz: int) -> Analysis:
        """Describe the recording."""
        ...
