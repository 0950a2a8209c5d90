"""Calls every method of py-sonic at a server, as an app that is built on it would.

``python py_sonic.py '{"port": ..., "user": ..., "password": ..., "operator": ...}'``
fails where a call fails, and prints how many methods it called.
"""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any

import libsonic
from libsonic import errors

UNREACHABLE = {"cleanupDatabase", "scanMediaFolders"}
"""They ask for pages of Subsonic's own, by a function that Python no longer has."""


class Called:
    """A connection that notes what is called."""

    def __init__(self, about: dict[str, Any], who: str, password: str, **more: object) -> None:
        self._connection = libsonic.Connection(
            "http://127.0.0.1", who, password, port=about["port"], appName="py-sonic", **more
        )
        self.names: set[str] = set()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the library has
        self.names.add(name)
        return getattr(self._connection, name)


def refused(kind: type[Exception], call: Any, *given: object) -> None:  # noqa: ANN401  the same
    try:
        answer = call(*given)
    except kind:
        return
    # What should have been bytes and is an error comes as a dictionary.
    assert isinstance(answer, dict), answer
    assert answer["status"] == "failed", answer


def browse(mine: Called, about: dict[str, Any]) -> dict[str, Any]:
    assert mine.ping() is True
    assert mine.getLicense()["license"]["valid"] is True
    [folder, *_] = mine.getMusicFolders()["musicFolders"]["musicFolder"]
    assert mine.getIndexes(musicFolderId=folder["id"])["indexes"]["lastModified"] > 0
    assert mine.getMusicDirectory(folder["id"])["directory"]["child"]
    artists = [
        artist
        for index in mine.getArtists()["artists"]["index"]
        for artist in index["artist"]
        if artist["name"] == about["artist"]
    ]
    artist = mine.getArtist(artists[0]["id"])["artist"]
    album = mine.getAlbum(artist["album"][0]["id"])["album"]
    song = mine.getSong(album["song"][0]["id"])["song"]
    for call in (mine.getArtistInfo, mine.getArtistInfo2, mine.getSimilarSongs):
        assert call(artist["id"])["status"] == "ok"
    mine.getSimilarSongs2(artist["id"])
    mine.getAlbumInfo(album["id"])
    mine.getAlbumInfo2(album["id"])
    assert mine.getTopSongs(about["artist"])["topSongs"]["song"]
    assert mine.getGenres()["genres"]["genre"]
    assert mine.getVideos()["videos"] == {}
    return {"song": song, "album": album, "artist": artist}


def look_up(mine: Called, about: dict[str, Any]) -> None:
    for kind in ("random", "newest", "highest", "frequent", "recent", "alphabeticalByArtist"):
        mine.getAlbumList(kind)
        mine.getAlbumList2(kind)
    assert mine.getAlbumList2("byYear", fromYear=1900, toYear=2100)["albumList2"]["album"]
    assert mine.getRandomSongs(size=5)["randomSongs"]["song"]
    assert mine.getSongsByGenre(about["genre"])["songsByGenre"]["song"]
    assert mine.search(title=about["title"])["searchResult"]["match"]
    assert mine.search2(about["title"])["searchResult2"]["song"]
    assert mine.search3(about["title"])["searchResult3"]["song"]
    mine.getLyrics(artist=about["artist"], title=about["title"])


def mark(mine: Called, things: dict[str, Any]) -> None:
    song, album, artist = (things[name]["id"] for name in ("song", "album", "artist"))
    mine.star(sids=[song], albumIds=[album], artistIds=[artist])
    assert mine.getStarred()["starred"]["song"]
    assert mine.getStarred2()["starred2"]["album"]
    mine.unstar(sids=[song], albumIds=[album], artistIds=[artist])
    mine.setRating(song, 4)
    assert mine.getSong(song)["song"]["userRating"] == 4
    mine.scrobble(song, submission=True, listenTime=1_700_000_000)
    mine.scrobble(song, submission=False)
    assert mine.getNowPlaying()["nowPlaying"]["entry"]


