"""Pages: how many rows an answer holds, and where the next one goes on."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeAlias, TypeVar

from libs.common.faults import InvalidInput

Row = TypeVar("Row")
Place: TypeAlias = str | int
Position: TypeAlias = tuple[Place, ...]
"""The sort key of the last row of a page."""

MOST_OFFSET = 10_000_000


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page a caller wants: ``size`` rows after a position, None at the start."""

    size: int
    after: Position | None = None

    @classmethod
    def parse(
        cls, size: int, token: str, *, usual: int, most: int, kinds: Sequence[type[Place]]
    ) -> Self:
        """Read what a caller asked for; ``kinds`` are the types in the list's sort key."""
        return cls(page_size(size, usual, most), page_position(token, kinds))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which part of a list a caller wants: behind a token, or behind so many rows."""

    size: int
    token: str = ""
    offset: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.offset <= MOST_OFFSET:
            raise InvalidInput(f"offset must be from 0 to {MOST_OFFSET}")
        if self.token and self.offset:
            raise InvalidInput("send page_token or offset, not both")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the token to ask for more with: empty when there are none."""

    rows: Sequence[Row]
    next_token: str

    @classmethod
    def of(cls, rows: Sequence[Row], asked: PageAsked, sort_key: Callable[[Row], Position]) -> Self:
        """Make a page of rows that were read with a limit of one more than asked for."""
        if len(rows) <= asked.size:
            return cls(rows, "")
        return cls(rows[: asked.size], page_token(sort_key(rows[asked.size - 1])))


def page_size(asked: int, usual: int, most: int) -> int:
    """How many rows to answer with; 0 asks for the usual."""
    if not 0 <= asked <= most:
        raise InvalidInput(f"page_size must be from 1 to {most}, or 0 for {usual}")
    return asked or usual


def page_token(position: Position) -> str:
    """The position as callers carry it: text that means nothing to them."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def page_position(token: str, kinds: Sequence[type[Place]]) -> Position | None:
    """Where a page starts, None at the beginning. Only tokens of the same list are taken."""
    if not token:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        position = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (binascii.Error, ValueError, RecursionError):
        position = None
    if (
        not isinstance(position, list)
        or [type(place) for place in position] != list(kinds)
        or not all(map(_storable, position))
    ):
        raise InvalidInput("page_token must be a next_page_token this list answered with")
    return tuple(position)


def _storable(place: Place) -> bool:
    """Whether PostgreSQL has such a value: forged tokens may hold anything."""
    if isinstance(place, int):
        return -(2**63) <= place < 2**63
    return not re.search("[\0\ud800-\udfff]", place)
