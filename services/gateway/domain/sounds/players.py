"""What a player says it can play."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.gateway.domain.sounds.formats import Format

SAME_CONTAINERS = (
    frozenset({"mp4", "m4a", "m4b", "mov"}),
    frozenset({"ogg", "oga", "opus"}),
    frozenset({"aac", "adts"}),
    frozenset({"matroska", "mka", "webm", "mkv"}),
    frozenset({"wav", "wave"}),
    frozenset({"aiff", "aif"}),
)
"""Names of the same thing."""


class Property(StrEnum):
    """What of sound there may be limits for; the bitrate is in bits a second."""

    CHANNELS = "audioChannels"
    BITRATE = "audioBitrate"
    PROFILE = "audioProfile"
    RATE = "audioSamplerate"
    DEPTH = "audioBitdepth"


class Comparison(StrEnum):
    """How a value is held against a limit."""

    EQUALS = "Equals"
    NOT_EQUALS = "NotEquals"
    AT_MOST = "LessThanEqual"
    AT_LEAST = "GreaterThanEqual"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a codec."""

    which: Property
    comparison: Comparison
    values: Sequence[int]
    required: bool

    def allows(self, value: int) -> bool:
        """Whether a value keeps it."""
        match self.comparison:
            case Comparison.EQUALS:
                return value in self.values
            case Comparison.NOT_EQUALS:
                return value not in self.values
            case Comparison.AT_MOST:
                return value <= self.values[0]
            case Comparison.AT_LEAST:
                return value >= self.values[0]


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of a codec."""

    limits: Sequence[Limit] = ()

    def allow(self, which: Property, value: int) -> bool:
        """Whether a value keeps every limit of its kind."""
        return all(limit.allows(value) for limit in self.limits if limit.which is which)

    def broken_by(self, values: Mapping[Property, int]) -> str:
        """What is not supported, or nothing; what is not known, or 0, breaks no limit."""
        for limit in self.limits:
            value = values.get(limit.which, 0)
            if limit.required and value and not limit.allows(value):
                name = limit.which.removeprefix("audio")
                return f"Audio{name}NotSupported"
        return ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A way in which a player takes sound; what is empty or 0 is any."""

    containers: Sequence[str] = ()
    codecs: Sequence[str] = ()
    protocols: Sequence[str] = ()
    most_channels: int = 0

    @property
    def formats(self) -> Sequence[Format]:
        """What could be made of a sound to be taken in this way."""
        if self.protocols and "http" not in self.protocols:
            return ()
        return [
            each
            for each in Format
            if each.codec in self.codecs and same_container(each.container, self.containers)
        ]


@dataclass(frozen=True, slots=True)
class Player:
    """What a player can do; 0 is no limit."""

    most_bps: int = 0
    most_transcoded_bps: int = 0
    plays: Sequence[Profile] = ()
    takes: Sequence[Profile] = ()
    """What may be made for it, the best first."""
    limits: Mapping[str, Limits] | None = None

    def limits_of(self, codec: str) -> Limits:
        """Its limits for a codec."""
        return (self.limits or {}).get(codec, Limits())


def same_container(container: str, names: Sequence[str]) -> bool:
    """Whether a container is one of those named, of which none are all."""
    if not names or container in names:
        return True
    alike = next((each for each in SAME_CONTAINERS if container in each), frozenset())
    return not alike.isdisjoint(names)
