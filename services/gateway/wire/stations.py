"""Stations: live streams that last, and what they begin with."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.wire.shapes import (
    NO_NUL,
    Answer,
    Asked,
    Instant,
    MaybeText,
    SparseAnswer,
    numbered,
    spoken,
)
from tutti.catalog.v1 import stations_pb2 as pb

SLOWEST_BPM, FASTEST_BPM = 60, 120
StationName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL)]
Description = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Style = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Invitation = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,100}$")]
PitchClass = Annotated[int, Field(ge=0, le=11, description="C is 0, B is 11.")]
TempoBpm = Annotated[float, Field(ge=SLOWEST_BPM, le=FASTEST_BPM)]
Share = Annotated[float, Field(ge=0, le=1)]


class Mode(StrEnum):
    """A scale that music moves in."""

    IONIAN = "ionian"
    DORIAN = "dorian"
    PHRYGIAN = "phrygian"
    LYDIAN = "lydian"
    MIXOLYDIAN = "mixolydian"
    AEOLIAN = "aeolian"


class Audience(StrEnum):
    """Who may hear a station without an invitation, besides its owner and operators."""

    INVITED = "invited"
    MEMBERS = "members"
    PUBLIC = "public"


class Steering(StrEnum):
    """Who may steer a station: its owner alone, or whoever has an account and may hear it."""

    OWNER = "owner"
    LISTENERS = "listeners"


class Beginning(SparseAnswer):
    """What a station plays when it plays for the first time; null follows from the style."""

    style: str
    tonic: int | None = None
    mode: Mode | None = None
    tempo_bpm: float | None = None
    intensity: float | None = None
    timbre: float | None = None
    percussion: float | None = None


class Station(Answer):
    """A named stream that lasts."""

    id: str
    name: str
    description: str
    owner_id: MaybeText = Field(description="Null: the house's.")
    owner_name: MaybeText
    audience: Annotated[Audience, spoken(pb.Audience, "AUDIENCE_")]
    steering: Annotated[Steering, spoken(pb.Steering, "STEERING_")]
    begins_with: Beginning
    invitation: MaybeText = Field(description="For those who may edit it.")
    may_steer: bool
    may_edit: bool
    created_at: Instant


class StationList(Answer):
    """The stations that one may hear: the house's first, one's own, then by name."""

    items: list[Station] = Field(validation_alias="stations")


class Invited(Asked):
    """How one may hear a station that one has no other right to."""

    invitation: Invitation = Field("", description="Out of a link that somebody shared.")


class BeginningAsked(Asked):
    """What a station shall begin with; what is left out follows from the style."""

    style: Style
    tonic: PitchClass | None = None
    mode: Mode | None = None
    tempo_bpm: TempoBpm | None = None
    intensity: Share | None = None
    timbre: Share | None = None
    percussion: Share | None = None

    def beginning(self) -> pb.Beginning:
        """The same as the catalog has it."""
        return pb.Beginning(**self.model_dump(exclude_none=True))


class StationNew(Asked):
    """A station to make."""

    name: StationName
    description: Description = ""
    audience: Audience = Audience.INVITED
    steering: Steering = Steering.OWNER
    begins_with: BeginningAsked

    def request(self, user_id: str) -> pb.CreateStationRequest:
        """Ask the catalog."""
        return pb.CreateStationRequest(
            user_id=user_id,
            name=self.name,
            description=self.description,
            audience=numbered(pb.Audience, "AUDIENCE_", self.audience),
            steering=numbered(pb.Steering, "STEERING_", self.steering),
            begins_with=self.begins_with.beginning(),
        )


class StationEdit(Asked):
    """What to change about a station; what is left out stays."""

    name: StationName | None = None
    description: Description | None = None
    audience: Audience | None = None
    steering: Steering | None = None
    begins_with: BeginningAsked | None = Field(
        None, description="Heard only by a station that has not played yet."
    )
    renew_invitation: bool = Field(False, description="The one before opens nothing any more.")

    def request(self, user_id: str, station_id: str) -> pb.EditStationRequest:
        """Ask the catalog."""
        return pb.EditStationRequest(
            user_id=user_id,
            station_id=station_id,
            name=self.name,
            description=self.description,
            audience=(
                numbered(pb.Audience, "AUDIENCE_", self.audience)
                if self.audience
                else pb.AUDIENCE_UNSPECIFIED
            ),
            steering=(
                numbered(pb.Steering, "STEERING_", self.steering)
                if self.steering
                else pb.STEERING_UNSPECIFIED
            ),
            begins_with=self.begins_with.beginning() if self.begins_with else None,
            renew_invitation=self.renew_invitation,
        )
