"""What a feed says of a podcast, once it is read."""

from dataclasses import dataclass

MOST_PROGRAMMES = 2_000
"""The newest of a feed; what it has beyond that nobody scrolls to."""
LONGEST_TITLE = 500
LONGEST_DESCRIPTION = 4_000
LONGEST_GUID = 1_000
LATEST_UNIX_MS = 4_102_444_800_000
"""The year 2100: what says it was published later does not know when."""


@dataclass(frozen=True, slots=True)
class Programme:
    """One entry of a feed that has sound. Its words are plain text.

    ``published_unix_ms`` is None, ``duration_ms`` and ``size_bytes`` are 0 where
    the feed does not say, or says what cannot be.
    """

    guid: str
    title: str
    description: str
    published_unix_ms: int | None
    duration_ms: int
    size_bytes: int
    content_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is now, in its own order. Its words are plain text."""

    title: str
    description: str
    author: str
    link: str
    image_url: str
    programmes: tuple[Programme, ...]


class NotAFeed(Exception):
    """What lies at the address is no feed that we read, and why, for people."""
