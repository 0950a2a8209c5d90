"""What is kept and told about streams, besides their music."""

import re
from dataclasses import dataclass
from typing import Self

from libs.common.faults import InvalidInput, NotFound
from services.synth.domain.parameters import Change, Parameters

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UnknownStream(NotFound):
    """No stream has this id: none was opened, or it was closed."""

    code = "unknown_stream"

    @classmethod
    def named(cls, stream_id: str) -> Self:
        """Say which."""
        return cls(f"there is no stream {stream_id}; open it first")


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose a stream is. Without an owner it rests, or whoever is first may go on."""

    owner: str
    epoch: int
    begins_with: Parameters
    rests: bool = False
    position: int = 0
    """Where the owner before let go of it."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A change as the log has it. One without a change says that a new owner has begun."""

    revision: int
    position: int
    change: Change | None
    epoch: int
    by: str
    logged_at_unix_ms: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stream at a moment, so that it can go on as if there had been no pause."""

    position: int
    revision: int
    epoch: int
    log_sequence: int
    parameters: Parameters
    engine: str
    music: bytes
    sound: bytes


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream as it is now."""

    id: str
    parameters: Parameters
    revision: int
    position: int
    epoch: int
    owner: str
    listeners: int
    engine: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a stream has been sent."""

    stream_id: str
    epoch: int
    position: int


@dataclass(frozen=True, slots=True)
class Beat:
    """A replica's sign of life: what it plays, and how many more streams it would."""

    replica: str
    room: int
    marks: tuple[Mark, ...]


def checked_id(stream_id: str) -> str:
    """The id, if it is one."""
    if not _ID.fullmatch(stream_id):
        raise InvalidInput("stream_id must have 1 to 64 letters, digits, '-' or '_'")
    return stream_id
