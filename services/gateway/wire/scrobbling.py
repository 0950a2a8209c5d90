"""Services that keep listening: how they stand, and what is heard now."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.wire.shapes import (
    Answer,
    Asked,
    Id,
    MaybeInstant,
    MaybeText,
    numbered,
    spoken,
)
from tutti.catalog.v1 import scrobbling_pb2 as pb

Token = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class ScrobblerName(StrEnum):
    """A service that keeps listening."""

    LISTENBRAINZ = "listenbrainz"
    LASTFM = "lastfm"

    @property
    def number(self) -> pb.Scrobbler.ValueType:
        """The same in the contract."""
        return numbered(pb.Scrobbler, "SCROBBLER_", self)


class ScrobblerState(StrEnum):
    """How it stands with oneself."""

    UNAVAILABLE = "unavailable"
    DISCONNECTED = "disconnected"
    BEGUN = "begun"
    CONNECTED = "connected"
    BROKEN = "broken"


class Scrobbler(Answer):
    """A service, and what was told to it."""

    scrobbler: Annotated[ScrobblerName, spoken(pb.Scrobbler, "SCROBBLER_")]
    state: Annotated[ScrobblerState, spoken(pb.ScrobblerState, "SCROBBLER_STATE_")] = Field(
        description="unavailable: this server has no key. broken: connect again."
    )
    account_name: MaybeText = Field(description="What one is called there.")
    waiting_count: int = Field(description="Listens not sent yet.")
    sent_count: int
    refused_count: int = Field(description="Listens it did not want, of the last 30 days.")
    last_sent_at: MaybeInstant
    problem: MaybeText = Field(description="Why it is broken, or why the last try failed.")
    last_refusal: MaybeText = Field(description="Why the last one that was refused was.")


class ScrobblerList(Answer):
    """Every service there is."""

    items: list[Scrobbler] = Field(validation_alias="scrobblers")


class ListenBrainzConnect(Asked):
    """What ListenBrainz knows one by."""

    token: Token = Field(description="The user token in the settings of ListenBrainz.")


class LastFmBegun(Answer):
    """Where to go on."""

    url: str = Field(description="Open it, allow it there, then finish. Good for an hour.")


class NowPlaying(Asked):
    """What one begins to hear."""

    track_id: Id
