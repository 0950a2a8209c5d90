"""What a file says of itself before anybody listened to it."""

from dataclasses import dataclass

from services.ingest.domain.formats import Encoding
from services.ingest.domain.tags import Tags

SKETCHED_BYTES = 64 * 1024
"""At each end of a file: tags and the end of the sound lie there, and a disk reads it at once."""


@dataclass(frozen=True, slots=True)
class Glance:
    """Tags and header of a file, believed until the file is heard.

    ``sketch`` is a digest of its size, its beginning and its end: files of one
    sketch are taken for copies until all of their bytes are read.
    """

    encoding: Encoding
    tags: Tags
    sketch: str


@dataclass(frozen=True, slots=True)
class Found:
    """A file that its library may show, with the words it lacks taken from its name."""

    item_id: str
    file_name: str
    size_bytes: int
    encoding: Encoding
    tags: Tags
