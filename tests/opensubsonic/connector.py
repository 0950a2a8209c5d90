"""Calls every method of subsonic-connector at a server, as an app that is built on it would.

``python connector.py '{"port": ..., "user": ..., "password": ..., ...}'`` fails where a call
fails, and prints how many methods it called.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from typing import Any

from subsonic_connector.configuration import ConfigurationInterface
from subsonic_connector.connector import Connector
from subsonic_connector.list_type import ListType


class Settings(ConfigurationInterface):  # type: ignore[misc,unused-ignore]  # the library has no types
    """What the library wants to know; ``None`` where a token is wanted, and there is a password."""

    def __init__(self, about: dict[str, Any]) -> None:
        self._about = about

    def getBaseUrl(self) -> str:  # noqa: N802  the library's names
        return "http://127.0.0.1"

    def getPort(self) -> int:  # noqa: N802
        return int(self._about["port"])

    def getServerPath(self) -> str:  # noqa: N802
        return ""

    def getUserName(self) -> str:  # noqa: N802
        return str(self._about["user"])

    def getPassword(self) -> str:  # noqa: N802
        return str(self._about["password"])

    def getApiVersion(self) -> str:  # noqa: N802
        return "1.16.1"

    def getAppName(self) -> str:  # noqa: N802
        return "subsonic-connector"

    def getLegacyAuth(self) -> bool:  # noqa: N802
        return bool(self._about.get("legacy"))

    def getUserAgent(self) -> str:  # noqa: N802
        return "subsonic-connector"

    def getCustomHeaders(self) -> dict[str, str]:  # noqa: N802
        return {}


class Called:
    """A connector that notes what is called."""

    def __init__(self, about: dict[str, Any]) -> None:
        self._connector = Connector(Settings(about))
        self.names: set[str] = set()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the library has
        self.names.add(name)
        return getattr(self._connector, name)


def browse(mine: Called, about: dict[str, Any]) -> tuple[Any, Any, Any]:
    assert mine.ping() is True
    [folder, *_] = mine.getMusicFolders().getObj().getMusicFolders()
    assert isinstance(folder.getId(), int)
    assert mine.getIndexes()["status"] == "ok"
    names = [
        artist
        for initial in mine.getArtists().getObj().getArtistListInitials()
        for artist in initial.getArtistListItems()
    ]
    [listed] = [each for each in names if each.getName() == about["artist"]]
    artist = mine.getArtist(listed.getId()).getObj()
    [album, *_] = artist.getAlbumList()
    album = mine.getAlbum(album.getId()).getObj()
    assert album.getYear()
    assert album.getOriginalReleaseDate()
    assert album.getGenres() == [about["genre"]]
    [song, *_] = album.getSongs()
    song = mine.getSong(song.getId()).getObj()
    assert (song.getTitle(), song.getSuffix()) == (about["title"], "flac")
    assert song.getPath()
    assert mine.getArtistInfo(artist.getId()).isOk()
    assert mine.getSimilarSongs(song.getId()).isOk()
    assert mine.getCoverByArtistId(artist.getId()).getAlbumId() == album.getId()
    assert mine.getCoverByArtist(artist)
    return artist, album, song


def look_up(mine: Called, about: dict[str, Any]) -> None:
    genres = [genre.getName() for genre in mine.getGenres().getObj().getGenres()]
    assert about["genre"] in genres
    assert mine.getCoverArtForGenre(about["genre"])
    assert mine.getTopSongs(about["artist"]).getObj().getSongs()
    assert mine.getRandomSongs().getObj().getSongs()
    for kind in (ListType.NEWEST, ListType.RANDOM, ListType.RECENT):
        assert mine.getAlbumList(ltype=kind).isOk()
    assert mine.getNewestAlbumList().getObj().getAlbums()
    assert mine.getRandomAlbumList().getObj().getAlbums()
    found = mine.search(about["title"])
    assert [song.getTitle() for song in found.getSongs()] == [about["title"]]
    assert mine.getStarred().getObj().getSongs()
    [playlist] = mine.getPlaylists().getObj().getPlaylists()
    read = mine.getPlaylist(playlist.getId()).getObj()
    assert [entry.getTitle() for entry in read.getEntries()] == [about["title"]]
    stations = mine.getInternetRadioStations().getObj().getStations()
    assert about["station"] in {station.getStreamUrl() for station in stations}


def hear(mine: Called, song: Any) -> None:  # noqa: ANN401  the library's
    addresses = [
        mine.buildSongUrl(song.getId()),
        mine.buildSongUrlBySong(song, format="raw"),
        mine.buildCoverArtUrl(song.getId()),
    ]
    kinds = [urllib.request.urlopen(each).headers["Content-Type"] for each in addresses]  # noqa: S310
    assert kinds == ["audio/flac", "audio/flac", "image/jpeg"], kinds
    assert mine.download(song.getId()).read(4) == b"fLaC"
    assert mine.scrobble(song.getId())["status"] == "ok"


def main() -> None:
    about = json.loads(sys.argv[1])
    mine = Called(about)
    _, _, song = browse(mine, about)
    look_up(mine, about)
    hear(mine, song)
    hear(Called({**about, "legacy": True}), song)
    methods = {name for name in dir(Connector) if not name.startswith("_")}
    assert not methods - mine.names, methods - mine.names
    print(len(methods))


if __name__ == "__main__":
    main()
