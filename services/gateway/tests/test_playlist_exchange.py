"""Playlists that leave as files and come back, and those that several people edit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scripts.tutti import playlists
from scripts.tutti.session import Refused, Server
from services.gateway.http.middleware import LARGEST_BODIES_BYTES
from services.gateway.tests.apps import app_of
from services.gateway.tests.people import API
from services.gateway.tests.recordings import publish
from tutti.catalog.v1 import music_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

RECORDING = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
IMPORT = "/playlists/import"


async def share(ada: Person, bob: Person) -> None:
    await ada.ask("PATCH", f"/libraries/{ada.library_id}", json={"member_ids": [bob.id]})


async def titles(person: Person, playlist_id: str) -> list[str]:
    read = await person.ask("GET", f"/playlists/{playlist_id}")
    return [entry["track"]["title"] for entry in read["items"]]


async def exported(person: Person, playlist_id: str, form: str) -> str:
    path = f"{API}/playlists/{playlist_id}/export"
    response = await person.client.get(path, params={"format": form})
    assert response.status_code == 200, response.text
    assert f'filename="Tides __.{form}"' in response.headers["content-disposition"]
    return response.text


async def tides(site: Site, ada: Person) -> tuple[str, Sequence[str]]:
    """A playlist of Ada's, with one song twice and two of one name."""
    odd = [music_pb2.ArtistCredit(name="..")]
    ids = [
        (await publish(site, ada, "Dusk", musicbrainz_recording_id=RECORDING))["id"],
        (await publish(site, ada, "Dusk", artists=[music_pb2.ArtistCredit(name="Bob")]))["id"],
        (await publish(site, ada, "A - B / C", artists=odd, duration_ms=61_400))["id"],
    ]
    ids.append(ids[0])
    asked = {"name": "Tides 夜曲", "comment": "for\nthe evening", "track_ids": ids}
    return (await ada.ask("POST", "/playlists", 201, json=asked))["id"], ids


@pytest.mark.slow
@pytest.mark.parametrize("form", ["m3u8", "jspf"])
async def test_what_one_exports_another_imports_in_the_same_order(
    site: Site, ada: Person, bob: Person, form: str
) -> None:
    playlist_id, ids = await tides(site, ada)
    await share(ada, bob)
    content = await exported(ada, playlist_id, form)
    others = content.replace("#TUTTI-TRACK:", "#").replace("tutti:track:", "elsewhere:")
    for text in (content, others):  # by our ids, and without them
        made = await bob.ask("POST", IMPORT, 201, content=text.encode())
        assert (made["matched_count"], made["unmatched"]) == (4, [])
        assert (made["name"], made["playlist"]["owner_id"]) == ("Tides 夜曲", bob.id)
        read = await bob.ask("GET", f"/playlists/{made['playlist']['id']}")
        assert [entry["track"]["id"] for entry in read["items"]] == list(ids)
    if form == "jspf":
        assert made["playlist"]["comment"] == "for\nthe evening"


@pytest.mark.slow
async def test_a_file_tells_other_programs_what_is_in_it(site: Site, ada: Person) -> None:
    playlist_id, ids = await tides(site, ada)
    assert (await exported(ada, playlist_id, "m3u8")).splitlines()[:12] == [
        "#EXTM3U",
        "#PLAYLIST:Tides 夜曲",
        "#EXTINF:180,Ada & die Bänd - Dusk",
        "#EXTALB:Dawn",
        f"#TUTTI-TRACK:{ids[0]}",
        "Ada & die Bänd/Dawn/01 - Dusk.flac",
        "#EXTINF:180,Bob - Dusk",
        "#EXTALB:Dawn",
        f"#TUTTI-TRACK:{ids[1]}",
        "Bob/Dawn/01 - Dusk.flac",
        "#EXTINF:61,.. - A - B / C",
        "#EXTALB:Dawn",
    ]
    assert "\n_/Dawn/01 - A - B _ C.flac" in await exported(ada, playlist_id, "m3u8")
    told = json.loads(await exported(ada, playlist_id, "jspf"))["playlist"]
    assert (told["title"], told["creator"]) == ("Tides 夜曲", ada.name)
    assert told["track"][0] == {
        "identifier": [f"https://musicbrainz.org/recording/{RECORDING}", f"tutti:track:{ids[0]}"],
        "title": "Dusk",
        "creator": "Ada & die Bänd",
        "album": "Dawn",
        "trackNum": 1,
        "duration": 180_000,
    }


