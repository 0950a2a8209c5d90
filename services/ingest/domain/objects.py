"""What lies in the store: who made it, and what becomes of it when it is damaged."""

from dataclasses import dataclass
from datetime import datetime

from services.ingest.domain.inspection import COVER_SIDES_PX
from services.ingest.domain.pipeline import RENDITIONS, Step

QUARANTINE = "quarantine/"
"""What the keys of objects begin with that were found damaged."""
OURS = ("audio/", "covers/", "podcasts/", "staging/", "waveforms/")
"""What the keys of our objects begin with. What is not ours is no orphan of ours."""
_MAKERS = {rendition.file_name: step for step, rendition in RENDITIONS.items()}


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it was when a step stored it."""

    key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Noted:
    """An object as its row tells, made by a step from a file."""

    key: str
    sha256: str
    size_bytes: int
    content_sha256: str
    step: Step
    stored_at: datetime

    @property
    def original(self) -> bool:
        """Whether it is the file as it was given, which nothing can make anew."""
        return self.step is Step.STAGE


@dataclass(frozen=True, slots=True)
class Damage:
    """An object that was found missing or wrong, and the file it was or was made from."""

    key: str
    original: bool
    detail: str
    quarantine_key: str
    content_sha256: str
    file_name: str
    title: str
    artist: str
    found_at: datetime
    healed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pass:
    """One walk of the scrubber through all objects, and how far it came."""

    under_way: bool
    due_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    place: str
    removes_orphans: bool
    checked_count: int
    checked_bytes: int
    damaged_count: int
    orphan_count: int
    orphan_bytes: int


def quarantine_key(damage_id: int, key: str) -> str:
    """Where a damaged object lies for the operator to look at."""
    return f"{QUARANTINE}{damage_id}/{key}"


def cover_keys(sha256: str) -> list[str]:
    """The keys of a cover in all its sizes."""
    sizes = ("", *(f"-{side_px}" for side_px in COVER_SIDES_PX))
    return [f"covers/{sha256}{size}.webp" for size in sizes]


def owner_of(key: str) -> str:
    """The hash or the upload that the key of one of our objects is named by."""
    name = key.split("/")[1]
    return name if key.startswith(("audio/", "staging/")) else name.partition(".")[0][:64]


def maker_of(key: str) -> Step | None:
    """The step that makes objects with such keys, or None where no step does."""
    match key.split("/"):
        case ["audio", _, "hls", _]:
            return Step.HLS
        case ["audio", _, name]:
            return Step.STAGE if name.startswith("original.") else _MAKERS.get(name)
        case ["covers", _]:
            return Step.TAGS
        case ["waveforms", _]:
            return Step.PEAKS
    return None
