"""Which form of a recording fulfils a wish."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from services.gateway.domain.sounds.formats import Codec, Container, Format


@dataclass(frozen=True, slots=True)
class Stored:
    """A form that lies in the object store."""

    object_key: str
    content_type: str
    codec: str
    bitrate_kbps: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a recording or an episode can be sent from; what is 0 or empty is unknown."""

    original: Stored
    title: str
    duration_ms: int
    container: str
    lossless: bool = False
    sample_rate_hz: int = 0
    channels: int = 0
    bit_depth: int = 0
    renditions: Sequence[Stored] = ()
    """What was made of the whole of it in advance."""
    gain_db: float = 0.0
    """What makes it as loud as others, and overdrives nothing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a listener asks for."""

    format: Format | None = None
    limit_kbps: int = 0
    offset_ms: int = 0
    raw: bool = False
    """The file as it came, whatever else is asked for."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be made of a source; what is 0 stays as it is."""

    format: Format
    kbps: int
    sample_rate_hz: int = 0
    channels: int = 0
    bit_depth: int = 0
    gain_db: float = 0.0

    @property
    def name(self) -> str:
        """What tells it from all others."""
        limits = (self.kbps, self.sample_rate_hz, self.channels, self.bit_depth)
        gain = (f"{self.gain_db:+.1f}dB",) if self.gain_db else ()
        return "-".join((str(self.format), *map(str, limits), *gain))


def chosen(source: Source, wish: Wish) -> Stored | Target:
    """The form to send: an object wherever one is what was asked for, from its beginning."""
    if wish.raw or (wish == Wish()):
        return source.original
    format_, limit_kbps = wish.format, wish.limit_kbps
    if format_ and format_.lossless and limit_kbps:
        format_ = None  # what is lossless keeps no limit, and the limit is what costs money
    if not wish.offset_ms and _is_fulfilled(source, format_, limit_kbps):
        return source.original
    if format_ is None:
        format_ = Format.MP3 if limit_kbps else own_format(source)
    target = Target(format_, format_.kbps_within(limit_kbps))
    return at_hand(source, target, wish.offset_ms)


def at_hand(source: Source, target: Target, offset_ms: int) -> Stored | Target:
    """The object that is what is to be made, where there is one."""
    if offset_ms:
        return target
    return next((made for made in source.renditions if _is_same(made, target)), target)


def made_anew(form: Stored) -> Target:
    """What has to be made where an object is missing that was made before."""
    format_ = next(each for each in Format if each.codec == form.codec)
    return Target(format_, form.bitrate_kbps)


def safe_gain_db(track_gain_db: float, track_peak: float) -> float:
    """The gain of ReplayGain, as far as its peak stays within full scale; a tenth of a dB apart."""
    room_db = -20 * math.log10(track_peak) if track_peak > 0 else 0.0
    return math.floor(min(track_gain_db, room_db) * 10) / 10


def own_format(source: Source) -> Format:
    """The form that comes nearest to what a source is."""
    if source.lossless:
        return Format.FLAC
    if source.original.codec == Codec.AAC:
        return Format.AAC if source.container == Container.ADTS else Format.M4A
    return next((each for each in Format if each.codec == source.original.codec), Format.MP3)


def _is_fulfilled(source: Source, format_: Format | None, limit_kbps: int) -> bool:
    """Whether the original is what was asked for."""
    kbps = source.original.bitrate_kbps
    if limit_kbps and not 0 < kbps <= limit_kbps:
        return False
    return format_ is None or is_in(source, format_)


def is_in(source: Source, format_: Format) -> bool:
    """Whether the original has this codec in this container."""
    same_codec = source.original.codec == format_.codec
    return same_codec and source.container == format_.container


def _is_same(made: Stored, target: Target) -> bool:
    return target == made_anew(made)
