"""The library as music apps see it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from services.gateway.domain.apps.shelves import letter
from services.gateway.tests.apps import App, app_of
from services.gateway.tests.recordings import publish
from services.gateway.wire.subsonic.tree import as_json, as_xml, grown

if TYPE_CHECKING:
    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person


@pytest.fixture
async def app(site: Site, ada: Person) -> App:
    return await app_of(ada, site.client)


async def test_an_app_finds_a_track_by_artist_and_album(site: Site, ada: Person, app: App) -> None:
    track = await publish(site, ada, "Dusk")
    indexes = (await app.ask("getArtists"))["artists"]["index"]
    artists = [artist for index in indexes for artist in index["artist"]]
    wanted = track["artists"][0]
    [found] = [artist for artist in artists if artist["name"] == wanted["name"]]
    assert found["id"] == f"ar-{wanted['artist_id']}"
    artist = (await app.ask("getArtist", id=found["id"]))["artist"]
    [album] = artist["album"]
    assert album["songCount"] == 1
    opened = (await app.ask("getAlbum", id=album["id"]))["album"]
    [song] = opened["song"]
    assert (song["id"], song["title"]) == (f"tr-{track['id']}", track["title"])
    assert song["duration"] == round(track["duration_ms"] / 1000)
    assert song["displayAlbumArtist"] == wanted["name"]
    alone = (await app.ask("getSong", id=song["id"]))["song"]
    assert alone.items() <= song.items()


async def test_the_same_is_found_folder_by_folder(site: Site, ada: Person, app: App) -> None:
    track = await publish(site, ada, "Dusk")
    folders = (await app.ask("getMusicFolders"))["musicFolders"]["musicFolder"]
    for folder in folders:
        top = (await app.ask("getMusicDirectory", id=folder["id"]))["directory"]
        artists = [child for child in top.get("child", []) if child["isDir"]]
        found = [child for child in artists if child["title"] == track["artists"][0]["name"]]
        if found:
            break
    inside = (await app.ask("getMusicDirectory", id=found[0]["id"]))["directory"]
    [album] = inside["child"]
    tracks = (await app.ask("getMusicDirectory", id=album["id"]))["directory"]
    assert [child["id"] for child in tracks["child"]] == [f"tr-{track['id']}"]
    assert tracks["parent"] == found[0]["id"]
    indexes = (await app.ask("getIndexes", musicFolderId=folder["id"]))["indexes"]
    assert found[0]["id"] in str(indexes["index"])


async def test_what_is_not_ones_own_is_not_there(site: Site, bob: Person, app: App) -> None:
    track = await publish(site, bob, "Dusk")
    for method, name in (
        ("getSong", f"tr-{track['id']}"),
        ("getAlbum", f"al-{track['album_id']}"),
        ("getArtist", f"ar-{track['artists'][0]['artist_id']}"),
        ("getMusicDirectory", f"al-{track['album_id']}"),
        ("getMusicDirectory", "999999"),
        ("getMusicDirectory", f"tr-{track['id']}"),
        ("getSong", track["id"]),
        ("getSong", "zz-1"),
        ("getAlbum", f"ar-{track['id']}"),
    ):
        code, _ = await app.refused(method, id=name)
        assert code == 70, (method, name)
    assert (await app.refused("getSong"))[0] == 10
    assert (await app.refused("getArtists", musicFolderId=999_999))[0] == 70
    assert (await app.refused("getArtists", musicFolderId="one"))[0] == 0


def test_names_stand_under_letters_and_the_rest_before_them() -> None:
    names = ["Ärzte, Die", "abba", "1000 Mods", "東京", "Øystein", "", "(Sic)"]
    assert [letter(name) for name in names] == ["A", "A", "#", "東", "Ø", "#", "#"]


def test_a_tree_is_the_same_in_json_and_in_xml() -> None:
    tree = grown(
        name='Tom & "Jerry" <3\x00\n',
        empty="",
        none=None,
        nothing=[],
        zero=0,
        no=False,
        inside={"value": "text > word", "count": 1.5},
        each=[{"id": "a"}, {"id": "b", "more": [{"x": 1}]}],
        word=["one", "two"],
        artistInfo={"biography": "long & wide"},
    )
    assert "empty" not in tree
    written = as_xml("root", tree).decode()
    root = ElementTree.fromstring(written)  # noqa: S314 our own
    space = "{http://subsonic.org/restapi}"
    assert root.attrib == {"name": 'Tom & "Jerry" <3\n', "zero": "0", "no": "false"}
    assert root[0].text == "text > word"
    assert root[0].attrib == {"count": "1.5"}
    assert [each.attrib["id"] for each in root.findall(f"{space}each")] == ["a", "b"]
    assert [each.text for each in root.findall(f"{space}word")] == ["one", "two"]
    assert root.find(f"{space}artistInfo/{space}biography").text == "long & wide"  # type: ignore[union-attr]  # it is there
    assert b'"zero":0,"no":false' in as_json("root", tree)