async def test_what_is_not_here_is_told_and_nothing_is_made_of_nothing(
    site: Site, ada: Person, bob: Person
) -> None:
    await publish(site, ada, "Dusk")
    text = b"\xff/Nobody - Nothing.mp3\nX:\\Ada & die B\xe4nd\\Dawn\\07 - Dusk.mp3\n"
    told = await ada.ask("POST", IMPORT, params={"dry_run": True}, content=text)
    assert (told["playlist"], told["matched_count"]) == (None, 1)
    assert (await ada.ask("GET", "/playlists"))["items"] == []
    query = {"file_name": "Evening.m3u"}
    made = await ada.ask("POST", IMPORT, 201, params=query, content=text)
    assert (made["name"], await titles(ada, made["playlist"]["id"])) == ("Evening", ["Dusk"])
    [lost] = made["unmatched"]
    assert (lost["position"], lost["line"], lost["path"]) == (1, 1, "ÿ/Nobody - Nothing.mp3")
    none = await bob.ask("POST", IMPORT, content=text)  # who does not see Ada's music
    assert (none["playlist"], len(none["unmatched"])) == (None, 2)


async def test_playlists_by_rule_are_exported_as_they_are_now(site: Site, ada: Person) -> None:
    for title in ("Ebb", "Dusk"):
        await publish(site, ada, title)
    rule = {"conditions": [{"field": "title", "operator": "is", "value": "Ebb"}]}
    asked = {"name": "Tides 夜曲", "rule": rule}
    smart = await ada.ask("POST", "/playlists", 201, json=asked)
    text = await exported(ada, smart["id"], "m3u8")
    assert ("- Ebb" in text, "- Dusk" in text) == (True, False)


@pytest.mark.slow
async def test_a_long_playlist_is_exported_whole(site: Site, ada: Person) -> None:
    ids = [(await publish(site, ada, title))["id"] for title in ("Ebb", "Flow")]
    asked = {"name": "Tides 夜曲", "track_ids": ids * 1100}
    made = await ada.ask("POST", "/playlists", 201, json=asked)
    text = await exported(ada, made["id"], "m3u8")
    told = [line.removeprefix("#TUTTI-TRACK:") for line in text.splitlines() if "#TUTTI" in line]
    assert told == ids * 1100
    again = await ada.ask("POST", IMPORT, 201, content=text.encode())
    assert again["playlist"]["track_count"] == 2200


async def test_what_is_no_playlist_says_why(ada: Person) -> None:
    refused = await ada.ask("POST", IMPORT, 422, content=b"<playlist/>")
    assert (refused["code"], "XSPF" in refused["detail"]) == ("not_a_playlist", True)
    many = await ada.ask("POST", IMPORT, 422, content=b"a.mp3\n" * 10_001)
    assert many["code"] == "too_many_songs"
    large = b"#" * (LARGEST_BODIES_BYTES[API + IMPORT] + 1)
    assert (await ada.ask("POST", IMPORT, 413, content=large))["code"] == "too_large"
    await ada.ask("GET", "/playlists/none/export", 404)
    await ada.ask("GET", "/playlists/none/export", 422, params={"format": "xspf"})


async def test_an_import_that_is_sent_again_makes_one_playlist(site: Site, ada: Person) -> None:
    await publish(site, ada, "Dusk")
    headers = {"Idempotency-Key": "the-same"}
    content = b"#EXTINF:180,Ada & die B\xc3\xa4nd - Dusk\n"
    made = [await ada.ask("POST", IMPORT, 201, headers=headers, content=content) for _ in "ab"]
    assert made[0] == made[1]
    assert len((await ada.ask("GET", "/playlists"))["items"]) == 1


