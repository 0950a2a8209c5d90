"""Delta sync as its reader sees it: changes, and a cursor among them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

from services.catalog.domain.libraries import Library
from services.catalog.domain.music import Album, Artist, Track
from services.catalog.domain.paging import page_position, page_token

Entity: TypeAlias = Artist | Album | Track | Library


@dataclass(frozen=True, slots=True)
class Gone:
    """An entity the viewer does not see, or no longer."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """What changed, and how to ask for what comes after."""

    changes: Sequence[Entity | Gone]
    next_cursor: str
    more: bool
    start_over: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has come, and in which circumstances."""

    life: str
    as_operator: bool
    since: int
    """The stamp at which the reader started: what was gone before then is not told."""
    after: tuple[int, str, str, str, str] = (0, "", "", "", "")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a cursor, None when the reader starts; InvalidInput when it is none of ours."""
        position = page_position(text, [str, int, int, int, str, str, str, str])
        if position is None:
            return None
        life, as_operator, since, stamp, *rest = position
        kind, entity_id, library_id, audience = map(str, rest)
        after = (max(0, int(stamp)), kind, entity_id, library_id, audience)
        return cls(str(life), bool(as_operator), max(0, int(since)), after)

    def behind(self, place: tuple[int, str, str, str, str]) -> Self:
        """The cursor moved on to a place, never back."""
        return replace(self, after=max(place, self.after))

    def text(self) -> str:
        """The cursor as readers carry it."""
        return page_token((self.life, int(self.as_operator), self.since, *self.after))