def keep(mine: Called, things: dict[str, Any]) -> None:
    song = things["song"]["id"]
    made = mine.createPlaylist(name="one", songIds=[song])["playlist"]
    mine.updatePlaylist(made["id"], name="two", comment="c", songIdsToAdd=[song])
    mine.updatePlaylist(made["id"], songIndexesToRemove=[0])
    read = mine.getPlaylist(made["id"])["playlist"]
    assert (read["name"], read["comment"], read["songCount"]) == ("two", "c", 1)
    assert mine.getPlaylists()["playlists"]["playlist"]
    mine.deletePlaylist(made["id"])
    mine.createBookmark(song, 3000, comment="here")
    assert mine.getBookmarks()["bookmarks"]["bookmark"][0]["position"] == 3000
    mine.deleteBookmark(song)
    mine.savePlayQueue([song, song], current=song, position=10)
    assert mine.getPlayQueue()["playQueue"]["current"] == song
    share = mine.createShare(shids=[song], description="d", expires=4_102_444_800)
    share_id = share["shares"]["share"][0]["id"]
    mine.updateShare(share_id, description="e")
    assert mine.getShares()["shares"]["share"][0]["description"] == "e"
    mine.deleteShare(share_id)


def hear(mine: Called, things: dict[str, Any]) -> None:
    song = things["song"]["id"]
    for call in (mine.stream, mine.download):
        assert len(call(song).read()) == things["song"]["size"]
    assert mine.stream(song, tformat="raw", estimateContentLength=True).read(4) == b"fLaC"
    assert mine.getCoverArt(things["album"]["coverArt"]).read(3) == b"\xff\xd8\xff"
    assert mine.hls(song)


def run_the_server(boss: Called, about: dict[str, Any]) -> None:
    name = about["newcomer"]
    boss.createUser(name, "correct horse", "z@example.org")
    boss.updateUser(name, email="y@example.org")
    assert boss.getUser(name)["user"]["email"] == "y@example.org"
    assert boss.getUsers()["users"]["user"]
    boss.deleteUser(name)
    boss.startScan()
    assert boss.getScanStatus()["scanStatus"]["count"] >= 0
    boss.createInternetRadioStation("https://radio.example/a.mp3", name)
    radios = boss.getInternetRadioStations()["internetRadioStations"]["internetRadioStation"]
    [radio] = [each for each in radios if each["name"] == name]
    boss.updateInternetRadioStation(radio["id"], "https://radio.example/b.mp3", name)
    boss.deleteInternetRadioStation(radio["id"])
    boss.createPodcastChannel(about["feed"])
    boss.refreshPodcasts()
    channels = boss.getPodcasts()["podcasts"]["channel"]
    [channel] = [each for each in channels if each["url"] == about["feed"]]
    assert boss.getPodcasts(pid=channel["id"])["status"] == "ok"
    boss.getNewestPodcasts()
    refused(errors.DataNotFoundError, boss.downloadPodcastEpisode, "pe-gone")
    refused(errors.DataNotFoundError, boss.deletePodcastEpisode, "pe-gone")
    boss.deletePodcastChannel(channel["id"])


def miss(mine: Called, about: dict[str, Any]) -> None:
    refused(errors.AuthError, mine.jukeboxControl, "status")
    refused(errors.AuthError, mine.addChatMessage, "hello")
    assert mine.getChatMessages()["chatMessages"] == {}
    refused(errors.DataNotFoundError, mine.getAvatar, about["user"])
    refused(errors.DataNotFoundError, mine.getCaptions, "1")
    refused(errors.DataNotFoundError, mine.getVideoInfo, "1")
    refused(errors.AuthError, mine.getUsers)
    refused(errors.DataNotFoundError, mine.getSong, "tr-gone")
    refused(errors.ParameterError, mine.getAlbumList, None)
    wrong = Called(about, about["user"], "wrong")
    refused(errors.CredentialError, wrong.getLicense)
    legacy = Called(about, about["user"], about["password"], legacyAuth=True)
    assert legacy.getLicense()["status"] == "ok"


def main() -> None:
    about = json.loads(sys.argv[1])
    mine = Called(about, about["user"], about["password"])
    boss = Called(about, about["operator"], about["operator_password"])
    things = browse(mine, about)
    for steps in (mark, keep, hear):
        steps(mine, things)
    look_up(mine, about)
    run_the_server(boss, about)
    miss(mine, about)
    mine.changePassword(about["user"], about["password"])
    methods = {
        name
        for name, _ in inspect.getmembers(libsonic.Connection, inspect.isfunction)
        if not name.startswith(("_", "set"))
    } | {"setRating"}
    print(len(methods & (mine.names | boss.names)))
    assert methods - (mine.names | boss.names) == UNREACHABLE


if __name__ == "__main__":
    main()
