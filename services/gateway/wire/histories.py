"""Imports of what one heard elsewhere."""

from enum import StrEnum
from typing import Annotated, Self

from google.protobuf.message import Message
from pydantic import Field

from services.gateway.wire.scrobbling import ScrobblerName
from services.gateway.wire.shapes import (
    Answer,
    Asked,
    Cursor,
    Instant,
    Line,
    MaybeInstant,
    MaybeText,
    spoken,
)
from tutti.catalog.v1 import histories_pb2 as pb


class HistorySource(StrEnum):
    """Where an import comes from."""

    FILE = "file"
    LISTENBRAINZ = "listenbrainz"
    LASTFM = "lastfm"
    SPOTIFY = "spotify"
    APPLE_MUSIC = "apple_music"
    UNMATCHED = "unmatched"


class HistoryState(StrEnum):
    """How far it is."""

    ARRIVING = "arriving"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class HistoryImport(Answer):
    """One import. The four counts of what became of listens add up to read_count."""

    id: str
    source: Annotated[HistorySource, spoken(pb.HistorySource, "HISTORY_SOURCE_", "file")] = Field(
        description="file: not looked into yet. unmatched: listens of earlier imports."
    )
    state: Annotated[HistoryState, spoken(pb.HistoryState, "HISTORY_STATE_")]
    name: MaybeText = Field(description="Of the file, or of the account.")
    read_count: int = Field(description="Listens looked at so far.")
    added_count: int = Field(description="New plays.")
    known_count: int = Field(description="Were plays already.")
    unmatched_count: int = Field(description="There is no such track here.")
    left_out_count: int = Field(description="Shorter than 30 s, no music, or senseless.")
    created_at: Instant
    ended_at: MaybeInstant
    problem: MaybeText = Field(description="Why it failed, or why it waits.")

    @classmethod
    def begun(cls, answer: Message) -> Self:
        """Read the import in an answer, whose field has a name that Python keeps for itself."""
        return cls.model_validate(getattr(answer, "import"))


class HistoryImportList(Answer):
    """One's imports, last first."""

    items: list[HistoryImport] = Field(validation_alias="imports")


class HistoryPull(Asked):
    """What to import from the API of a service."""

    scrobbler: ScrobblerName
    account_name: Line = Field("", description="Left out: the account that is connected.")

    def request(self, user_id: str) -> pb.PullHistoryRequest:
        """Ask the catalog."""
        return pb.PullHistoryRequest(
            user_id=user_id, scrobbler=self.scrobbler.number, account_name=self.account_name
        )


class UnmatchedListen(Answer):
    """A recording one heard elsewhere, of which there is no track here."""

    title: str
    artist: MaybeText
    album: MaybeText
    listen_count: int
    last_heard_at: Instant


class UnmatchedPage(Answer):
    """What one heard elsewhere and does not have, most heard first."""

    items: list[UnmatchedListen] = Field(validation_alias="listens")
    next_cursor: Cursor
