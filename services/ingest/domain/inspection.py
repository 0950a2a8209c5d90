"""What is known of a file once it has been read from end to end."""

from dataclasses import dataclass

from services.ingest.domain.formats import Encoding
from services.ingest.domain.pcm import PcmShape
from services.ingest.domain.tags import Tags

COVER_SIDES_PX = (96, 300, 600)


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover picture by the digest of its large WebP, which is ``width_px`` x ``height_px``."""

    sha256: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file that is fit to become a track; ``notes`` tell its owner what was odd about it."""

    encoding: Encoding
    tags: Tags
    pcm: PcmShape
    cover: Cover | None
    notes: tuple[str, ...]
