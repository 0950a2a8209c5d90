"""Scrobbling: what services that keep listening are told, and what may come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from libs.common.faults import FailedPrecondition, InvalidInput, Unavailable

SHORTEST_MS = 30_000
"""Shorter tracks are not told: https://www.last.fm/api/scrobbling#when-is-a-scrobble-a-scrobble"""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 900.0
LONGEST_TOKEN = 200


class Service(StrEnum):
    """Who keeps listening."""

    LISTENBRAINZ = "listenbrainz"
    LASTFM = "lastfm"


NAMES = {Service.LISTENBRAINZ: "ListenBrainz", Service.LASTFM: "Last.fm"}


class State(StrEnum):
    """How a service stands with a user."""

    UNAVAILABLE = "unavailable"
    DISCONNECTED = "disconnected"
    BEGUN = "begun"
    CONNECTED = "connected"
    BROKEN = "broken"


class NoSuchScrobbler(FailedPrecondition):
    """The operator gave this server no key for the service."""

    code = "scrobbler_unavailable"


class NotAllowedYet(FailedPrecondition):
    """The user has not allowed it there, or it was too long ago."""

    code = "not_allowed_yet"


class WrongToken(InvalidInput):
    """The service does not know this token."""

    code = "wrong_token"


class Refused(Exception):
    """The service does not take this, now or later."""


class ProofRefused(Exception):
    """The service does not take our proof any more."""


class TryLater(Unavailable):
    """The service cannot answer now.

    Parameters
    ----------
    after_s
        How long it asks to be left alone; 0 when it did not say.
    """

    code = "scrobbler_away"

    def __init__(self, reason: str, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class ScrobbledTrack:
    """What a service is told about a track."""

    title: str
    artist: str
    album: str = ""
    album_artist: str = ""
    track_number: int = 0
    duration_ms: int = 0
    isrc: str = ""
    musicbrainz_recording_id: str = ""
    musicbrainz_release_id: str = ""
    musicbrainz_artist_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Listen:
    """That somebody heard a track; the moment is what services tell listens apart by."""

    at: datetime
    track: ScrobbledTrack

    @property
    def unix_s(self) -> int:
        """When it began, in whole seconds, as the protocols have it."""
        return int(self.at.timestamp())


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of listens that were sent.

    Parameters
    ----------
    refusals
        Why each was not wanted: empty when it was, None when it is to be sent again.
    pause_s
        How long to send nothing more.
    """

    refusals: Sequence[str | None]
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Status:
    """How a service stands with a user, and what it was told."""

    service: Service
    state: State
    account_name: str = ""
    waiting_count: int = 0
    sent_count: int = 0
    refused_count: int = 0
    last_sent_at: datetime | None = None
    problem: str = ""
    last_refusal: str = ""


class Scrobbling(Protocol):
    """A service that is told."""

    most: int
    """Listens in one request."""

    async def send(self, proof: str, listens: Sequence[Listen]) -> Receipt:
        """Tell what was heard. Raises Refused, ProofRefused, TryLater."""

    async def now_playing(self, proof: str, track: ScrobbledTrack) -> None:
        """Tell what is heard now. Raises the same."""


def pause_s(failures: int, chance: float) -> float:
    """How long to wait after so many failures: twice as long each time, each time another part.

    Parameters
    ----------
    chance
        From 0 to 1, so that those who failed together do not come back together.
    """
    longest_s = min(FIRST_PAUSE_S * 2.0 ** min(failures, 20), LONGEST_PAUSE_S)
    return longest_s * (0.5 + chance / 2)
