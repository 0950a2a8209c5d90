"""Sound as 16-bit samples."""

from collections.abc import Sequence

import numpy as np

from services.synth.domain.playing import FRAME, Sound

FULL_SCALE = 2**15 - 1
PERIOD = 20
"""Frames after which the dither comes again: 2 s of noise at -96 dB have no pitch."""
SEED = 0x7475747469


class Samples:
    """Makes frames of 16 bits, with triangular dither that depends on the position alone.

    References
    ----------
    S. P. Lipshitz et al., "Quantization and dither: a theoretical survey", JAES 40 (5), 1992.
    """

    def __init__(self) -> None:
        drawn = np.random.Philox(SEED).random_raw(2 * PERIOD * FRAME * 2) >> np.uint64(11)
        even = (drawn * 2.0**-53).astype(np.float32).reshape(2, PERIOD, FRAME, 2)
        self._dither = even[0] - even[1]

    def frames(self, sound: Sound, sequences: Sequence[int]) -> list[bytes]:
        """Turn (stream, 2, samples), full scale 1, into one frame for each stream.

        What is beyond full scale is cut off: an engine's limiter lets nothing get there.
        """
        scaled = np.multiply(sound.transpose(0, 2, 1), np.float32(FULL_SCALE), order="C")
        scaled += self._dither[[sequence % PERIOD for sequence in sequences]]
        np.rint(scaled, out=scaled)
        np.clip(scaled, -FULL_SCALE, FULL_SCALE, out=scaled)
        return [frame.tobytes() for frame in scaled.astype("<i2")]
