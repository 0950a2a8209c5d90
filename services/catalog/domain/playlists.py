"""Playlists: who may change them, and how their entries are rearranged."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from libs.common.faults import (
    Conflict,
    FailedPrecondition,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
)
from services.catalog.domain.libraries import Viewer
from services.catalog.domain.music import Track
from services.catalog.domain.smart import Rule
from services.catalog.domain.text import line, prose

MOST_ENTRIES = 10_000
MOST_EDITORS = 100
MOST_PLAYLISTS = 1000
"""Of one user."""

COVERS = 4


class UnknownPlaylist(NotFound):
    """The viewer can see no such playlist."""

    code = "unknown_playlist"


class UnknownEntry(NotFound):
    """The playlist has no such entry."""

    code = "unknown_entry"


class NotYourPlaylist(PermissionDenied):
    """Only some may change this playlist."""

    code = "not_your_playlist"


class WrongKindOfPlaylist(FailedPrecondition):
    """Smart playlists have a rule, manual ones have tracks."""

    code = "wrong_kind_of_playlist"


class PlaylistChanged(Conflict):
    """Somebody changed the playlist since it was read."""

    code = "playlist_changed"


class PlaylistFull(ResourceExhausted):
    """There is no room for more."""

    code = "playlist_full"


def playlist_name(text: str) -> str:
    """A name fit for a playlist."""
    return line(text, "the name of a playlist")


def playlist_comment(text: str) -> str:
    """A comment fit for a playlist."""
    return prose(text, "the comment of a playlist")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a viewer sees in a playlist, added up."""

    track_count: int = 0
    duration_ms: int = 0
    cover_sha256s: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Playlist:
    """A list of tracks someone made, or a rule that makes one."""

    id: str
    name: str
    comment: str
    owner_id: str
    owner_name: str
    public: bool
    editor_ids: Sequence[str]
    rule: Rule | None
    created_at: datetime
    changed_at: datetime
    version: int
    contents: Contents = Contents()

    def check_may_edit(self, viewer: Viewer) -> None:
        """Let the owner, the editors, and operators where all can see it anyway."""
        if viewer.id not in self.editor_ids:
            self.check_may_own(viewer, "only its owner and editors may change this playlist")

    def check_may_own(
        self, viewer: Viewer, reason: str = "only its owner may do this with a playlist"
    ) -> None:
        """Let the owner, and operators where all can see it anyway."""
        if viewer.id != self.owner_id and not (viewer.is_operator and self.public):
            raise NotYourPlaylist(reason)

    def check_version(self, based_on: int) -> None:
        """Refuse a change made to another version; 0 is any."""
        if based_on not in (0, self.version):
            raise PlaylistChanged("the playlist was changed meanwhile; read it again")


@dataclass(frozen=True, slots=True)
class PlaylistPlan:
    """A playlist to be made."""

    name: str
    comment: str
    public: bool
    track_ids: Sequence[str]
    rule: Rule | None

    def __post_init__(self) -> None:
        if self.rule and self.track_ids:
            raise InvalidInput("a playlist has either tracks or a rule")
        if len(self.track_ids) > MOST_ENTRIES:
            raise PlaylistFull(f"a playlist holds at most {MOST_ENTRIES} tracks")


@dataclass(frozen=True, slots=True)
class PlaylistEdit:
    """What to change about a playlist; None stays as it is."""

    name: str | None = None
    comment: str | None = None
    public: bool | None = None
    editor_ids: Sequence[str] | None = None
    rule: Rule | None = None

    def __post_init__(self) -> None:
        if self.editor_ids is not None and len(set(self.editor_ids)) > MOST_EDITORS:
            raise InvalidInput(f"a playlist has at most {MOST_EDITORS} editors")

    def check_allowed(self, playlist: Playlist, viewer: Viewer) -> None:
        """Editors change what it holds and how it is called; who sees it is its owner's matter."""
        if (self.public, self.editor_ids) == (None, None):
            playlist.check_may_edit(viewer)
        else:
            playlist.check_may_own(viewer, "only its owner may say who sees or edits a playlist")
        if self.rule and not playlist.rule:
            raise WrongKindOfPlaylist("this playlist holds tracks, so it can have no rule")


@dataclass(frozen=True, slots=True)
class Move:
    """An entry, and its place afterwards."""

    entry_id: str
    to: int


@dataclass(frozen=True, slots=True)
class EntriesEdit:
    """How to rearrange a playlist: first remove, then add, then move."""

    remove_entry_ids: Collection[str] = ()
    add_track_ids: Sequence[str] = ()
    add_at: int | None = None
    move: Move | None = None

    def __post_init__(self) -> None:
        if min(self.add_at or 0, self.move.to if self.move else 0) < 0:
            raise InvalidInput("places in a playlist count from 0")


@dataclass(frozen=True, slots=True)
class Entry:
    """A track at its place in a playlist."""

    id: str
    track: Track


@dataclass(frozen=True, slots=True)
class Slot:
    """An entry as far as order goes. Without an id it is yet to be made, for this track."""

    id: str
    track_id: str
    seen: bool
    """Whether the viewer may see the track: the places a viewer names count only what they see."""


def rearranged(slots: Sequence[Slot], edit: EntriesEdit) -> Sequence[Slot]:
    """The order after an edit.

    Entries to remove that are gone already are as they should be. A place
    past the end is the end, since the list may have become shorter meanwhile.
    """
    gone = set(edit.remove_entry_ids)
    order = [slot for slot in slots if slot.id not in gone]
    added = [Slot("", track_id, seen=True) for track_id in edit.add_track_ids]
    index = len(order) if edit.add_at is None else _index(order, edit.add_at)
    order[index:index] = added
    if len(order) > MOST_ENTRIES:
        raise PlaylistFull(f"a playlist holds at most {MOST_ENTRIES} tracks")
    if edit.move:
        moved = next((slot for slot in order if slot.id == edit.move.entry_id), None)
        if moved is None:
            raise UnknownEntry("the entry to move is not in the playlist")
        order.remove(moved)
        order.insert(_index(order, edit.move.to), moved)
    return order


def _index(order: Sequence[Slot], place: int) -> int:
    """Where the entry stands that the viewer sees at this place, or the end."""
    seen = [index for index, slot in enumerate(order) if slot.seen]
    return seen[place] if place < len(seen) else len(order)
