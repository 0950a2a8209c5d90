"""Everything that is known of a file when it is ready to be published."""

from dataclasses import dataclass

from services.ingest.domain.formats import Container, Encoding
from services.ingest.domain.inspection import Cover
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


def original_key(content_sha256: str, container: Container) -> str:
    """Where the file lies in the store as it was given."""
    return f"audio/{content_sha256}/original.{container.extensions[0]}"
