"""What a person who browses asks the catalog for."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from services.catalog.benchmarks.shelf import RARE_GENRE, track_id
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import listening_pb2
from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceStub
from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceStub

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import grpc

    from services.catalog.benchmarks.shelf import Shelf
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub

Call: TypeAlias = "Callable[[int], Awaitable[object]]"
"""The nth call of its kind."""

DEEP_PAGES = 80
MOST = 500
LETTERS = "abcdefghiklmnoprstuvz"


async def calls(channel: grpc.aio.Channel, shelf: Shelf, viewer_id: str) -> Mapping[str, Call]:
    """Every kind of call that reads, by name."""
    music: CatalogServiceAsyncStub = CatalogServiceStub(channel)
    return {
        **_lists(music, viewer_id, await _deep(music, viewer_id)),
        **_pages_of_one(music, shelf, viewer_id),
        **_searches(music, shelf, viewer_id),
        **_changes(music, viewer_id),
        **_listening(channel, viewer_id),
        **_smart_playlists(channel, shelf, viewer_id),
    }


async def _deep(music: CatalogServiceAsyncStub, viewer_id: str) -> str:
    """The token of a page of tracks in the midst of them all."""
    token = ""
    for _ in range(DEEP_PAGES):
        page = pb.ListTracksRequest(viewer_id=viewer_id, page_size=MOST, page_token=token)
        token = (await music.ListTracks(page)).next_page_token or token
    return token


def _lists(music: CatalogServiceAsyncStub, viewer_id: str, deep: str) -> dict[str, Call]:
    def listed(wanted: pb.ListAlbumsRequest | pb.ListTracksRequest) -> Call:
        wanted.viewer_id = viewer_id
        if isinstance(wanted, pb.ListAlbumsRequest):
            return lambda _: music.ListAlbums(wanted)
        return lambda _: music.ListTracks(wanted)

    albums, tracks = pb.ListAlbumsRequest, pb.ListTracksRequest
    lists: dict[str, pb.ListAlbumsRequest | pb.ListTracksRequest] = {
        **{_ordered(name): albums(order=order) for name, order in pb.AlbumOrder.items() if order},
        "albums of a genre": albums(genre="Jazz"),
        "albums of three years": albums(from_year=1990, to_year=1992),
        "favourite albums": albums(favourites_only=True),
        **{_ordered(name): tracks(order=order) for name, order in pb.TrackOrder.items() if order},
        "tracks, title, 40,000 in": tracks(page_token=deep),
        "tracks of a genre": tracks(genre="Jazz"),
        "tracks of a rare genre": tracks(genre=RARE_GENRE),
        "tracks of an artist": tracks(artist_id="artist00100"),
        "favourite tracks": tracks(favourites_only=True),
    }
    return {name: listed(wanted) for name, wanted in lists.items()}


def _ordered(name: str) -> str:
    """ALBUM_ORDER_TITLE as it is printed: albums, title."""
    kind, _, order = name.lower().split("_")
    return f"{kind}s, {order}"


def _pages_of_one(music: CatalogServiceAsyncStub, shelf: Shelf, viewer_id: str) -> dict[str, Call]:
    def artist(n: int) -> Awaitable[object]:
        artist_id = shelf.artists[n * 7 % len(shelf.artists)][0]
        return music.GetArtist(pb.GetArtistRequest(viewer_id=viewer_id, artist_id=artist_id))

    def album(n: int) -> Awaitable[object]:
        album_id = shelf.albums[11 * (n * 7 % (len(shelf.albums) // 11))][0]
        return music.GetAlbum(pb.GetAlbumRequest(viewer_id=viewer_id, album_id=album_id))

    def track(n: int) -> Awaitable[object]:
        ids = [track_id(n * 997 % shelf.track_count)]
        return music.GetTracks(pb.GetTracksRequest(viewer_id=viewer_id, track_ids=ids))

    def cover(n: int) -> Awaitable[object]:
        sha256 = shelf.cover_sha256(11 * (n * 7 % (len(shelf.albums) // 11)))
        return music.GetCover(pb.GetCoverRequest(viewer_id=viewer_id, cover_sha256=sha256))

    artists = pb.ListArtistsRequest(viewer_id=viewer_id)
    begun = pb.ListArtistsRequest(viewer_id=viewer_id, name_prefix="mi")
    return {
        "artists": lambda _: music.ListArtists(artists),
        "artists that begin so": lambda _: music.ListArtists(begun),
        "one artist": artist,
        "one album": album,
        "one track": track,
        "may the cover be seen": cover,
        "genres": lambda _: music.ListGenres(pb.ListGenresRequest(viewer_id=viewer_id)),
        "libraries": lambda _: music.ListLibraries(pb.ListLibrariesRequest(viewer_id=viewer_id)),
    }


def _searches(music: CatalogServiceAsyncStub, shelf: Shelf, viewer_id: str) -> dict[str, Call]:
    words = shelf.words

    def search(query: str) -> Awaitable[object]:
        return music.SearchNames(pb.SearchNamesRequest(viewer_id=viewer_id, query=query))

    def damaged(word: str) -> str:
        return word[:2] + word[3:4] + word[2:3] + word[4:]

    return {
        "names, a word": lambda n: search(words[n * 7 % len(words)]),
        "names, two words": lambda n: search(
            f"{words[n * 7 % len(words)]} {words[n * 11 % len(words)][:4]}"
        ),
        "names, a word mistyped": lambda n: search(damaged(words[n * 13 % len(words)])),
        "names, a title": lambda n: search(shelf.albums[n * 17 % len(shelf.albums)][1]),
        "names, one letter": lambda n: search(LETTERS[n % len(LETTERS)]),
        "names, three letters": lambda n: search(words[n * 7 % len(words)][:3]),
    }


def _changes(music: CatalogServiceAsyncStub, viewer_id: str) -> dict[str, Call]:
    cursor = ""
    latest = ""

    async def all_along(_: int) -> None:
        nonlocal cursor
        request = pb.ListChangesRequest(viewer_id=viewer_id, cursor=cursor)
        cursor = (await music.ListChanges(request)).next_cursor

    async def nothing_new(_: int) -> None:
        nonlocal latest
        while not latest:
            request = pb.ListChangesRequest(viewer_id=viewer_id, cursor=latest, page_size=1000)
            page = await music.ListChanges(request)
            while page.more:
                request.cursor = page.next_cursor
                page = await music.ListChanges(request)
            latest = page.next_cursor
        await music.ListChanges(pb.ListChangesRequest(viewer_id=viewer_id, cursor=latest))

    return {"changes, 200": all_along, "changes, none": nothing_new}


def _listening(channel: grpc.aio.Channel, viewer_id: str) -> dict[str, Call]:
    home = ListeningServiceStub(channel)
    playlists = listening_pb2.ListPlaylistsRequest(viewer_id=viewer_id)
    queue = listening_pb2.GetQueueRequest(viewer_id=viewer_id)
    plays = listening_pb2.ListPlaysRequest(viewer_id=viewer_id)
    bookmarks = listening_pb2.ListBookmarksRequest(viewer_id=viewer_id)

    def playlist(n: int) -> Awaitable[object]:
        return home.GetPlaylist(
            listening_pb2.GetPlaylistRequest(
                viewer_id=viewer_id, playlist_id=f"{viewer_id}{n % 20}"
            )
        )

    return {
        "playlists": lambda _: home.ListPlaylists(playlists),
        "one playlist of 200": playlist,
        "queue of 200": lambda _: home.GetQueue(queue),
        "plays": lambda _: home.ListPlays(plays),
        "bookmarks": lambda _: home.ListBookmarks(bookmarks),
    }


def _smart_playlists(channel: grpc.aio.Channel, shelf: Shelf, viewer_id: str) -> dict[str, Call]:
    home = ListeningServiceStub(channel)

    def holding(condition: listening_pb2.Condition) -> Call:
        rule = listening_pb2.SmartRule(conditions=[condition])
        made = ""

        async def read(_: int) -> None:
            nonlocal made
            if not made:
                plan = listening_pb2.CreatePlaylistRequest(
                    viewer_id=viewer_id, name="Smart", rule=rule
                )
                made = (await home.CreatePlaylist(plan)).playlist.id
            await home.GetPlaylist(
                listening_pb2.GetPlaylistRequest(viewer_id=viewer_id, playlist_id=made)
            )

        return read

    contains, is_, at_least = (
        listening_pb2.OPERATOR_CONTAINS,
        listening_pb2.OPERATOR_IS,
        listening_pb2.OPERATOR_AT_LEAST,
    )
    rules = {
        "a smart playlist": (listening_pb2.FIELD_TITLE, contains, "mi"),
        "smart: an artist": (listening_pb2.FIELD_ARTIST, is_, shelf.artists[100][1]),
        "smart: favourites": (listening_pb2.FIELD_FAVOURITE, is_, "true"),
        "smart: well rated": (listening_pb2.FIELD_RATING, at_least, "4"),
    }
    return {
        name: holding(listening_pb2.Condition(field=field, operator=operator, value=value))
        for name, (field, operator, value) in rules.items()
    }
