"""The forms in which a recording is served besides its original."""

from dataclasses import dataclass
from enum import StrEnum


class Rendition(StrEnum):
    """One encoding we make of every recording."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    OPUS = "opus"
    PREVIEW = "preview"

    @property
    def bitrate_bps(self) -> int:
        """The bitrate the encoder is asked for."""
        return _BITRATES_BPS[self]

    @property
    def file_name(self) -> str:
        """The last part of its object's key."""
        return f"{self}.{'opus' if self is Rendition.OPUS else 'mp3'}"

    @property
    def content_type(self) -> str:
        """The media type to serve it as."""
        return "audio/ogg" if self is Rendition.OPUS else "audio/mpeg"


_BITRATES_BPS = {
    Rendition.HIGH: 320_000,
    Rendition.MEDIUM: 128_000,
    Rendition.LOW: 64_000,
    Rendition.OPUS: 96_000,
    Rendition.PREVIEW: 128_000,
}

HLS_BITRATES_BPS = {"low": 64_000, "high": 160_000}
HLS_MASTER = "master.m3u8"
HLS_SEGMENT_S = 6
PREVIEW_S = 30.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file an encoder has written and we have read back: its name in the scratch folder."""

    file_name: str
    content_type: str
    size_bytes: int
    duration_s: float
