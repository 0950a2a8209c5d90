"""Lists, search and what listeners keep, as music apps see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from services.gateway.tests.apps import App, app_of
from services.gateway.tests.people import sign_up
from services.gateway.tests.recordings import publish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

TITLES = ("Dusk", "Ebb", "Flow")
YEARS = {"Dusk": "1990", "Ebb": "1995", "Flow": "2000"}


@dataclass(frozen=True, slots=True)
class Shelf:
    """An app of Ada's, and her songs by title."""

    app: App
    ada: Person
    songs: Mapping[str, Mapping[str, Any]]

    def ids(self, *titles: str) -> list[str]:
        return [str(self.songs[title]["id"]) for title in titles]


@pytest.fixture
async def shelf(site: Site, ada: Person) -> Shelf:
    """Three songs on an album, of three years and two genres."""
    app = await app_of(ada, site.client)
    for title in TITLES:
        genres = ["Waltz"] if title == "Flow" else ["Ambient"]
        track = await publish(site, ada, title)
        await ada.ask(
            "PATCH", f"/tracks/{track['id']}", json={"date": YEARS[title], "genres": genres}
        )
    found = (await app.ask("search3", query=""))["searchResult3"]
    return Shelf(app, ada, {song["title"]: song for song in found["song"]})


async def titles_of(app: App, method: str, result: str, **given: object) -> list[str]:
    answer = (await app.ask(method, **given))[result]
    return [song["title"] for song in answer.get("song", [])]


@pytest.mark.parametrize("query", ["", '""', "*", '"*"'])
async def test_a_search_for_nothing_pages_through_everything(shelf: Shelf, query: str) -> None:
    app, pages = shelf.app, []
    for offset in range(0, 5, 2):
        page = {"query": query, "songCount": 2, "songOffset": offset, "artistCount": 0}
        pages += await titles_of(app, "search3", "searchResult3", **page, albumCount=0)
    assert pages == list(TITLES)
    nothing = {"query": query, "songCount": 0, "artistCount": 0, "albumCount": 0}
    assert (await app.ask("search3", **nothing))["searchResult3"] == {}


async def test_a_search_finds_by_words(shelf: Shelf) -> None:
    app = shelf.app
    assert await titles_of(app, "search3", "searchResult3", query="dusk*") == ["Dusk"]
    found = (await app.ask("search2", query="dawn"))["searchResult2"]
    assert [album["title"] for album in found["album"]] == ["Dawn"]
    assert found["album"][0]["isDir"]
    old = (await app.ask("search", title="ebb"))["searchResult"]
    assert (old["totalHits"], old["match"][0]["title"]) == (1, "Ebb")
    assert (await app.refused("search3"))[0] == 10


async def test_songs_come_at_random_by_genre_and_by_year(shelf: Shelf) -> None:
    app = shelf.app
    assert sorted(await titles_of(app, "getRandomSongs", "randomSongs")) == list(TITLES)
    waltzes = await titles_of(app, "getSongsByGenre", "songsByGenre", genre="waltz")
    assert waltzes == ["Flow"]
    late = {"fromYear": 1995, "toYear": 2010, "size": 1000}
    assert sorted(await titles_of(app, "getRandomSongs", "randomSongs", **late)) == ["Ebb", "Flow"]
    genres = {row["value"]: row for row in (await app.ask("getGenres"))["genres"]["genre"]}
    assert genres["Waltz"] == {"value": "Waltz", "songCount": 1, "albumCount": 1}


