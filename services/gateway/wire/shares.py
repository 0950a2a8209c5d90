"""Shares: links by which people let others hear something without an account."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.gateway.wire.shapes import (
    NO_NUL,
    Answer,
    Asked,
    Id,
    Instant,
    MaybeInstant,
    MaybeText,
    unix_ms,
)
from tutti.catalog.v1 import shares_pb2 as pb

MOST_THINGS = 500
Description = Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)]


class ShareNew(Asked):
    """What to share, and for how long."""

    track_ids: list[Id] = Field([], max_length=MOST_THINGS)
    album_ids: list[Id] = Field([], max_length=MOST_THINGS)
    playlist_ids: list[Id] = Field([], max_length=MOST_THINGS)
    description: Description = ""
    expires_at: AwareDatetime | None = Field(None, description="Never when left out.")
    downloadable: bool = False

    @model_validator(mode="after")
    def _something(self) -> "ShareNew":
        if not 1 <= len(self.track_ids + self.album_ids + self.playlist_ids) <= MOST_THINGS:
            raise ValueError(f"share from 1 to {MOST_THINGS} things")
        return self

    def request(self, user_id: str) -> pb.CreateShareRequest:
        """Ask the catalog."""
        things = [pb.SharedThing(track_id=each) for each in self.track_ids]
        things += [pb.SharedThing(album_id=each) for each in self.album_ids]
        things += [pb.SharedThing(playlist_id=each) for each in self.playlist_ids]
        return pb.CreateShareRequest(
            user_id=user_id,
            things=things,
            description=self.description,
            expires_at_unix_ms=unix_ms(self.expires_at) if self.expires_at else None,
            downloadable=self.downloadable,
        )


class ShareEdit(Asked):
    """What to change about a share; what is left out stays. Null ends its end."""

    description: Description | None = None
    expires_at: AwareDatetime | None = None
    downloadable: bool | None = None

    def request(self, user_id: str, share_id: str) -> pb.EditShareRequest:
        """Ask the catalog."""
        asked = pb.EditShareRequest(
            user_id=user_id,
            share_id=share_id,
            description=self.description,
            downloadable=self.downloadable,
        )
        if "expires_at" in self.model_fields_set:
            asked.expires_at_unix_ms = unix_ms(self.expires_at) if self.expires_at else 0
        return asked


class Share(Answer):
    """A link to something, as its owner sees it."""

    id: str
    secret: str = Field(description="The link is /share/ and this.")
    title: str = Field(description="Of the first thing that is shared.")
    description: str
    expires_at: MaybeInstant
    downloadable: bool
    created_at: Instant
    last_opened_at: MaybeInstant
    open_count: int
    track_count: int

    @model_validator(mode="before")
    @classmethod
    def _counted(cls, told: object) -> object:
        if isinstance(told, pb.Share):
            fields = {field.name: getattr(told, field.name) for field in told.DESCRIPTOR.fields}
            return {**fields, "track_count": len(told.tracks)}
        return told


class ShareList(Answer):
    """What one shares, last made first."""

    items: list[Share] = Field(validation_alias="shares")


class SharedTrack(Answer):
    """A track as anybody with the link may hear it."""

    title: str
    artist: str
    album: MaybeText
    duration_ms: int
    stream_url: str = Field(description="Plays for half an hour; open the share again for others.")
    download_url: str | None = Field(description="Of the original file, where the owner lets it.")


class OpenShare(Answer):
    """What anybody with the link gets."""

    title: str
    description: str
    owner_name: str
    expires_at: MaybeInstant
    downloadable: bool
    has_cover: bool
    tracks: list[SharedTrack]
