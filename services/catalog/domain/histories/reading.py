"""Reading large JSON and CSV a little at a time: no file can ask for more memory than this."""

import csv
import json
from collections.abc import Iterable, Iterator

from services.catalog.domain.histories.fields import Row
from services.catalog.domain.histories.listens import BadExport

LONGEST_ENTRY = 2**17
"""Characters of one entry, or one line; those of real exports have about a thousand."""
_BLANK = " \t\r\n,"
_DECODER = json.JSONDecoder()


def entries(chunks: Iterable[str]) -> Iterator[object]:
    """The entries of a JSON array, one after the other."""
    waiting, place = "", -1
    for chunk in chunks:
        waiting += chunk
        if place < 0:
            waiting = waiting.lstrip()
            place = _begun(waiting)
        while (found := _entry(waiting, place)) is not None:
            entry, place = found
            yield entry
        place = _skipped(waiting, place)
        if waiting[place : place + 1] == "]":
            return
        waiting, place = waiting[place:], min(place, 0)
        if len(waiting) > LONGEST_ENTRY:
            raise BadExport("this JSON is damaged")
    raise BadExport("this JSON ends too soon")


def _begun(text: str) -> int:
    """Where the entries begin; -1 where the list does not yet."""
    if text and text[0] != "[":
        raise BadExport("this is no list in JSON")
    return 1 if text else -1


def _entry(text: str, start: int) -> tuple[object, int] | None:
    """The entry at this place and where it ends, if all of it is there."""
    try:
        entry, end = _DECODER.raw_decode(text, _skipped(text, start))
    except RecursionError:
        raise BadExport("this JSON goes too deep") from None
    except ValueError:
        return None
    return (entry, end) if end < len(text) else None  # else a number may go on


def lines(chunks: Iterable[str]) -> Iterator[str]:
    """The lines of a text."""
    waiting = ""
    for chunk in chunks:
        *whole, waiting = (waiting + chunk).split("\n")
        for line in whole:
            yield f"{line}\n"
        if len(waiting) > LONGEST_ENTRY:
            raise BadExport("this has lines that are too long")
    if waiting:
        yield waiting


def rows(chunks: Iterable[str]) -> Iterator[Row]:
    """The rows of a table, by the names in its first one."""
    reader = csv.DictReader(lines(chunks))
    try:
        yield from reader
    except csv.Error as error:
        raise BadExport(f"this table is damaged: {error}") from None


def _skipped(text: str, start: int) -> int:
    while 0 <= start < len(text) and text[start] in _BLANK:
        start += 1
    return start
