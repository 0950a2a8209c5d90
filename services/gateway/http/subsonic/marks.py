"""Favourites and ratings."""

from libs.common.faults import InvalidInput
from services.gateway.domain.apps.faults import MissingParameter
from services.gateway.domain.apps.ids import Kind, Named, Nothing, id_of, named
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.subsonic.tree import Tree
from tutti.catalog.v1 import listening_pb2 as pb

KINDS = {
    Kind.ARTIST: pb.ENTITY_KIND_ARTIST,
    Kind.ALBUM: pb.ENTITY_KIND_ALBUM,
    Kind.TRACK: pb.ENTITY_KIND_TRACK,
}
BEST = 5


async def star(call: Call) -> Tree:
    """Mark favourites."""
    return await _mark(call, favourite=True)


async def unstar(call: Call) -> Tree:
    """Take marks back."""
    return await _mark(call, favourite=False)


async def set_rating(call: Call) -> Tree:
    """Rate an artist, an album or a song; 0 takes the rating back."""
    thing = _markable(call.given.text("id"))
    rating = call.given.number("rating")
    if rating > BEST:
        raise InvalidInput(f"rating must be from 1 to {BEST}, or 0 for none")
    await call.parts.peers.listening.SetRating(
        pb.SetRatingRequest(
            viewer_id=call.viewer_id, kind=KINDS[thing.kind], id=thing.id, rating=rating
        )
    )
    return {}


async def _mark(call: Call, *, favourite: bool) -> Tree:
    given = call.given
    things = [_markable(name) for name in given.texts("id")]
    things += [
        Named(kind, id_of(kind, name))
        for parameter, kind in (("albumId", Kind.ALBUM), ("artistId", Kind.ARTIST))
        for name in given.texts(parameter)
    ]
    if not things:
        raise MissingParameter("send id, albumId or artistId, once or several times")
    for thing in things:
        await call.parts.peers.listening.SetFavourite(
            pb.SetFavouriteRequest(
                viewer_id=call.viewer_id,
                kind=KINDS[thing.kind],
                id=thing.id,
                favourite=favourite,
            )
        )
    return {}


def _markable(name: str) -> Named:
    thing = named(name)
    if thing.kind not in KINDS:
        raise Nothing(f"there is no artist, album or song of the id {name!r}")
    return thing


METHODS = {
    "star": Method(star),
    "unstar": Method(unstar),
    "setRating": Method(set_rating),
}
