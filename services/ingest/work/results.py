"""What steps leave to later ones, as it rests in the database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from services.ingest.domain.formats import Encoding
from services.ingest.domain.inspection import Cover
from services.ingest.domain.pcm import PcmShape
from services.ingest.domain.plain import from_plain, to_json
from services.ingest.domain.tags import Tags, with_file_name

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value")

UNNAMED = "Untitled"
"""What a file is called that has no title and, to whoever reads it, no name."""


@dataclass(frozen=True, slots=True)
class Read:
    """How the sound of a file is coded."""

    encoding: Encoding
    pcm: PcmShape
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """What a file says of itself, without what its name says."""

    tags: Tags
    cover: Cover | None

    def named(self, file_name: str) -> Tags:
        """The tags with what they lack taken from this name."""
        title = None if self.tags.title == UNNAMED else self.tags.title
        return with_file_name(replace(self.tags, title=title), file_name)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made and lies in the store."""

    size_bytes: int


def remembered(value: "DataclassInstance") -> Mapping[str, object]:
    """A value as a row keeps it."""
    plain: Mapping[str, object] = json.loads(to_json(value))
    return plain


def recalled(kind: type[Value], result: Mapping[str, object]) -> Value:
    """A value out of its row."""
    return from_plain(kind, result)
