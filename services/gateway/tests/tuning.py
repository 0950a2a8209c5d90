"""What a recording of one tone sounds like."""

import numpy as np
import numpy.typing as npt


def pitch_hz(samples: npt.NDArray[np.int16], rate_hz: float) -> float:
    """The frequency of the strongest partial, to a fraction of a hertz."""
    windowed = samples * np.hanning(len(samples))
    spectrum = np.abs(np.fft.rfft(windowed, 8 * len(samples)))
    return float(np.argmax(spectrum) * rate_hz / (8 * len(samples)))
