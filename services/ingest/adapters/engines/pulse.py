"""Our analysis engine, on numpy and scipy alone."""

import numpy as np
from scipy import signal

from services.ingest.adapters.engines import colour, rhythm, tonality
from services.ingest.domain.analysis import Analysis, Audio

RATE_HZ = 22_050
LONGEST_S = 900
"""Longer recordings are judged by their first 15 minutes, which bounds time and memory."""

SILENCE_RMS = 1e-5


class PulseEngine:
    """Tempo by autocorrelation, beats by dynamic programming, key by profiles."""

    name = "pulse"
    version = "1"

    def analyse(self, audio: Audio, sample_rate_hz: int) -> Analysis:
        """Describe the recording from its mono mix."""
        mono = mono_mix(audio[:, : LONGEST_S * sample_rate_hz], sample_rate_hz)
        onsets = rhythm.onset_strength(mono, RATE_HZ)
        pulse = rhythm.pulse_of(onsets)
        beats_s = rhythm.beats(onsets, pulse) if pulse else ()
        key, key_confidence = tonality.key_of(mono, RATE_HZ)
        shade = colour.colour_of(mono, RATE_HZ)
        onset_rate_hz = rhythm.onset_rate_hz(onsets)
        clarity = pulse.clarity if pulse else 0.0
        return Analysis(
            engine=self.name,
            engine_version=self.version,
            tempo_bpm=round(rhythm.tempo_bpm(pulse, beats_s), 2) if pulse else None,
            tempo_confidence=round(clarity, 3),
            beats_s=tuple(round(beat, 3) for beat in beats_s),
            key=key,
            key_confidence=round(key_confidence, 3),
            energy=round(colour.energy(shade, onset_rate_hz), 3),
            danceability=round(rhythm.danceability(pulse), 3),
            onset_rate_hz=round(onset_rate_hz, 3),
            spectral_centroid_hz=round(shade.centroid_hz, 1),
            spectral_bandwidth_hz=round(shade.bandwidth_hz, 1),
            spectral_rolloff_hz=round(shade.rolloff_hz, 1),
            spectral_flatness=round(shade.flatness, 5),
        )


def mono_mix(audio: Audio, sample_rate_hz: int) -> Audio:
    """The mean of the channels at 22,050 Hz, without the part above."""
    mono = audio.mean(axis=0, dtype=np.float32)
    divisor = np.gcd(RATE_HZ, sample_rate_hz)
    up, down = RATE_HZ // divisor, sample_rate_hz // divisor
    return np.asarray(signal.resample_poly(mono, up, down), dtype=np.float32)
