"""Files in a mounted folder, and what became of them since the last look."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from services.ingest.domain.formats import Container

SOUND_SUFFIXES = frozenset(
    f".{ending}" for container in Container for ending in container.extensions
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file as it was seen: its content is taken to be the same while these are."""

    size_bytes: int
    modified_ns: int


Sightings = Mapping[str, Sighting]
"""Files by their absolute path."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two looks."""

    new: Sightings
    changed: Sightings
    unchanged_count: int
    missing_count: int


def may_be_music(name: str) -> bool:
    """Whether a file of this name is worth a look: of a known ending, and not hidden."""
    return not name.startswith(".") and PurePath(name).suffix.lower() in SOUND_SUFFIXES


def difference(before: Sightings, now: Sightings) -> Difference:
    """Compare two looks at one folder."""
    changed = {path: seen for path, seen in now.items() if before.get(path, seen) != seen}
    return Difference(
        new={path: seen for path, seen in now.items() if path not in before},
        changed=changed,
        unchanged_count=len(now.keys() & before.keys()) - len(changed),
        missing_count=len(before.keys() - now.keys()),
    )
