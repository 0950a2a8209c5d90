"""Files to come, in parts."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from libs.common.faults import FailedPrecondition, InvalidInput, NotFound

LONGEST_NAME = 255


class UnknownUpload(NotFound):
    """There is no such upload, or it is somebody else's, or it expired."""


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a client says of a file it wants to send."""

    user_id: str
    library_id: str
    batch_id: str
    file_name: str
    size_bytes: int
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to come, and which of its parts have arrived."""

    id: str
    user_id: str
    library_id: str
    batch_id: str
    file_name: str
    size_bytes: int
    part_size_bytes: int
    received_parts: Sequence[int]
    item_id: str
    expires_at: datetime

    @property
    def part_count(self) -> int:
        """How many parts make the file."""
        return -(-self.size_bytes // self.part_size_bytes)

    def size_of(self, part_number: int) -> int:
        """The size a part must have, so that the parts add up to the file."""
        if not 1 <= part_number <= self.part_count:
            raise InvalidInput(f"part_number must be from 1 to {self.part_count}")
        rest_bytes = self.size_bytes - (part_number - 1) * self.part_size_bytes
        return min(rest_bytes, self.part_size_bytes)

    def require_part(self, part_number: int, size_bytes: int) -> None:
        """Refuse a part that has another size than it must have."""
        expected_bytes = self.size_of(part_number)
        if size_bytes != expected_bytes:
            raise InvalidInput(
                f"part {part_number} must have {expected_bytes} bytes, not {size_bytes}"
            )

    def require_whole(self) -> None:
        """Refuse to begin before every part is there."""
        missing = sorted(set(range(1, self.part_count + 1)) - set(self.received_parts))
        if missing:
            some = ", ".join(map(str, missing[:10])) + (", ..." if len(missing) > 10 else "")  # noqa: PLR2004
            raise FailedPrecondition(
                f"{len(missing)} of {self.part_count} parts are missing: {some}"
            )


def part_key(upload_id: str, part_number: int) -> str:
    """Where a part lies in the object store until the file is staged."""
    return f"{parts_prefix(upload_id)}{part_number:06d}"


def parts_prefix(upload_id: str) -> str:
    """What the keys of all parts of an upload begin with."""
    return f"staging/{upload_id}/"


def file_name_from(given: str) -> str:
    """The name as it is shown, or InvalidInput where it is a path or none at all."""
    name = unicodedata.normalize("NFC", given).strip()
    if not name or name in (".", ".."):
        raise InvalidInput("file_name must not be empty")
    if len(name) > LONGEST_NAME:
        raise InvalidInput(f"file_name must have at most {LONGEST_NAME} characters")
    if any(character in "/\\" or not character.isprintable() for character in name):
        raise InvalidInput("file_name must be a name, not a path, of printable characters")
    return name


def shown_name(name: str) -> str:
    """The name of a file in a folder, which may be anything, as it is shown."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in composed)
