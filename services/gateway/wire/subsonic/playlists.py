"""Playlists as apps know them."""

from services.gateway.domain.apps.ids import Kind, name_of
from services.gateway.wire.subsonic.music import moment, seconds
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import listening_pb2 as pb


def playlist(row: pb.Playlist, viewer_id: str) -> Tree:
    """A Playlist, without its songs."""
    may_edit = viewer_id in (row.owner_id, *row.editor_ids)
    return grown(
        id=name_of(Kind.PLAYLIST, row.id),
        name=row.name,
        comment=row.comment,
        owner=row.owner_name,
        public=row.public,
        songCount=row.track_count,
        duration=seconds(row.duration_ms),
        created=moment(row.created_at_unix_ms),
        changed=moment(row.changed_at_unix_ms),
        coverArt=name_of(Kind.PLAYLIST, row.id),
        readonly=row.HasField("rule") or not may_edit,
    )
