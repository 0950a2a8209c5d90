"""Search, and with nothing to search for the whole library, from which apps make copies."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.http.subsonic.libraries import library_asked
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2

MOST = 500
USUAL = 20
LONGEST_QUERY = 200
DECORATION = '"* '
"""What some apps put around words, to say what is meant anyhow."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of each kind."""

    artists: Sequence[music_pb2.Artist]
    albums: Sequence[music_pb2.Album]
    tracks: Sequence[music_pb2.Track]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of each kind is wanted."""

    artists: pb.Slice
    albums: pb.Slice
    tracks: pb.Slice


async def search3(call: Call) -> Tree:
    """Search artists, albums and songs."""
    found = await _found(call, call.given.text("query"), _wanted(call))
    return {
        "searchResult3": grown(
            artist=list(map(music.artist, found.artists)),
            album=list(map(music.album, found.albums)),
            song=list(map(music.song, found.tracks)),
        )
    }


async def search2(call: Call) -> Tree:
    """Search, and show artists and albums as folders."""
    found = await _found(call, call.given.text("query"), _wanted(call))
    return {
        "searchResult2": grown(
            artist=list(map(music.artist_directory, found.artists)),
            album=list(map(music.album_directory, found.albums)),
            song=list(map(music.song, found.tracks)),
        )
    }


async def search(call: Call) -> Tree:
    """Search songs as the first apps did."""
    given = call.given
    words = (given.text_or(name, "") for name in ("any", "artist", "album", "title"))
    offset = given.number("offset", 0)
    tracks = pb.Slice(offset=offset, limit=given.number_up_to("count", USUAL, MOST))
    found = await _found(
        call, " ".join(filter(None, words)), Wanted(pb.Slice(), pb.Slice(), tracks)
    )
    newer_ms = given.number("newerThan", 0)
    match = [music.song(row) for row in found.tracks if row.added_at_unix_ms > newer_ms]
    total = offset + len(found.tracks)
    return {"searchResult": {"offset": offset, "totalHits": total, **grown(match=match)}}


def _wanted(call: Call) -> Wanted:
    def wanted(kind: str) -> pb.Slice:
        return pb.Slice(
            offset=call.given.number(f"{kind}Offset", 0),
            limit=call.given.number_up_to(f"{kind}Count", USUAL, MOST),
        )

    return Wanted(wanted("artist"), wanted("album"), wanted("song"))


async def _found(call: Call, query: str, wanted: Wanted) -> Found:
    library_id = await library_asked(call)
    words = query.strip(DECORATION)[:LONGEST_QUERY]
    if not words:
        return await _everything(call, library_id, wanted)
    asked = pb.SearchNamesRequest(
        viewer_id=call.viewer_id,
        query=words,
        library_id=library_id,
        artists=wanted.artists,
        albums=wanted.albums,
        tracks=wanted.tracks,
    )
    answer = await call.parts.peers.catalog.SearchNames(asked)
    return Found(answer.artists, answer.albums, answer.tracks)


async def _everything(call: Call, library_id: str, wanted: Wanted) -> Found:
    """Whatever there is, in an order in which pages fit together."""
    catalog, viewer_id = call.parts.peers.catalog, call.viewer_id
    artists = pb.ListArtistsRequest(
        viewer_id=viewer_id,
        library_id=library_id,
        page_size=wanted.artists.limit,
        offset=wanted.artists.offset,
    )
    albums = pb.ListAlbumsRequest(
        viewer_id=viewer_id,
        library_id=library_id,
        page_size=wanted.albums.limit,
        offset=wanted.albums.offset,
    )
    tracks = pb.ListTracksRequest(
        viewer_id=viewer_id,
        library_id=library_id,
        page_size=wanted.tracks.limit,
        offset=wanted.tracks.offset,
    )
    return Found(
        (await catalog.ListArtists(artists)).artists if artists.page_size else (),
        (await catalog.ListAlbums(albums)).albums if albums.page_size else (),
        (await catalog.ListTracks(tracks)).tracks if tracks.page_size else (),
    )


METHODS = {
    "search": Method(search),
    "search2": Method(search2),
    "search3": Method(search3),
}
