"""Why a file cannot become a track, in stable codes and in words for its owner."""

from enum import StrEnum


class Reason(StrEnum):
    """A code that is stored and shown; each has a sentence saying what would be right."""

    EMPTY = "empty"
    UNSUPPORTED_FORMAT = "unsupported_format"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    SILENT = "silent"
    TAG_TOO_LARGE = "tag_too_large"
    TOO_LONG = "too_long"
    TOO_MANY_CHANNELS = "too_many_channels"
    BAD_SAMPLE_RATE = "bad_sample_rate"
    NONFINITE_SAMPLES = "nonfinite_samples"
    RESOURCE_LIMIT = "resource_limit"
    IMAGE_TOO_LARGE = "image_too_large"
    POLYGLOT = "polyglot"

    @property
    def sentence(self) -> str:
        """What is wrong and what would be right, for the person who brought the file."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.EMPTY: "The file has no content. Copy or export it again.",
    Reason.UNSUPPORTED_FORMAT: (
        "This is not audio in a format we know. "
        "MP3, FLAC, Ogg Vorbis, Opus, M4A (AAC or ALAC), WAV, AIFF and WebM audio are welcome."
    ),
    Reason.TRUNCATED: "The end of the file is missing. Copy or download it again, completely.",
    Reason.CORRUPT: "Parts of the sound are damaged. Bring an intact copy.",
    Reason.SILENT: "There is no sound in it, only digital silence. Export it again.",
    Reason.TAG_TOO_LARGE: (
        "Its tags are larger than any we accept. "
        "Keep them under 4,096 entries and the cover under 16 MB."
    ),
    Reason.TOO_LONG: "It plays longer than this server accepts. Split it into parts.",
    Reason.TOO_MANY_CHANNELS: "It has more than 8 channels. Mix it down to stereo or surround.",
    Reason.BAD_SAMPLE_RATE: (
        "Its sample rate is outside 8 to 384 kHz. Convert it to 44.1 or 48 kHz."
    ),
    Reason.NONFINITE_SAMPLES: (
        "Some samples are not numbers, so it cannot be played. Export it again."
    ),
    Reason.RESOURCE_LIMIT: (
        "Reading it took more time or memory than a real recording needs. Export it again."
    ),
    Reason.IMAGE_TOO_LARGE: "Its cover has more than 50 megapixels. Use a smaller picture.",
    Reason.POLYGLOT: (
        "It is audio and another kind of file at once. Export the sound alone to a new file."
    ),
}


class Refused(Exception):
    """A file that cannot become a track: the reason, and what exactly was seen."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
