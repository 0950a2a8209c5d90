"""Changes as the contract has them."""

from services.catalog.domain.changes import Entity, Gone
from services.catalog.domain.libraries import Library
from services.catalog.domain.music import Album, Artist
from services.catalog.wire.music import encode_album, encode_artist, encode_library, encode_track
from tutti.catalog.v1 import catalog_pb2 as pb


def encode_change(change: Entity | Gone) -> pb.Change:
    """Write what an entity is now, or that it is gone."""
    match change:
        case Gone():
            return pb.Change(removed=pb.Removal(kind=change.kind, id=change.id))
        case Artist():
            return pb.Change(artist=encode_artist(change))
        case Album():
            return pb.Change(album=encode_album(change))
        case Library():
            return pb.Change(library=encode_library(change))
        case _:
            return pb.Change(track=encode_track(change))
