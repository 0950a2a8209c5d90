"""Short-time spectra, a minute at a time so that long recordings fit."""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft, signal

Floats = NDArray[np.float32]

_FRAMES_AT_ONCE = 2_048


def magnitudes(mono: Floats, size: int, hop: int) -> Iterator[Floats]:
    """Magnitude spectra of Hann-windowed frames, shape (frames, size // 2 + 1), in blocks.

    Frame n is centred on sample ``n * hop``; a full-scale sine peaks at 0.5.
    """
    window = signal.windows.hann(size, sym=False).astype(np.float32)
    window /= window.sum()
    padded = np.pad(mono, size // 2)
    frames = sliding_window_view(padded, size)[::hop]
    for start in range(0, len(frames), _FRAMES_AT_ONCE):
        block = frames[start : start + _FRAMES_AT_ONCE] * window
        yield np.abs(fft.rfft(block, axis=-1))


def triangles(edges_hz: NDArray[np.float64], size: int, sample_rate_hz: int) -> Floats:
    """Overlapping triangular filters between the edges, shape (bands, size // 2 + 1), sum 1."""
    bins_hz = np.fft.rfftfreq(size, 1 / sample_rate_hz)
    low, centre, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    rising, falling = (bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre)
    filters = np.maximum(0, np.minimum(rising, falling))
    filters /= np.maximum(filters.sum(axis=1, keepdims=True), 1e-9)
    return filters.astype(np.float32)
