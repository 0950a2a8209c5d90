"""Links by which people let others hear something without an account."""

from services.gateway.domain.apps.faults import MissingParameter
from services.gateway.domain.apps.ids import Kind, Nothing, id_of, name_of, named
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import shares_pb2 as pb


async def get_shares(call: Call) -> Tree:
    """List what the caller shares."""
    answer = await call.parts.peers.shares.ListShares(pb.ListSharesRequest(user_id=call.viewer_id))
    return {"shares": grown(share=[_shown(call, share) for share in answer.shares])}


async def create_share(call: Call) -> Tree:
    """Share songs, albums or playlists."""
    things = [_thing(name) for name in call.given.texts("id")]
    if not things:
        raise MissingParameter("send id, once for each thing to share")
    asked = pb.CreateShareRequest(
        user_id=call.viewer_id,
        things=things,
        description=call.given.text_or("description", ""),
        expires_at_unix_ms=call.given.number("expires", 0) or None,
    )
    made = await call.parts.peers.shares.CreateShare(asked)
    return {"shares": {"share": [_shown(call, made.share)]}}


async def update_share(call: Call) -> Tree:
    """Change what is said about a share, and until when it stands; 0 is for ever."""
    given = call.given
    await call.parts.peers.shares.EditShare(
        pb.EditShareRequest(
            user_id=call.viewer_id,
            share_id=id_of(Kind.SHARE, given.text("id")),
            description=given.text("description") if "description" in given else None,
            expires_at_unix_ms=given.number("expires") if "expires" in given else None,
        )
    )
    return {}


async def delete_share(call: Call) -> Tree:
    """End a share."""
    share_id = id_of(Kind.SHARE, call.given.text("id"))
    await call.parts.peers.shares.RemoveShare(
        pb.RemoveShareRequest(user_id=call.viewer_id, share_id=share_id)
    )
    return {}


def _thing(name: str) -> pb.SharedThing:
    thing = named(name)
    match thing.kind:
        case Kind.TRACK:
            return pb.SharedThing(track_id=thing.id)
        case Kind.ALBUM:
            return pb.SharedThing(album_id=thing.id)
        case Kind.PLAYLIST:
            return pb.SharedThing(playlist_id=thing.id)
        case _:
            raise Nothing(f"there is no song, album or playlist of the id {name!r}")


def _shown(call: Call, share: pb.Share) -> Tree:
    opened, expires = share.last_opened_at_unix_ms, share.expires_at_unix_ms
    return grown(
        id=name_of(Kind.SHARE, share.id),
        url=f"{call.here}/share/{share.secret}",
        description=share.description,
        username=call.viewer.name,
        created=music.moment(share.created_at_unix_ms),
        expires=music.moment(expires) if expires else None,
        lastVisited=music.moment(opened) if opened else None,
        visitCount=share.open_count,
        entry=list(map(music.song, share.tracks)),
    )


METHODS = {
    "getShares": Method(get_shares),
    "createShare": Method(create_share),
    "updateShare": Method(update_share),
    "deleteShare": Method(delete_share),
}
