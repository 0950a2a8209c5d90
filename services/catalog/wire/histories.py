"""Imports of listening history as the contract has them."""

from services.catalog.domain.histories.listens import Import, Source, State, Unmatched
from services.catalog.wire.music import unix_ms
from tutti.catalog.v1 import histories_pb2 as pb

SOURCES = {
    Source.FILE: pb.HISTORY_SOURCE_UNSPECIFIED,
    Source.LISTENBRAINZ: pb.HISTORY_SOURCE_LISTENBRAINZ,
    Source.LASTFM: pb.HISTORY_SOURCE_LASTFM,
    Source.SPOTIFY: pb.HISTORY_SOURCE_SPOTIFY,
    Source.APPLE_MUSIC: pb.HISTORY_SOURCE_APPLE_MUSIC,
    Source.UNMATCHED: pb.HISTORY_SOURCE_UNMATCHED,
}
STATES = {
    State.ARRIVING: pb.HISTORY_STATE_ARRIVING,
    State.WAITING: pb.HISTORY_STATE_WAITING,
    State.RUNNING: pb.HISTORY_STATE_RUNNING,
    State.DONE: pb.HISTORY_STATE_DONE,
    State.FAILED: pb.HISTORY_STATE_FAILED,
}


def encode_import(found: Import) -> pb.HistoryImport:
    """Write how far an import is."""
    return pb.HistoryImport(
        id=found.id,
        source=SOURCES[found.source],
        state=STATES[found.state],
        name=found.name,
        read_count=found.counts.read,
        added_count=found.counts.added,
        known_count=found.counts.known,
        unmatched_count=found.counts.unmatched,
        left_out_count=found.counts.left_out,
        created_at_unix_ms=unix_ms(found.created_at),
        ended_at_unix_ms=unix_ms(found.ended_at) if found.ended_at else None,
        problem=found.problem,
    )


def encode_unmatched(found: Unmatched) -> pb.UnmatchedListen:
    """Write what has no track here."""
    return pb.UnmatchedListen(
        title=found.title,
        artist=found.artist,
        album=found.album,
        listen_count=found.listen_count,
        last_heard_at_unix_ms=unix_ms(found.last_heard_at),
    )
