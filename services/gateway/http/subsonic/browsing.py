"""The library: by artists and albums, and by folders for apps that know nothing else.

A library is a folder at the top, an artist a folder in it, an album a folder
of the artist.
"""

import time
from collections.abc import Sequence

from services.gateway.domain.apps.ids import Kind, Nothing, id_of, name_of, named
from services.gateway.domain.apps.shelves import ARTICLES, shelved
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.http.subsonic.libraries import libraries_of, library_asked
from services.gateway.http.subsonic.paging import LARGEST_PAGE, pages
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import catalog_pb2 as pb
from tutti.catalog.v1 import music_pb2

OF_FOLDERS: Sequence[str] = ("id", "parent", "starred", "userRating")


async def get_music_folders(call: Call) -> Tree:
    """List the libraries the caller sees."""
    folders = [{"id": library.number, "name": library.name} for library in await libraries_of(call)]
    return {"musicFolders": grown(musicFolder=folders)}


async def get_artists(call: Call) -> Tree:
    """List all artists by their first letter."""
    artists = await _artists(call, await library_asked(call))
    index = [
        {"name": letter, "artist": [music.artist(row) for row in rows]}
        for letter, rows in shelved(artists)
    ]
    return {"artists": grown(ignoredArticles=ARTICLES, index=index)}


async def get_indexes(call: Call) -> Tree:
    """List all artists as folders, by their first letter."""
    artists = await _artists(call, await library_asked(call))
    index = [
        {"name": letter, "artist": [music.artist_directory(row) for row in rows]}
        for letter, rows in shelved(artists)
    ]
    changed_ms = round(time.time() * 1000)
    return {"indexes": grown(ignoredArticles=ARTICLES, lastModified=changed_ms, index=index)}


async def get_artist(call: Call) -> Tree:
    """Read one artist with the albums."""
    found = await artist_of(call, id_of(Kind.ARTIST, call.given.text("id")))
    albums = [music.album(row) for row in found.albums]
    return {"artist": {**music.artist(found.artist), **grown(album=albums)}}


async def get_album(call: Call) -> Tree:
    """Read one album with its tracks."""
    found = await album_of(call, id_of(Kind.ALBUM, call.given.text("id")))
    songs = [music.song(row, found.album) for row in found.tracks]
    return {"album": {**music.album(found.album), **grown(song=songs)}}


async def get_song(call: Call) -> Tree:
    """Read one track."""
    return {"song": music.song(await track_of(call, call.given.text("id")))}


async def get_music_directory(call: Call) -> Tree:
    """List what is in a folder: a library, an artist or an album."""
    name = call.given.text("id")
    if name.isdecimal():
        return {"directory": await _library_directory(call, name)}
    folder = named(name)
    if folder.kind is Kind.ARTIST:
        return {"directory": await _artist_directory(call, folder.id)}
    if folder.kind is Kind.ALBUM:
        return {"directory": await _album_directory(call, folder.id)}
    raise Nothing(f"there is no folder of the id {name!r}")


async def get_genres(call: Call) -> Tree:
    """List genres, with how much there is of each."""
    answer = await call.parts.peers.catalog.ListGenres(
        pb.ListGenresRequest(viewer_id=call.viewer_id)
    )
    genres = [
        {"value": genre.name, "songCount": genre.track_count, "albumCount": genre.album_count}
        for genre in answer.genres
    ]
    return {"genres": grown(genre=genres)}


async def track_of(call: Call, name: str) -> music_pb2.Track:
    """The track of this name, if the caller may see it."""
    asked = pb.GetTracksRequest(viewer_id=call.viewer_id, track_ids=[id_of(Kind.TRACK, name)])
    answer = await call.parts.peers.catalog.GetTracks(asked)
    if not answer.tracks:
        raise Nothing(f"there is no track of the id {name!r}")
    return answer.tracks[0]


async def _artists(call: Call, library_id: str) -> Sequence[music_pb2.Artist]:
    asked = pb.ListArtistsRequest(
        viewer_id=call.viewer_id, library_id=library_id, page_size=LARGEST_PAGE
    )
    listed = pages(call.parts.peers.catalog.ListArtists, asked)
    return [row async for page in listed for row in page.artists]


async def _library_directory(call: Call, name: str) -> Tree:
    library = next((row for row in await libraries_of(call) if str(row.number) == name), None)
    if library is None:
        raise Nothing(f"there is no folder of the id {name!r}")
    children = [
        grown(
            id=name_of(Kind.ARTIST, row.id),
            parent=name,
            isDir=True,
            title=row.name,
            artist=row.name,
            coverArt=music.cover_name(row.cover_sha256),
        )
        for row in await _artists(call, library.id)
    ]
    return grown(id=name, name=library.name, child=children)


async def _artist_directory(call: Call, artist_id: str) -> Tree:
    found = await artist_of(call, artist_id)
    children = [music.album_directory(row) for row in found.albums]
    return {**music.artist_directory(found.artist), **grown(child=children)}


async def _album_directory(call: Call, album_id: str) -> Tree:
    found = await album_of(call, album_id)
    folder = music.album_directory(found.album)
    kept = {key: folder[key] for key in OF_FOLDERS if key in folder}
    children = [music.song(row, found.album) for row in found.tracks]
    return {**kept, "name": found.album.title, **grown(child=children)}


async def artist_of(call: Call, artist_id: str) -> pb.GetArtistResponse:
    """An artist with albums, if the caller may see them."""
    asked = pb.GetArtistRequest(viewer_id=call.viewer_id, artist_id=artist_id)
    return await call.parts.peers.catalog.GetArtist(asked)


async def album_of(call: Call, album_id: str) -> pb.GetAlbumResponse:
    """An album with its tracks, if the caller may see it."""
    asked = pb.GetAlbumRequest(viewer_id=call.viewer_id, album_id=album_id)
    return await call.parts.peers.catalog.GetAlbum(asked)


METHODS = {
    "getMusicFolders": Method(get_music_folders),
    "getArtists": Method(get_artists),
    "getIndexes": Method(get_indexes),
    "getArtist": Method(get_artist),
    "getAlbum": Method(get_album),
    "getSong": Method(get_song),
    "getMusicDirectory": Method(get_music_directory),
    "getGenres": Method(get_genres),
}
