"""Stations: live streams that last, and who may hear, steer and change them."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from libs.common.faults import InvalidInput, NotFound, PermissionDenied, ResourceExhausted
from services.catalog.domain.accounts import Plan
from services.catalog.domain.text import line, prose

MOST_STATIONS: Mapping[Plan, int] = {Plan.FREE: 3, Plan.PLUS: 10, Plan.STUDIO: 50}
"""Of one user. Operators have as many as the largest plan allows."""
MOST_LISTED = 1000

LONGEST_NAME, LONGEST_DESCRIPTION = 100, 500
STYLE = re.compile(r"[a-z][a-z0-9_-]{0,63}")
MODES = ("ionian", "dorian", "phrygian", "lydian", "mixolydian", "aeolian")
LARGEST_TONIC = 11
SLOWEST_BPM, FASTEST_BPM = 60, 120


class UnknownStation(NotFound):
    """There is no such station that the listener may hear."""

    code = "unknown_station"


class NotYourStation(PermissionDenied):
    """Only its owner and operators may change a station."""

    code = "not_your_station"


class TooManyStations(ResourceExhausted):
    """The plan allows no more."""

    code = "too_many_stations"


class Audience(StrEnum):
    """Who may hear a station without an invitation, besides its owner and operators."""

    INVITED = "invited"
    MEMBERS = "members"
    PUBLIC = "public"


class Steering(StrEnum):
    """Who may steer a station."""

    OWNER = "owner"
    LISTENERS = "listeners"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a station plays when it plays for the first time; None follows from the style.

    Tonic is a pitch class, C is 0; the last three go from 0 to 1.
    """

    style: str
    tonic: int | None = None
    mode: str | None = None
    tempo_bpm: float | None = None
    intensity: float | None = None
    timbre: float | None = None
    percussion: float | None = None

    def __post_init__(self) -> None:
        if not STYLE.fullmatch(self.style):
            raise InvalidInput("a style is up to 64 small letters, digits, '-' and '_'")
        if self.mode not in (None, *MODES):
            raise InvalidInput(f"mode must be one of {', '.join(MODES)}")
        _within("tonic", self.tonic, 0, LARGEST_TONIC)
        _within("tempo_bpm", self.tempo_bpm, SLOWEST_BPM, FASTEST_BPM)
        for name in ("intensity", "timbre", "percussion"):
            _within(name, getattr(self, name), 0, 1)


@dataclass(frozen=True, slots=True)
class StationListener:
    """Who asks for a station; without an account the id is empty."""

    user_id: str = ""
    is_operator: bool = False

    @property
    def is_member(self) -> bool:
        """Whether they have an account."""
        return self.user_id != ""


@dataclass(frozen=True, slots=True)
class Station:
    """A named stream that lasts. The house's own have no owner."""

    id: str
    name: str
    description: str
    owner_id: str
    owner_name: str
    audience: Audience
    steering: Steering
    begins_with: Beginning
    invitation: str
    created_at: datetime

    def may_edit(self, listener: StationListener) -> bool:
        """Whether they may change it, and invite to it."""
        return listener.is_operator or (self.owner_id == listener.user_id != "")

    def may_hear(self, listener: StationListener, invitation: str = "") -> bool:
        """Whether they may hear it, by right or by what they say is its invitation."""
        if self.may_edit(listener) or self.audience is Audience.PUBLIC:
            return True
        if self.audience is Audience.MEMBERS and listener.is_member:
            return True
        return self.invites(invitation)

    def invites(self, invitation: str) -> bool:
        """Whether this is its invitation."""
        return hmac.compare_digest(invitation.encode(), self.invitation.encode())

    def may_steer(self, listener: StationListener) -> bool:
        """Whether they may steer it, given that they may hear it."""
        shared = self.steering is Steering.LISTENERS and listener.is_member
        return shared or self.may_edit(listener)


@dataclass(frozen=True, slots=True)
class StationPlan:
    """A station to be made."""

    name: str
    description: str
    audience: Audience
    steering: Steering
    begins_with: Beginning


@dataclass(frozen=True, slots=True)
class StationEdit:
    """What to change about a station; None stays as it is."""

    name: str | None = None
    description: str | None = None
    audience: Audience | None = None
    steering: Steering | None = None
    begins_with: Beginning | None = None
    renew_invitation: bool = False


def station_name(text: str) -> str:
    """A name fit for a station."""
    return line(text, "the name of a station", LONGEST_NAME)


def station_description(text: str) -> str:
    """A description fit for a station."""
    return prose(text, "the description of a station", LONGEST_DESCRIPTION)


def _within(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise InvalidInput(f"{name} must be from {low} to {high}")
