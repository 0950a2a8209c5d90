"""Live music: what is asked of it, and what it says."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, TypeAdapter, field_validator

from services.gateway.domain.live.packets import CHANNELS, FRAME_SAMPLES, RATE_HZ
from services.gateway.wire.shapes import LARGEST_INT64, Answer, Asked, Id, numbered, spoken
from services.gateway.wire.stations import (
    Invited,
    Mode,
    PitchClass,
    Share,
    Style,
    TempoBpm,
)
from tutti.synth.v1 import synth_pb2 as pb

LARGEST_SEED = 2**64 - 1
MOST_PEOPLE = 50


class Suffix(StrEnum):
    """How a live stream's address may end for radio apps."""

    MP3 = "mp3"
    OPUS = "opus"
    FLAC = "flac"
    AAC = "aac"


Seed = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{1,20}$"), Field(description="A number up to 2^64 - 1.")
]
MessageId = Annotated[str, StringConstraints(max_length=64)]


class Parameters(Answer):
    """Everything that the music of a stream depends on, besides its position."""

    style: str
    tonic: int
    mode: Annotated[Mode, spoken(pb.Mode, "MODE_")]
    tempo_bpm: float
    intensity: float
    timbre: float
    percussion: float
    seed: Annotated[str, BeforeValidator(str)]


class LiveStyle(Answer):
    """A way of making music."""

    name: str
    description: str
    begins_with: Parameters


class LiveStyleList(Answer):
    """The styles there are."""

    items: list[LiveStyle] = Field(validation_alias="styles")


class Change(Asked):
    """What shall be different; what is left out stays."""

    style: Style | None = None
    tonic: PitchClass | None = None
    mode: Mode | None = None
    tempo_bpm: TempoBpm | None = None
    intensity: Share | None = None
    timbre: Share | None = None
    percussion: Share | None = None
    seed: Seed | None = None

    @field_validator("seed")
    @classmethod
    def _fits(cls, seed: str | None) -> str | None:
        if seed is not None and int(seed) > LARGEST_SEED:
            raise ValueError(f"seed must be from 0 to {LARGEST_SEED}")
        return seed

    def change(self) -> pb.Change:
        """The same as the synth has it."""
        given = self.model_dump(exclude_none=True, exclude={"mode", "seed"})
        mode = numbered(pb.Mode, "MODE_", self.mode) if self.mode else pb.MODE_UNSPECIFIED
        seed = int(self.seed) if self.seed is not None else None
        return pb.Change(**given, mode=mode, seed=seed)


class Control(Invited):
    """How to steer a station."""

    station_id: Id
    change: Change


class Steered(Answer):
    """A change that can no longer be lost, and from where on it is heard."""

    revision: int
    position: int = Field(description="Sample from which it can be heard.")
    parameters: Parameters


class TicketAsked(Invited):
    """What a ticket is for, besides its station."""


class Ticket(Answer):
    """Opens one socket, once."""

    ticket: str
    expires_in_s: int


class StatusQuery(Invited):
    """Which streams to tell of."""

    station_id: Id | None = Field(None, description="All that one may hear when left out.")


class StreamStatus(Answer):
    """A stream that plays now."""

    station_id: str
    name: str
    position: int
    revision: int
    parameters: Parameters
    listeners: int
    engine: str
    codecs: list[str] = Field(description="What this replica sends it as now.")


class LiveStatus(Answer):
    """The streams that play now, of those one may hear."""

    items: list[StreamStatus]


Position = Annotated[int, Field(ge=0, le=LARGEST_INT64)]


class SocketQuery(Invited):
    """What a socket is opened for."""

    id: Id
    format: Literal["pcm", "opus", "flac", "json"] = "pcm"
    ticket: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,100}$")] = ""
    resume: Position | None = Field(None, validation_alias="from")
    notes: bool = False


class Steer(Asked):
    """Change what is played."""

    type: Literal["steer"]
    id: MessageId = ""
    change: Change


class TimeAsked(Asked):
    """Ask for the time."""

    type: Literal["time"]
    client_us: int = Field(ge=-LARGEST_INT64, le=LARGEST_INT64)


Said = Annotated[Steer | TimeAsked, Field(discriminator="type")]
SAID: TypeAdapter[Steer | TimeAsked] = TypeAdapter(Said)
"""All that a client may say over a socket."""


class StationName(Answer):
    """Which station it is."""

    id: str
    name: str


class Hello(Answer):
    """The first message of a socket."""

    type: Literal["hello"] = "hello"
    station: StationName
    format: str
    rate_hz: int = RATE_HZ
    channels: int = CHANNELS
    frame_samples: int = FRAME_SAMPLES
    codec_header: str | None
    position: int
    revision: int
    parameters: Parameters
    may_steer: bool
    listeners: int
    time_us: int


class Ack(Steered):
    """The change was taken."""

    type: Literal["ack"] = "ack"
    id: str


class Refusal(Answer):
    """What was asked for was not done."""

    type: Literal["error"] = "error"
    id: str | None
    code: str
    detail: str


class Time(Answer):
    """The server's clock."""

    type: Literal["time"] = "time"
    client_us: int
    server_us: int


class State(Steered):
    """Somebody changed what is played."""

    type: Literal["state"] = "state"
    by: str


class Presence(Answer):
    """Who listens."""

    type: Literal["presence"] = "presence"
    listeners: int
    people: list[str]
