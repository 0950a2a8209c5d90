"""What sounds alike, by what was heard in each recording."""

from collections.abc import Sequence

from services.gateway.domain.apps.ids import Kind, Nothing, id_of, named
from services.gateway.http.subsonic.browsing import album_of, artist_of
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import sound_pb2 as pb

USUAL, USUAL_MATCHES, USUAL_STEPS = 50, 10, 25
MOST, MOST_STEPS = 500, 100


async def get_similar_songs(call: Call) -> Tree:
    """List songs that sound like an artist, an album or a song."""
    return {"similarSongs": grown(song=await _songs(call))}


async def get_similar_songs2(call: Call) -> Tree:
    """The same, by the id of an artist."""
    return {"similarSongs2": grown(song=await _songs(call))}


async def get_sonic_similar_tracks(call: Call) -> Tree:
    """List songs that sound like another, and how much."""
    count = call.given.number_up_to("count", USUAL_MATCHES, MOST)
    track_id = id_of(Kind.TRACK, call.given.text("id"))
    found = await similar_to(call, track_id, count) if count else []
    return grown(sonicMatch=_matches(found))


async def find_sonic_path(call: Call) -> Tree:
    """Find songs that lead from one to another."""
    given = call.given
    count = max(2, given.number_up_to("count", USUAL_STEPS, MOST_STEPS))
    answer = await call.parts.peers.sound.FindTrackPath(
        pb.FindTrackPathRequest(
            viewer_id=call.viewer_id,
            from_track_id=id_of(Kind.TRACK, given.text("startSongId")),
            to_track_id=id_of(Kind.TRACK, given.text("endSongId")),
            limit=count,
        )
    )
    return grown(sonicMatch=_matches(answer.tracks))


async def similar_to(call: Call, track_id: str, count: int) -> Sequence[pb.SimilarTrack]:
    """Tracks that sound like one, nearest first."""
    answer = await call.parts.peers.sound.ListSimilarTracks(
        pb.ListSimilarTracksRequest(viewer_id=call.viewer_id, track_id=track_id, limit=count)
    )
    return answer.tracks


async def _songs(call: Call) -> list[Tree]:
    count = call.given.number_up_to("count", USUAL, MOST)
    seed = await _seed(call, call.given.text("id"))
    if not seed or not count:
        return []
    return [music.song(each.track) for each in await similar_to(call, seed, count)]


async def _seed(call: Call, name: str) -> str:
    """The track that stands for a thing: of an artist the one heard most, of an album the first."""
    thing = named(name)
    match thing.kind:
        case Kind.TRACK:
            return thing.id
        case Kind.ALBUM:
            tracks = (await album_of(call, thing.id)).tracks
        case Kind.ARTIST:
            tracks = (await artist_of(call, thing.id)).top_tracks
        case _:
            raise Nothing(f"there is no artist, album or song of the id {name!r}")
    return tracks[0].id if tracks else ""


def _matches(found: Sequence[pb.SimilarTrack]) -> list[Tree]:
    return [
        {"entry": music.song(each.track), "similarity": round(each.similarity, 6)} for each in found
    ]


METHODS = {
    "getSimilarSongs": Method(get_similar_songs),
    "getSimilarSongs2": Method(get_similar_songs2),
    "getSonicSimilarTracks": Method(get_sonic_similar_tracks),
    "findSonicPath": Method(find_sonic_path),
}
