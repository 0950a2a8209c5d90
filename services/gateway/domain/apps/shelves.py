"""Artists by the letter that their names begin with."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol, TypeVar

ARTICLES = "The An A"
"""Words that names are not sorted by."""
OTHERS = "#"


class Sorted(Protocol):
    """What has a name to be sorted by."""

    sort_name: str


Row = TypeVar("Row", bound=Sorted)


def shelved(rows: Iterable[Row]) -> Iterator[tuple[str, Sequence[Row]]]:
    """Rows by their letter: the letters in order, those of none first, the rows as they came."""
    in_order = sorted(rows, key=lambda row: _place(letter(row.sort_name)))
    for initial, alike in groupby(in_order, key=lambda row: letter(row.sort_name)):
        yield initial, list(alike)


def letter(name: str) -> str:
    """The letter without its accents, in capitals; one sign for all that is no letter."""
    first = unicodedata.normalize("NFKD", name[:1])[:1].upper()
    return first[:1] if first.isalpha() else OTHERS


def _place(initial: str) -> tuple[bool, str]:
    return initial != OTHERS, initial
