"""Everything that is known of a file when it is ready to be published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    # It imports numpy, which the service itself does without: 0.2 s and 30 MB.
    from services.ingest.domain.analysis import Analysis
    from services.ingest.domain.formats import Container, Encoding
    from services.ingest.domain.inspection import Cover
    from services.ingest.domain.loudness import Loudness
    from services.ingest.domain.renditions import Rendition
    from services.ingest.domain.tags import Tags


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording with its words; what they lack is taken from the name of the file."""

    item_id: str
    user_id: str
    library_id: str
    replaces_track_id: str
    content_sha256: str
    file_name: str
    size_bytes: int
    encoding: Encoding
    tags: Tags
    cover: Cover | None
    loudness: Loudness
    analysis: Analysis
    renditions: Mapping[Rendition, int]
    """Their sizes in bytes."""
    hls_size_bytes: int


def audio_prefix(content_sha256: str) -> str:
    """What the keys of everything that sounds begin with."""
    return f"audio/{content_sha256}/"


def original_key(content_sha256: str, container: Container) -> str:
    """Where the file lies in the store as it was given."""
    return f"{audio_prefix(content_sha256)}original.{container.extensions[0]}"


def rendition_key(content_sha256: str, rendition: Rendition) -> str:
    """Where a rendition of it lies."""
    return f"{audio_prefix(content_sha256)}{rendition.file_name}"


def hls_prefix(content_sha256: str) -> str:
    """What the keys of its HLS playlists and segments begin with."""
    return f"{audio_prefix(content_sha256)}hls/"


def waveform_key(content_sha256: str) -> str:
    """Where its outline lies."""
    return f"waveforms/{content_sha256}.json"