@pytest.mark.slow
async def test_an_editor_changes_songs_and_no_more_until_no_longer_one(
    site: Site, ada: Person, bob: Person
) -> None:
    dusk, ebb = [(await publish(site, ada, title))["id"] for title in ("Dusk", "Ebb")]
    await share(ada, bob)
    made = await ada.ask("POST", "/playlists", 201, json={"name": "Ours", "track_ids": [dusk]})
    path, app = f"/playlists/{made['id']}", await app_of(bob, site.client)
    named = f"pl-{made['id']}"
    await bob.ask("GET", path, 404)
    shared = await ada.ask("PATCH", path, json={"editor_ids": [bob.id]})
    assert [each["id"] for each in (await bob.ask("GET", "/playlists"))["items"]] == [made["id"]]
    [listed] = (await app.ask("getPlaylists"))["playlists"]["playlist"]
    assert (listed["id"], listed["readonly"], listed["owner"]) == (named, False, ada.name)

    edit = {"add": [ebb], "version": shared["version"]}
    await bob.ask("POST", f"{path}/tracks", json=edit)
    late = await ada.ask("POST", f"{path}/tracks", 409, json=edit)
    assert late["code"] == "playlist_changed"
    await app.ask("updatePlaylist", playlistId=named, songIndexToRemove=0, songIdToAdd=f"tr-{ebb}")
    assert await titles(ada, made["id"]) == ["Ebb", "Ebb"]
    await app.ask("createPlaylist", playlistId=named, songId=[f"tr-{ebb}", f"tr-{dusk}"])
    assert await titles(ada, made["id"]) == ["Ebb", "Dusk"]

    await bob.ask("DELETE", path, 403)
    await bob.ask("PATCH", path, 403, json={"public": True})
    await bob.ask("PATCH", path, 403, json={"editor_ids": []})
    assert (await app.refused("deletePlaylist", id=named))[0] == 50
    assert (await app.refused("updatePlaylist", playlistId=named, public="true"))[0] == 50

    await ada.ask("PATCH", path, json={"editor_ids": [], "public": True})
    await bob.ask("POST", f"{path}/tracks", 403, json={"add": [dusk]})
    assert (await app.refused("updatePlaylist", playlistId=named, songIndexToRemove=0))[0] == 50
    assert (await app.ask("getPlaylist", id=named))["playlist"]["readonly"]
    await ada.ask("PATCH", path, json={"public": False})
    await bob.ask("GET", path, 404)
    assert (await app.ask("getPlaylists"))["playlists"] == {}
    assert await titles(ada, made["id"]) == ["Ebb", "Dusk"]


async def test_the_command_line_exports_and_imports(
    site: Site, ada: Person, tmp_path: Path
) -> None:
    dusk = await publish(site, ada, "Dusk")
    asked = {"name": "Tides", "track_ids": [dusk["id"]]}
    made = await ada.ask("POST", "/playlists", 201, json=asked)
    server, file = Server(ada.client), tmp_path / "Ebb.jspf"
    content = await playlists.exported(server, "Tides", playlists.Form.JSPF)
    file.write_bytes(content)
    assert await playlists.exported(server, made["id"], playlists.Form.JSPF) == content
    told = await playlists.imported(server, file, None, dry_run=True)
    assert (told["playlist"], told["name"], told["matched_count"]) == (None, "Tides", 1)
    again = await playlists.imported(server, file, "Ebb", dry_run=False)
    assert await titles(ada, again["playlist"]["id"]) == ["Dusk"]
    await playlists.imported(server, file, None, dry_run=False)
    with pytest.raises(Refused, match="2 playlists are called 'Tides'"):
        await playlists.exported(server, "Tides", playlists.Form.M3U8)
    with pytest.raises(Refused, match="no playlist is called 'Flood'"):
        await playlists.exported(server, "Flood", playlists.Form.M3U8)
