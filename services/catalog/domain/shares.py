"""Shares: links by which people let others hear something without an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from libs.common.faults import InvalidInput, NotFound, ResourceExhausted
from services.catalog.domain.music import Track
from services.catalog.domain.text import prose

MOST_SHARES = 200
"""Of one user."""
MOST_THINGS = 500
MOST_TRACKS = 500
LONGEST_DESCRIPTION = 1000


class SharedKind(StrEnum):
    """What can be shared."""

    TRACK = "track"
    ALBUM = "album"
    PLAYLIST = "playlist"


class UnknownShare(NotFound):
    """There is no such share, or it has ended."""

    code = "unknown_share"


class TooManyShares(ResourceExhausted):
    """The user has as many shares as one may have."""

    code = "too_many_shares"


@dataclass(frozen=True, slots=True)
class SharedThing:
    """A track, an album or a playlist."""

    kind: SharedKind
    id: str


@dataclass(frozen=True, slots=True)
class SharePlan:
    """A share to be made."""

    things: Sequence[SharedThing]
    description: str
    expires_at: datetime | None
    downloadable: bool

    def __post_init__(self) -> None:
        if not 1 <= len(self.things) <= MOST_THINGS:
            raise InvalidInput(f"share from 1 to {MOST_THINGS} things")
        description(self.description)


@dataclass(frozen=True, slots=True)
class ShareEdit:
    """What to change about a share; None stays as it is."""

    description: str | None
    changes_expiry: bool
    expires_at: datetime | None
    downloadable: bool | None

    def __post_init__(self) -> None:
        if self.description is not None:
            description(self.description)


@dataclass(frozen=True, slots=True)
class Share:
    """A link to something."""

    id: str
    secret: str
    owner_id: str
    owner_name: str
    title: str
    description: str
    things: Sequence[SharedThing]
    expires_at: datetime | None
    downloadable: bool
    created_at: datetime
    last_opened_at: datetime | None
    open_count: int
    tracks: Sequence[Track]


def description(text: str) -> str:
    """Words fit to stand beside what is shared."""
    return prose(text, "the description of a share", LONGEST_DESCRIPTION)
