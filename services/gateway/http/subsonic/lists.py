"""Lists of albums and songs: newest, most played, at random, favourites."""

from libs.common.faults import InvalidInput
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.http.subsonic.libraries import library_asked
from services.gateway.http.subsonic.paging import pages
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2

MOST = 500
USUAL = 10
ORDERS = {
    "random": pb.ALBUM_ORDER_RANDOM,
    "newest": pb.ALBUM_ORDER_NEWEST,
    "highest": pb.ALBUM_ORDER_RATING,
    "frequent": pb.ALBUM_ORDER_FREQUENT,
    "recent": pb.ALBUM_ORDER_RECENT,
    "alphabeticalByName": pb.ALBUM_ORDER_TITLE,
    "alphabeticalByArtist": pb.ALBUM_ORDER_ARTIST,
    "starred": pb.ALBUM_ORDER_TITLE,
    "byYear": pb.ALBUM_ORDER_YEAR,
    "byGenre": pb.ALBUM_ORDER_TITLE,
}


async def get_album_list2(call: Call) -> Tree:
    """List albums in the order asked for."""
    return {"albumList2": grown(album=[music.album(row) for row in await _albums(call)])}


async def get_album_list(call: Call) -> Tree:
    """List albums as folders."""
    folders = [music.album_directory(row) for row in await _albums(call)]
    return {"albumList": grown(album=folders)}


async def get_random_songs(call: Call) -> Tree:
    """List songs at random."""
    answer = await call.parts.peers.catalog.ListTracks(
        pb.ListTracksRequest(
            viewer_id=call.viewer_id,
            library_id=await library_asked(call),
            order=pb.TRACK_ORDER_RANDOM,
            page_size=call.given.number_up_to("size", USUAL, MOST) or USUAL,
            genre=call.given.text_or("genre", ""),
            from_year=call.given.number("fromYear", 0),
            to_year=call.given.number("toYear", 0),
        )
    )
    return {"randomSongs": grown(song=list(map(music.song, answer.tracks)))}


async def get_songs_by_genre(call: Call) -> Tree:
    """List songs of a genre."""
    size = call.given.number_up_to("count", USUAL, MOST)
    asked = pb.ListTracksRequest(
        viewer_id=call.viewer_id,
        library_id=await library_asked(call),
        order=pb.TRACK_ORDER_ALBUM,
        genre=call.given.text("genre"),
        page_size=size,
        offset=call.given.number("offset", 0),
    )
    tracks = (await call.parts.peers.catalog.ListTracks(asked)).tracks if size else []
    return {"songsByGenre": grown(song=list(map(music.song, tracks)))}


async def get_starred2(call: Call) -> Tree:
    """List favourites."""
    artists, albums, tracks = await _starred(call)
    return {
        "starred2": grown(
            artist=list(map(music.artist, artists)),
            album=list(map(music.album, albums)),
            song=list(map(music.song, tracks)),
        )
    }


async def get_starred(call: Call) -> Tree:
    """List favourites, artists and albums as folders."""
    artists, albums, tracks = await _starred(call)
    return {
        "starred": grown(
            artist=list(map(music.artist_directory, artists)),
            album=list(map(music.album_directory, albums)),
            song=list(map(music.song, tracks)),
        )
    }


async def _albums(call: Call) -> list[music_pb2.Album]:
    given, kind = call.given, call.given.text("type")
    if kind not in ORDERS:
        raise InvalidInput(f"type must be one of {', '.join(ORDERS)}")
    size = given.number_up_to("size", USUAL, MOST)
    asked = pb.ListAlbumsRequest(
        viewer_id=call.viewer_id,
        library_id=await library_asked(call),
        order=ORDERS[kind],
        page_size=size,
        # Another shuffle each time: there is nothing behind what is shown of one.
        offset=0 if kind == "random" else given.number("offset", 0),
        favourites_only=kind == "starred",
        genre=given.text("genre") if kind == "byGenre" else "",
    )
    if kind == "byYear":
        first, last = given.number("fromYear"), given.number("toYear")
        asked.from_year, asked.to_year = min(first, last), max(first, last)
        if first <= last:
            asked.order = pb.ALBUM_ORDER_OLDEST
    if not size:
        return []
    return list((await call.parts.peers.catalog.ListAlbums(asked)).albums)


async def _starred(
    call: Call,
) -> tuple[list[music_pb2.Artist], list[music_pb2.Album], list[music_pb2.Track]]:
    viewer_id, library_id = call.viewer_id, await library_asked(call)
    catalog = call.parts.peers.catalog
    artists = pb.ListArtistsRequest(
        viewer_id=viewer_id, library_id=library_id, favourites_only=True, page_size=MOST
    )
    albums = pb.ListAlbumsRequest(
        viewer_id=viewer_id, library_id=library_id, favourites_only=True, page_size=MOST
    )
    tracks = pb.ListTracksRequest(
        viewer_id=viewer_id, library_id=library_id, favourites_only=True, page_size=MOST
    )
    return (
        [row async for page in pages(catalog.ListArtists, artists) for row in page.artists],
        [row async for page in pages(catalog.ListAlbums, albums) for row in page.albums],
        [row async for page in pages(catalog.ListTracks, tracks) for row in page.tracks],
    )


METHODS = {
    "getAlbumList": Method(get_album_list),
    "getAlbumList2": Method(get_album_list2),
    "getRandomSongs": Method(get_random_songs),
    "getSongsByGenre": Method(get_songs_by_genre),
    "getStarred": Method(get_starred),
    "getStarred2": Method(get_starred2),
}
