"""Playlists, plays, queues and bookmarks as the contract has them, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libs.common.faults import InvalidInput
from services.catalog.domain.listening import (
    Bookmark,
    BookmarkPlan,
    Ended,
    EntityKind,
    Play,
    Playback,
    Queue,
    moment,
)
from services.catalog.domain.names import tidy
from services.catalog.domain.playlists import (
    EntriesEdit,
    Entry,
    Move,
    Playlist,
    PlaylistEdit,
    PlaylistPlan,
    playlist_comment,
    playlist_name,
)
from services.catalog.domain.smart import (
    USUAL_TRACKS,
    BadRule,
    Condition,
    Field,
    Match,
    Operator,
    Order,
    Rule,
)
from services.catalog.domain.text import line_or_nothing, prose
from services.catalog.wire.music import encode_track, unix_ms
from tutti.catalog.v1 import listening_pb2 as pb
from tutti.gateway.v1 import events_pb2

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypeVar

    Named = TypeVar("Named", Field, Match, Operator, Order)

ENDS = {
    events_pb2.PLAYBACK_END_COMPLETED: Ended.COMPLETED,
    events_pb2.PLAYBACK_END_SKIPPED: Ended.SKIPPED,
    events_pb2.PLAYBACK_END_STOPPED: Ended.STOPPED,
}


def encode_playlist(playlist: Playlist) -> pb.Playlist:
    """Write a playlist for others to read."""
    return pb.Playlist(
        id=playlist.id,
        name=playlist.name,
        comment=playlist.comment,
        owner_id=playlist.owner_id,
        owner_name=playlist.owner_name,
        public=playlist.public,
        editor_ids=playlist.editor_ids,
        rule=_encode_rule(playlist.rule) if playlist.rule else None,
        track_count=playlist.contents.track_count,
        duration_ms=playlist.contents.duration_ms,
        created_at_unix_ms=unix_ms(playlist.created_at),
        changed_at_unix_ms=unix_ms(playlist.changed_at),
        version=playlist.version,
        cover_sha256s=playlist.contents.cover_sha256s,
    )


def encode_entry(entry: Entry) -> pb.PlaylistEntry:
    """Write a track at its place."""
    return pb.PlaylistEntry(entry_id=entry.id, track=encode_track(entry.track))


def decode_playlist_plan(request: pb.CreatePlaylistRequest) -> PlaylistPlan:
    """Read what playlist to make."""
    return PlaylistPlan(
        name=playlist_name(request.name),
        comment=playlist_comment(request.comment),
        public=request.public,
        track_ids=list(request.track_ids),
        rule=_decode_rule(request.rule) if request.HasField("rule") else None,
    )


def decode_playlist_edit(request: pb.EditPlaylistRequest) -> PlaylistEdit:
    """Read what to change; fields left out are None."""
    return PlaylistEdit(
        name=playlist_name(request.name) if request.HasField("name") else None,
        comment=playlist_comment(request.comment) if request.HasField("comment") else None,
        public=request.public if request.HasField("public") else None,
        editor_ids=list(request.editors.user_ids) if request.HasField("editors") else None,
        rule=_decode_rule(request.rule) if request.HasField("rule") else None,
    )


def decode_entries_edit(request: pb.EditPlaylistTracksRequest) -> EntriesEdit:
    """Read how to rearrange a playlist."""
    return EntriesEdit(
        remove_entry_ids=list(request.remove_entry_ids),
        add_track_ids=list(request.add_track_ids),
        add_at=request.add_at if request.HasField("add_at") else None,
        move=Move(request.move.entry_id, request.move.to) if request.HasField("move") else None,
    )


def decode_kind(number: pb.EntityKind.ValueType) -> EntityKind:
    """Read what kind of thing is marked."""
    try:
        return EntityKind(pb.EntityKind.Name(number).removeprefix("ENTITY_KIND_").lower())
    except ValueError:
        raise InvalidInput("kind must be artist, album or track") from None


def decode_playback(playback: events_pb2.Playback, now: datetime) -> Playback:
    """Read a listening an app reported, or raise InvalidInput."""
    return Playback(
        id=playback.id,
        user_id=playback.user_id,
        track_id=playback.track_id,
        started_at=moment(playback.started_at_unix_ms, now),
        played_ms=playback.played_ms,
        ended=ENDS.get(playback.end, Ended.UNKNOWN),
        client=tidy(playback.client, 200),
        session_id=playback.session_id,
        previous_track_id=playback.previous_track_id,
    )


def encode_play(play: Play) -> pb.Play:
    """Write a listening of the history."""
    return pb.Play(
        id=play.id,
        track=encode_track(play.track),
        started_at_unix_ms=unix_ms(play.started_at),
        played_ms=play.played_ms,
        client=play.client,
    )


def encode_queue(queue: Queue) -> pb.Queue:
    """Write a queue."""
    return pb.Queue(
        track_ids=queue.track_ids,
        current_index=queue.current_index,
        position_ms=queue.position_ms,
        changed_by=queue.changed_by,
        changed_at_unix_ms=unix_ms(queue.changed_at) if queue.changed_at else 0,
        version=queue.version,
    )


def decode_queue(queue: pb.Queue) -> Queue:
    """Read a queue to be saved; its version is the one it builds on."""
    return Queue(
        track_ids=list(queue.track_ids),
        current_index=queue.current_index,
        position_ms=queue.position_ms,
        changed_by=line_or_nothing(queue.changed_by, "the name of a client"),
        version=queue.version,
    )


def encode_bookmark(bookmark: Bookmark) -> pb.Bookmark:
    """Write a bookmark."""
    return pb.Bookmark(
        track=encode_track(bookmark.track),
        position_ms=bookmark.position_ms,
        comment=bookmark.comment,
        changed_at_unix_ms=unix_ms(bookmark.changed_at),
    )


def decode_bookmark(request: pb.SetBookmarkRequest) -> BookmarkPlan:
    """Read a bookmark to be set."""
    comment = prose(request.comment, "the comment of a bookmark")
    return BookmarkPlan(request.track_id, request.position_ms, comment)


def _encode_rule(rule: Rule) -> pb.SmartRule:
    return pb.SmartRule(
        match=pb.Match.Value(f"MATCH_{rule.match.name}"),
        conditions=[
            pb.Condition(
                field=pb.Field.Value(f"FIELD_{condition.field.name}"),
                operator=pb.Operator.Value(f"OPERATOR_{condition.operator.name}"),
                value=condition.value,
            )
            for condition in rule.conditions
        ],
        order=pb.SmartOrder.Value(f"SMART_ORDER_{rule.order.name}"),
        limit=rule.limit,
    )


def _decode_rule(rule: pb.SmartRule) -> Rule:
    return Rule(
        match=_named(Match, "MATCH_", pb.Match.Name, rule.match or pb.MATCH_ALL),
        conditions=tuple(map(_decode_condition, rule.conditions)),
        order=_named(Order, "SMART_ORDER_", pb.SmartOrder.Name, rule.order or pb.SMART_ORDER_TITLE),
        limit=rule.limit or USUAL_TRACKS,
    )


def _decode_condition(condition: pb.Condition) -> Condition:
    return Condition(
        _named(Field, "FIELD_", pb.Field.Name, condition.field),
        _named(Operator, "OPERATOR_", pb.Operator.Name, condition.operator),
        condition.value,
    )


def _named(kind: type[Named], prefix: str, name_of: Callable[..., str], number: int) -> Named:
    """The member of ``kind`` that the contract gives this number."""
    try:
        return kind(name_of(number).removeprefix(prefix).lower())
    except ValueError:
        raise BadRule(f"{kind.__name__.lower()} must be one of {', '.join(kind)}") from None
