"""A worker's hold on one thing that has to be fetched."""

from dataclasses import dataclass

MOST_ATTEMPTS = 3
"""What ended its worker so often is not tried again."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One try: read the feed of a channel, or download the file of an episode."""

    id: int
    attempt: int
    """From 1. An end counts only if the errand was not claimed again since."""
    setbacks: int
    channel_id: str
    episode_id: str | None
    """None: the feed is to be read."""
    url: str
    etag: str
    last_modified: str
    cover_of: str
    """The picture that the channel's cover was made from, by its address."""
