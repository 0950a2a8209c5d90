"""More about artists and albums, and what to hear of them first."""

from collections.abc import Sequence

from services.gateway.domain.apps.faults import MissingParameter
from services.gateway.domain.apps.ids import Kind, Nothing, id_of, named
from services.gateway.http.subsonic.browsing import album_of, artist_of, track_of
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.http.subsonic.similar import similar_to
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2

USUAL = 50
MOST = 500
USUAL_SIMILAR, MOST_SIMILAR = 20, 50


async def get_artist_info2(call: Call) -> Tree:
    """Say what is known of an artist elsewhere."""
    artist, others = await _artist_info(call)
    return {"artistInfo2": grown(**artist, similarArtist=list(map(music.artist, others)))}


async def get_artist_info(call: Call) -> Tree:
    """The same, by the id of an artist, an album or a song."""
    artist, others = await _artist_info(call)
    similar = list(map(music.artist_directory, others))
    return {"artistInfo": grown(**artist, similarArtist=similar)}


async def get_album_info(call: Call) -> Tree:
    """Say what is known of an album elsewhere, by the id of the album or of a song on it."""
    thing = named(call.given.text("id"))
    album_id = thing.id
    if thing.kind is Kind.TRACK:
        album_id = (await track_of(call, call.given.text("id"))).album_id
    elif thing.kind is not Kind.ALBUM:
        raise Nothing(f"there is no album of the id {call.given.text('id')!r}")
    album = (await album_of(call, album_id)).album
    return {"albumInfo": grown(musicBrainzId=album.musicbrainz_release_id)}


async def get_top_songs(call: Call) -> Tree:
    """List what to hear of an artist first: what the caller hears most, then what is newest."""
    given = call.given
    artist_id = (
        id_of(Kind.ARTIST, given.text("id"))
        if "id" in given
        else await _artist_called(call, given.text("artist"))
    )
    count = given.number_up_to("count", USUAL, MOST)
    if not artist_id or not count:
        return {"topSongs": {}}
    first = (await artist_of(call, artist_id)).top_tracks
    newest = pb.ListTracksRequest(
        viewer_id=call.viewer_id,
        artist_id=artist_id,
        order=pb.TRACK_ORDER_NEWEST,
        page_size=count,
    )
    then = (await call.parts.peers.catalog.ListTracks(newest)).tracks
    tracks = {row.id: row for row in (*first, *then)}.values()
    return {"topSongs": grown(song=[music.song(row) for row in tracks][:count])}


async def _artist_info(call: Call) -> tuple[Tree, Sequence[music_pb2.Artist]]:
    """What is known of an artist, and others who sound like them."""
    name = call.given.text("id")
    thing = named(name)
    if thing.kind is Kind.ARTIST:
        artist_id = thing.id
    elif thing.kind is Kind.ALBUM:
        artist_id = next(iter((await album_of(call, thing.id)).album.artists)).artist_id
    elif thing.kind is Kind.TRACK:
        artist_id = next(iter((await track_of(call, name)).artists)).artist_id
    else:
        raise Nothing(f"there is no artist of the id {name!r}")
    found = await artist_of(call, artist_id)
    known = grown(musicBrainzId=found.artist.musicbrainz_artist_id)
    count = call.given.number_up_to("count", USUAL_SIMILAR, MOST_SIMILAR)
    if not count or not found.top_tracks:
        return known, ()
    alike = await similar_to(call, found.top_tracks[0].id, MOST)
    ids = dict.fromkeys(credit.artist_id for each in alike for credit in each.track.artists)
    others = [other for other in ids if other != artist_id][:count]
    return known, [(await artist_of(call, other)).artist for other in others]


async def _artist_called(call: Call, name: str) -> str:
    """The id of the artist of this name; empty where there is none."""
    if not name:
        raise MissingParameter("send artist, or id")
    asked = pb.ListArtistsRequest(viewer_id=call.viewer_id, name_prefix=name[:200], page_size=MOST)
    found = (await call.parts.peers.catalog.ListArtists(asked)).artists
    return next((row.id for row in found if row.name.casefold() == name.casefold()), "")


METHODS = {
    "getArtistInfo": Method(get_artist_info),
    "getArtistInfo2": Method(get_artist_info2),
    "getAlbumInfo": Method(get_album_info),
    "getAlbumInfo2": Method(get_album_info),
    "getTopSongs": Method(get_top_songs),
}
