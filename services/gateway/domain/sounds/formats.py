"""The forms into which sound is made when somebody asks for it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Codec(StrEnum):
    """How sound is coded."""

    MP3 = "mp3"
    OPUS = "opus"
    VORBIS = "vorbis"
    AAC = "aac"
    FLAC = "flac"


class Container(StrEnum):
    """What coded sound is wrapped in."""

    MP3 = "mp3"
    OGG = "ogg"
    ADTS = "aac"
    MP4 = "mp4"
    FLAC = "flac"


class _Kind(NamedTuple):
    codec: Codec
    container: Container
    suffix: str
    content_type: str
    usual_kbps: int
    most_kbps: int
    most_hz: int = 48_000
    most_channels: int = 2


class Format(StrEnum):
    """A codec in a container, by the name that apps have for it."""

    MP3 = "mp3"
    OPUS = "opus"
    OGG = "ogg"
    AAC = "aac"
    M4A = "m4a"
    FLAC = "flac"

    @property
    def codec(self) -> Codec:
        """How the sound is coded."""
        return _KINDS[self].codec

    @property
    def container(self) -> Container:
        """What it is wrapped in."""
        return _KINDS[self].container

    @property
    def suffix(self) -> str:
        """How files of it end."""
        return _KINDS[self].suffix

    @property
    def content_type(self) -> str:
        """The media type."""
        return _KINDS[self].content_type

    @property
    def lossless(self) -> bool:
        """Whether no bitrate can be asked for."""
        return self is Format.FLAC

    @property
    def most_channels(self) -> int:
        """How many channels it is made with at most."""
        return _KINDS[self].most_channels

    def own_rate_hz(self, source_hz: int) -> int:
        """The sample rate that a source becomes, unless told otherwise; 0 where it is unknown."""
        if self is Format.OPUS:
            return OPUS_HZ
        return min(source_hz, _KINDS[self].most_hz)

    def rates_hz(self, all_hz: Iterable[int]) -> list[int]:
        """Those of some sample rates that it can be made with."""
        if self is Format.OPUS:
            return [OPUS_HZ]
        return [rate for rate in all_hz if rate <= _KINDS[self].most_hz]

    def kbps_within(self, limit_kbps: int) -> int:
        """The bitrate to make it at: the best step within a limit, of which 0 is none.

        Where even the lowest step is more than the limit, it is that step.
        """
        kind = _KINDS[self]
        if not limit_kbps or self.lossless:
            return kind.usual_kbps
        within = min(limit_kbps, kind.most_kbps)
        return max((step for step in STEPS_KBPS if step <= within), default=STEPS_KBPS[0])


STEPS_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""Bitrates that MP3 has: between them nobody hears a difference, and what is kept stays little."""
RATES_HZ = (192_000, 176_400, 96_000, 88_200, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000)
OPUS_HZ = 48_000
"""Opus plays at this rate, whatever it was made from."""
STEREO = 2
CD_BITS = 16
_KINDS = {
    Format.MP3: _Kind(Codec.MP3, Container.MP3, "mp3", "audio/mpeg", 320, 320),
    Format.OPUS: _Kind(Codec.OPUS, Container.OGG, "opus", "audio/ogg", 96, 256),
    Format.OGG: _Kind(Codec.VORBIS, Container.OGG, "ogg", "audio/ogg", 192, 320),
    Format.AAC: _Kind(Codec.AAC, Container.ADTS, "aac", "audio/aac", 192, 320),
    Format.M4A: _Kind(Codec.AAC, Container.MP4, "m4a", "audio/mp4", 192, 320),
    Format.FLAC: _Kind(Codec.FLAC, Container.FLAC, "flac", "audio/flac", 0, 0, 384_000, 8),
}
