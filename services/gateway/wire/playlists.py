"""Playlists, made by hand or by rule."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from services.gateway.wire.music import Track
from services.gateway.wire.shapes import (
    LARGEST_INT64,
    Answer,
    Asked,
    Cursor,
    Given,
    Id,
    Instant,
    Line,
    Name,
    PageToken,
    Prose,
    numbered,
    spoken,
)
from tutti.catalog.v1 import listening_pb2 as pb

MOST_TRACKS = 10_000


class Match(StrEnum):
    """How conditions combine."""

    ALL = "all"
    ANY = "any"


class SmartOrder(StrEnum):
    """In which order a smart playlist comes."""

    TITLE = "title"
    NEWEST = "newest"
    MOST_PLAYED = "most_played"
    LAST_PLAYED = "last_played"
    RATING = "rating"
    TEMPO = "tempo"
    RANDOM = "random"


class RuleField(StrEnum):
    """What a condition looks at."""

    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    GENRE = "genre"
    COMPOSER = "composer"
    LABEL = "label"
    YEAR = "year"
    TEMPO_BPM = "tempo_bpm"
    KEY = "key"
    ENERGY = "energy"
    DURATION_S = "duration_s"
    RATING = "rating"
    FAVOURITE = "favourite"
    PLAY_COUNT = "play_count"
    LAST_PLAYED = "last_played"
    ADDED = "added"
    LOSSLESS = "lossless"


class RuleOperator(StrEnum):
    """How a condition compares."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    WITHIN_DAYS = "within_days"
    NOT_WITHIN_DAYS = "not_within_days"


class Condition(Answer):
    """One test of a track."""

    field: Annotated[RuleField, spoken(pb.Field, "FIELD_")]
    operator: Annotated[RuleOperator, spoken(pb.Operator, "OPERATOR_")]
    value: str


class SmartRule(Answer):
    """Which tracks a smart playlist holds."""

    match: Annotated[Match, spoken(pb.Match, "MATCH_", "all")]
    conditions: list[Condition]
    order: Annotated[SmartOrder, spoken(pb.SmartOrder, "SMART_ORDER_", "title")]
    limit: int


class Playlist(Answer):
    """A list of tracks someone made, or a rule that makes one."""

    id: str
    name: str
    comment: str
    owner_id: str
    owner_name: str
    public: bool
    editor_ids: list[str]
    rule: Annotated[SmartRule | None, Given] = Field(description="Set on a smart playlist.")
    track_count: int
    duration_ms: int
    created_at: Instant
    changed_at: Instant
    version: int
    cover_sha256s: list[str]


class PlaylistPage(Answer):
    """The viewer's playlists and those others made public."""

    items: list[Playlist] = Field(validation_alias="playlists")
    next_cursor: Cursor


class PlaylistEntry(Answer):
    """A track at its place in a playlist."""

    entry_id: str
    track: Track


class PlaylistDetail(Answer):
    """A playlist with a page of its tracks."""

    playlist: Playlist
    items: list[PlaylistEntry] = Field(validation_alias="entries")
    next_cursor: Cursor


class EntryPaging(Asked):
    """Which page of the tracks."""

    limit: int = Field(500, ge=1, le=1000)
    cursor: PageToken = ""


class ConditionAsked(Asked):
    """One test of a track."""

    field: RuleField
    operator: RuleOperator
    value: Line = Field(description='Numbers in decimal, days, "true" or "false".')


class RuleAsked(Asked):
    """Which tracks a smart playlist shall hold."""

    match: Match = Match.ALL
    conditions: list[ConditionAsked] = Field(min_length=1, max_length=20)
    order: SmartOrder = SmartOrder.TITLE
    limit: int = Field(100, ge=1, le=1000)

    def rule(self) -> pb.SmartRule:
        """The same as the catalog has it."""
        return pb.SmartRule(
            match=numbered(pb.Match, "MATCH_", self.match),
            conditions=[
                pb.Condition(
                    field=numbered(pb.Field, "FIELD_", test.field),
                    operator=numbered(pb.Operator, "OPERATOR_", test.operator),
                    value=test.value,
                )
                for test in self.conditions
            ],
            order=numbered(pb.SmartOrder, "SMART_ORDER_", self.order),
            limit=self.limit,
        )


class PlaylistNew(Asked):
    """A playlist to make: of tracks, or by rule."""

    name: Name
    comment: Prose = ""
    public: bool = False
    track_ids: list[Id] = Field([], max_length=MOST_TRACKS)
    rule: RuleAsked | None = None

    def request(self, viewer_id: str) -> pb.CreatePlaylistRequest:
        """Ask the catalog."""
        return pb.CreatePlaylistRequest(
            viewer_id=viewer_id,
            name=self.name,
            comment=self.comment,
            public=self.public,
            track_ids=self.track_ids,
            rule=self.rule.rule() if self.rule else None,
        )


class PlaylistEdit(Asked):
    """What to change about a playlist; what is left out stays."""

    name: Name | None = None
    comment: Prose | None = None
    public: bool | None = None
    editor_ids: list[Id] | None = Field(None, max_length=100)
    rule: RuleAsked | None = None

    def request(self, viewer_id: str, playlist_id: str) -> pb.EditPlaylistRequest:
        """Ask the catalog."""
        editors = None if self.editor_ids is None else pb.UserIds(user_ids=self.editor_ids)
        return pb.EditPlaylistRequest(
            viewer_id=viewer_id,
            playlist_id=playlist_id,
            name=self.name,
            comment=self.comment,
            public=self.public,
            editors=editors,
            rule=self.rule.rule() if self.rule else None,
        )


class MoveAsked(Asked):
    """An entry and where it shall stand."""

    entry_id: Id
    to: int = Field(ge=0, lt=MOST_TRACKS, description="Its place afterwards, from 0.")


class PlaylistTracksEdit(Asked):
    """Changes to the tracks of a playlist, all or nothing."""

    remove: list[Id] = Field([], max_length=MOST_TRACKS, description="Ids of entries.")
    add: list[Id] = Field([], max_length=MOST_TRACKS, description="Ids of tracks.")
    add_at: int | None = Field(
        None, ge=0, le=MOST_TRACKS, description="Place of the first added, from 0."
    )
    move: MoveAsked | None = None
    version: int = Field(
        0, ge=0, le=LARGEST_INT64, description="The one this is based on; 0 does not care."
    )

    def request(self, viewer_id: str, playlist_id: str) -> pb.EditPlaylistTracksRequest:
        """Ask the catalog."""
        return pb.EditPlaylistTracksRequest(
            viewer_id=viewer_id,
            playlist_id=playlist_id,
            version=self.version,
            remove_entry_ids=self.remove,
            add_track_ids=self.add,
            add_at=self.add_at,
            move=(pb.Move(entry_id=self.move.entry_id, to=self.move.to) if self.move else None),
        )
