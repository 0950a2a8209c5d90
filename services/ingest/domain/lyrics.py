"""Lyrics with and without time, and the LRC text that carries both."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_LINES = 5_000
_STAMP = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_WORD_STAMP = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>\s?")
_HEADER = re.compile(r"\[(ar|al|ti|au|by|re|ve|la|length|offset|#):?\s*([^\]]*)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LyricLine:
    """A line to sing and the moment it begins."""

    time_ms: int
    text: str


def synced_lines(text: str) -> tuple[LyricLine, ...]:
    """The timed lines of an LRC text in order of time, or none if it is not LRC.

    A line with several stamps is sung several times. A positive ``offset`` header moves
    the lines earlier, as players do it. Word stamps of enhanced LRC are dropped.
    """
    shift_ms = _offset_ms(text)
    lines = []
    for written in text.splitlines():
        stamps, words = _leading_stamps(written.strip())
        lines += [LyricLine(max(0, stamp - shift_ms), words) for stamp in stamps]
    return in_order(lines)


def plain_text(text: str) -> str:
    """The words of an LRC text, without stamps and headers; other text is left as it is."""
    if not _STAMP.search(text):
        return text.strip()
    kept = (line.strip() for line in text.splitlines() if not _HEADER.fullmatch(line.strip()))
    return "\n".join(_leading_stamps(line)[1] for line in kept).strip()


def in_order(lines: Iterable[LyricLine]) -> tuple[LyricLine, ...]:
    """The lines by time, no more of them than any song has."""
    return tuple(sorted(lines, key=lambda line: line.time_ms)[:MOST_LINES])


def _leading_stamps(line: str) -> tuple[list[int], str]:
    stamps = []
    while found := _STAMP.match(line):
        minutes, seconds, fraction = found.groups()
        fraction_ms = int((fraction or "0").ljust(3, "0"))
        stamps.append((int(minutes) * 60 + int(seconds)) * 1000 + fraction_ms)
        line = line[found.end() :].lstrip()
    return stamps, _WORD_STAMP.sub("", line).strip()


def _offset_ms(text: str) -> int:
    for kind, value in _HEADER.findall(text):
        if kind.lower() == "offset" and re.fullmatch(r"[+-]?\d{1,7}", value.strip()):
            return int(value)
    return 0