async def test_albums_come_in_every_order(site: Site, shelf: Shelf) -> None:
    app, ada = shelf.app, shelf.ada
    other = await publish(site, ada, "Gale")
    await ada.ask("PATCH", f"/tracks/{other['id']}", json={"album_title": "Aurora"})
    page = (await ada.ask("GET", "/albums"))["items"]
    for album in page:
        year = "1980" if album["title"] == "Aurora" else "2001"
        await ada.ask("PATCH", f"/albums/{album['id']}", json={"date": year})

    async def titles(kind: str, **given: object) -> list[str]:
        answer = (await app.ask("getAlbumList2", type=kind, **given))["albumList2"]
        return [album["name"] for album in answer.get("album", [])]

    assert await titles("alphabeticalByName") == ["Aurora", "Dawn"]
    assert await titles("alphabeticalByName", size=1, offset=1) == ["Dawn"]
    assert await titles("alphabeticalByName", size=0) == []
    assert sorted(await titles("random", offset=5)) == ["Aurora", "Dawn"]
    assert await titles("byYear", fromYear=1970, toYear=2010) == ["Aurora", "Dawn"]
    assert await titles("byYear", fromYear=2010, toYear=1970) == ["Dawn", "Aurora"]
    assert await titles("byYear", fromYear=1990, toYear=2010) == ["Dawn"]
    assert await titles("byGenre", genre="Waltz") == ["Dawn"]
    assert await titles("starred") == await titles("highest") == await titles("recent") == []
    assert sorted(await titles("newest")) == ["Aurora", "Dawn"]
    for type_, number in (("byYear", 10), ("byGenre", 10), ("loudest", 0)):
        assert (await app.refused("getAlbumList2", type=type_))[0] == number
    assert (await app.refused("getAlbumList2"))[0] == 10
    old = (await app.ask("getAlbumList", type="alphabeticalByArtist"))["albumList"]
    assert {album["isDir"] for album in old["album"]} == {True}


async def test_marks_and_ratings_are_the_same_here_and_in_the_web_app(shelf: Shelf) -> None:
    app, ada = shelf.app, shelf.ada
    song = shelf.songs["Ebb"]
    await app.ask("star", id=song["id"], albumId=song["albumId"], artistId=song["artistId"])
    await app.ask("setRating", id=song["id"], rating=4)
    marked = (await app.ask("getStarred2"))["starred2"]
    assert [row["title"] for row in marked["song"]] == ["Ebb"]
    assert marked["song"][0]["userRating"] == 4
    assert marked["album"][0]["id"] == song["albumId"]
    assert marked["artist"][0]["starred"].endswith("Z")
    track = await ada.ask("GET", f"/tracks/{song['id'].removeprefix('tr-')}")
    assert track["rating"] == 4
    assert track["favourite_at"]
    folders = (await app.ask("getStarred"))["starred"]
    assert folders["album"][0]["isDir"]
    await app.ask("unstar", id=[song["id"], song["albumId"], song["artistId"]])
    await app.ask("setRating", id=song["id"], rating=0)
    assert (await app.ask("getStarred2"))["starred2"] == {}
    assert "userRating" not in (await app.ask("getSong", id=song["id"]))["song"]


async def test_impossible_marks_are_refused(shelf: Shelf) -> None:
    app = shelf.app
    song = shelf.songs["Ebb"]["id"]
    assert (await app.refused("star"))[0] == 10
    assert (await app.refused("star", id="tr-nothing"))[0] == 70
    assert (await app.refused("star", albumId=song))[0] == 70
    assert (await app.refused("star", id="pl-1"))[0] == 70
    assert (await app.refused("setRating", id=song, rating=6))[0] == 0
    assert (await app.refused("setRating", id=song))[0] == 10


async def test_a_playlist_is_made_changed_replaced_and_removed(shelf: Shelf) -> None:
    app = shelf.app
    dusk, ebb, flow = shelf.ids(*TITLES)
    made = (await app.ask("createPlaylist", name="Tides", songId=[ebb, flow, ebb]))["playlist"]
    assert (made["name"], made["songCount"], made["owner"]) == ("Tides", 3, shelf.ada.name)
    assert made["duration"] == 3 * 180
    assert not made["readonly"]
    playlist = made["id"]
    await app.ask(
        "updatePlaylist",
        playlistId=playlist,
        songIndexToRemove=[0, 2],
        songIdToAdd=[dusk],
        name="Low tide",
        comment="for the evening",
        public="true",
    )
    read = (await app.ask("getPlaylist", id=playlist))["playlist"]
    assert [song["title"] for song in read["entry"]] == ["Flow", "Dusk"]
    assert (read["name"], read["comment"], read["public"]) == ("Low tide", "for the evening", True)
    replaced = (await app.ask("createPlaylist", playlistId=playlist, songId=[ebb]))["playlist"]
    assert [song["title"] for song in replaced["entry"]] == ["Ebb"]
    emptied = (await app.ask("createPlaylist", playlistId=playlist))["playlist"]
    assert "entry" not in emptied
    listed = (await app.ask("getPlaylists"))["playlists"]["playlist"]
    assert [row["id"] for row in listed] == [playlist]
    await app.ask("deletePlaylist", id=playlist)
    assert (await app.refused("getPlaylist", id=playlist))[0] == 70


