"""How loud a recording is, and by how much a player should turn it."""

from dataclasses import dataclass

REFERENCE_LUFS = -18.0
"""The loudness ReplayGain 2.0 brings every track to."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """Loudness of a recording after EBU R128; None where it is too short or too quiet."""

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None

    @property
    def track_gain_db(self) -> float | None:
        """The gain ReplayGain 2.0 asks for."""
        if self.integrated_lufs is None:
            return None
        return round(REFERENCE_LUFS - self.integrated_lufs, 2)

    @property
    def track_peak(self) -> float | None:
        """The true peak as an amplitude, full scale 1.0, as ReplayGain tags carry it."""
        if self.true_peak_dbtp is None:
            return None
        return float(round(10 ** (self.true_peak_dbtp / 20), 6))
