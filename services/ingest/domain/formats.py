"""The containers and codecs we accept, and which of two encodings is the better original."""

from dataclasses import dataclass
from enum import StrEnum


class Container(StrEnum):
    """How the bytes are packed, whatever the name of the file says."""

    MP3 = "mp3"
    FLAC = "flac"
    OGG = "ogg"
    MP4 = "mp4"
    ADTS = "aac"
    WAV = "wav"
    AIFF = "aiff"
    MATROSKA = "matroska"

    @property
    def extensions(self) -> tuple[str, ...]:
        """Endings of file names that tell the truth about this container; the first is ours."""
        return _EXTENSIONS[self]

    @property
    def content_type(self) -> str:
        """The media type to serve it as."""
        return _CONTENT_TYPES[self]


class Codec(StrEnum):
    """How the sound is coded."""

    MP3 = "mp3"
    FLAC = "flac"
    VORBIS = "vorbis"
    OPUS = "opus"
    AAC = "aac"
    ALAC = "alac"
    PCM = "pcm"

    @property
    def lossless(self) -> bool:
        """Whether decoding gives back exactly what was encoded."""
        return self in (Codec.FLAC, Codec.ALAC, Codec.PCM)


_EXTENSIONS = {
    Container.MP3: ("mp3",),
    Container.FLAC: ("flac",),
    Container.OGG: ("ogg", "oga", "opus"),
    Container.MP4: ("m4a", "mp4", "m4b", "aac", "alac"),
    Container.ADTS: ("aac",),
    Container.WAV: ("wav", "wave"),
    Container.AIFF: ("aiff", "aif", "aifc"),
    Container.MATROSKA: ("mka", "webm", "weba", "mkv"),
}
_CONTENT_TYPES = {
    Container.MP3: "audio/mpeg",
    Container.FLAC: "audio/flac",
    Container.OGG: "audio/ogg",
    Container.MP4: "audio/mp4",
    Container.ADTS: "audio/aac",
    Container.WAV: "audio/wav",
    Container.AIFF: "audio/aiff",
    Container.MATROSKA: "audio/webm",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """One way a recording is written down, as found by decoding all of it.

    ``bit_depth`` is known for lossless codecs only. ``bitrate_bps`` is the size of the
    sound divided by its length. ``declared_s`` is what the header promised, if it did.
    """

    container: Container
    codec: Codec
    sample_rate_hz: int
    channels: int
    bit_depth: int | None
    bitrate_bps: int
    duration_s: float
    declared_s: float | None


TRANSPARENCY = {Codec.MP3: 1.0, Codec.VORBIS: 1.3, Codec.AAC: 1.4, Codec.OPUS: 1.8}
"""What a bit is worth in each lossy codec, in bits of MP3.

From the public listening tests at 96 kbit/s of 2014, where Opus and AAC at 96 equalled or
beat MP3 at 128 and more: an order of codecs, good enough to choose between two files.
"""


def better(one: Encoding, other: Encoding) -> bool:
    """Whether ``one`` is the better original of the same recording; a tie is not better.

    Lossless before lossy. Between lossless: bit depth, then sample rate, then channels,
    where a rate above 48 kHz or more than 24 bits adds nothing that can be heard and so
    decides last. Between lossy: bitrate weighted by codec.
    """
    return _worth(one) > _worth(other)


def _worth(encoding: Encoding) -> tuple[float, ...]:
    if encoding.codec.lossless:
        depth = encoding.bit_depth or 16
        audible = (min(depth, 24), min(encoding.sample_rate_hz, 48_000), encoding.channels)
        return (1, *audible, encoding.sample_rate_hz, depth)
    weight = TRANSPARENCY[encoding.codec]
    return (0, round(encoding.bitrate_bps * weight / 1000), encoding.sample_rate_hz)
