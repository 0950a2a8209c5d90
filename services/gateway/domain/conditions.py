"""Which bytes of a representation a client wants, if any: RFC 9110, sections 13 and 14."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime


class Unsatisfiable(Exception):
    """The range lies wholly outside the representation."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Consecutive bytes of a representation."""

    start: int
    length: int

    def content_range(self, size_bytes: int) -> str:
        """The header that says which bytes these are."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size_bytes}"


def wanted_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """The one range asked for, or None for the whole.

    Several ranges at once, other units and malformed headers ask for the
    whole, as the RFC allows. Raises Unsatisfiable for a range beyond the end.
    """
    match = re.fullmatch(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", header or "", re.IGNORECASE)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size_bytes)
        start = size_bytes - length
    else:
        start = int(first)
        if last and int(last) < start:
            return None
        end = min(int(last), size_bytes - 1) if last else size_bytes - 1
        length = end - start + 1
    if length <= 0:
        raise Unsatisfiable
    return ByteRange(start, length)


def is_among(etag: str, if_none_match: str) -> bool:
    """Whether If-None-Match names this entity tag; comparison is weak."""
    if if_none_match.strip() == "*":
        return True
    tags = re.findall(r'(?:W/)?("[^"]*")', if_none_match)
    return etag.removeprefix("W/") in tags


def unchanged(
    etag: str, modified: datetime, if_none_match: str | None, if_modified_since: str | None
) -> bool:
    """Whether the client has this representation already."""
    if if_none_match is not None:
        return is_among(etag, if_none_match)
    since = _http_date(if_modified_since)
    return since is not None and modified.replace(microsecond=0) <= since


def range_applies(etag: str, modified: datetime, if_range: str | None) -> bool:
    """Whether If-Range, when sent, still names this representation; comparison is strong."""
    if if_range is None:
        return True
    if if_range.startswith('"'):
        return if_range.strip() == etag
    return _http_date(if_range) == modified.replace(microsecond=0)


def http_date(instant: datetime) -> str:
    """A time as headers have it."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def _http_date(header: str | None) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