async def test_playlists_of_others_can_be_read_when_public_and_never_changed(
    site: Site, shelf: Shelf
) -> None:
    playlist = (await shelf.app.ask("createPlaylist", name="Mine"))["playlist"]["id"]
    async with sign_up(site.client) as bob:
        theirs = await app_of(bob, site.client)
        assert (await theirs.refused("getPlaylist", id=playlist))[0] == 70
        await shelf.app.ask("updatePlaylist", playlistId=playlist, public="true")
        assert (await theirs.ask("getPlaylist", id=playlist))["playlist"]["readonly"]
        for method, given in (
            ("updatePlaylist", {"playlistId": playlist, "name": "Theirs"}),
            ("createPlaylist", {"playlistId": playlist}),
            ("deletePlaylist", {"id": playlist}),
        ):
            assert (await theirs.refused(method, **given))[0] == 50, method
        assert (await theirs.refused("getPlaylists", username=shelf.ada.name))[0] == 50
    await shelf.app.ask("deletePlaylist", id=playlist)  # everybody would see it


async def test_impossible_playlists_are_refused(shelf: Shelf) -> None:
    app = shelf.app
    playlist = (await app.ask("createPlaylist", name="Short"))["playlist"]["id"]
    assert (await app.refused("createPlaylist"))[0] == 10
    assert (await app.refused("createPlaylist", name="x", songId="tr-nothing"))[0] == 70
    code, message = await app.refused("updatePlaylist", playlistId=playlist, songIndexToRemove=0)
    assert (code, message) == (0, "the playlist has 0 songs, and none at 0")


async def test_the_queue_follows_from_app_to_app_and_to_the_web(shelf: Shelf) -> None:
    app = shelf.app
    dusk, ebb, flow = shelf.ids(*TITLES)
    assert "playQueue" not in await app.ask("getPlayQueue")
    await app.ask("savePlayQueue", id=[dusk, ebb, flow], current=ebb, position=61_000)
    queue = (await app.ask("getPlayQueue"))["playQueue"]
    assert (queue["current"], queue["position"], queue["changedBy"]) == (ebb, 61_000, "a test")
    assert [song["id"] for song in queue["entry"]] == [dusk, ebb, flow]
    web = (await shelf.ada.ask("GET", "/queue"))["queue"]
    assert (web["current_index"], web["position_ms"]) == (1, 61_000)
    await app.ask("savePlayQueueByIndex", id=[dusk, ebb, dusk], currentIndex=2)
    placed = (await app.ask("getPlayQueueByIndex"))["playQueueByIndex"]
    assert (placed["currentIndex"], len(placed["entry"]), placed["position"]) == (2, 3, 0)
    await app.ask("savePlayQueue")
    cleared = (await app.ask("getPlayQueue"))["playQueue"]
    assert "entry" not in cleared
    assert "current" not in cleared
    await app.ask("savePlayQueueByIndex")
    assert "currentIndex" not in (await app.ask("getPlayQueueByIndex"))["playQueueByIndex"]
    for given in ({"id": dusk}, {"id": dusk, "currentIndex": 1}, {"currentIndex": 0}):
        assert (await app.refused("savePlayQueueByIndex", **given))[0] == 10, given


async def test_places_in_songs_are_kept(shelf: Shelf) -> None:
    app = shelf.app
    (ebb,) = shelf.ids("Ebb")
    await app.ask("createBookmark", id=ebb, position=42_000, comment="the bridge")
    [kept] = (await app.ask("getBookmarks"))["bookmarks"]["bookmark"]
    assert (kept["position"], kept["comment"], kept["entry"]["id"]) == (42_000, "the bridge", ebb)
    await app.ask("deleteBookmark", id=ebb)
    assert (await app.ask("getBookmarks"))["bookmarks"] == {}
    assert (await app.refused("createBookmark", id=ebb))[0] == 10
