"""The shape of decoded sound on its way from one step to the next."""

from dataclasses import dataclass

PCM_NAME = "pcm.f32"


@dataclass(frozen=True, slots=True)
class PcmShape:
    """Raw samples in a file: float32, little-endian, interleaved, full scale 1.0.

    At most 48 kHz, mono or stereo, whatever the source was; ``coded_bytes`` is what the
    sound took in the source, without tags and pictures.
    """

    sample_rate_hz: int
    channels: int
    frames: int
    coded_bytes: int

    @property
    def duration_s(self) -> float:
        """How long it plays."""
        return self.frames / self.sample_rate_hz
