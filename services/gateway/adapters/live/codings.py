"""What sound can be encoded in. The encoders themselves are loaded when somebody wants one."""

from dataclasses import dataclass
from enum import StrEnum

from services.gateway.wire.sound import Moment

OPUS_RATE_HZ = 48_000
"""Opus knows no 44.1 kHz."""


class Coding(StrEnum):
    """What sound can be encoded in."""

    OPUS = "opus"
    FLAC = "flac"
    MP3 = "mp3"
    AAC = "aac"


AAC_SAMPLES = 1024


@dataclass(frozen=True, slots=True)
class Coded:
    """A packet, and the sample it begins with, at the rate of its coding."""

    start: int
    sound: bytes


@dataclass(frozen=True, slots=True)
class Encoded:
    """What became ready when a moment was encoded: encoders are a little behind."""

    moment: Moment
    packets: tuple[Coded, ...]

    @property
    def position(self) -> int:
        """Of the moment."""
        return self.moment.position


def description(coding: Coding) -> bytes:
    """What a decoder has to be told before the first packet. The first time belongs in a thread."""
    # Loads 20 MiB.
    from services.gateway.adapters.live.encoders import described  # noqa: PLC0415

    return described(coding)
