"""What a tag says before anyone makes sense of it, the same for every tag format."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.ingest.domain.lyrics import LyricLine
from services.ingest.domain.tags import squeezed

_MOST_VALUES = 64


@dataclass(slots=True)
class RawTags:
    """Values by squeezed field name, timed lyrics, and pictures with the front cover first."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    synced: tuple[LyricLine, ...] = ()
    pictures: list[bytes] = field(default_factory=list)

    def add(self, name: str, values: Iterable[object]) -> None:
        """Take more values of a field."""
        kept = self.fields.setdefault(squeezed(name), [])
        kept += [str(value) for value in values][:_MOST_VALUES]
