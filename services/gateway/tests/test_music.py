"""Browsing, editing and listening, through the gateway alone."""

from datetime import UTC, datetime

import pytest

from services.gateway.tests.conftest import Site
from services.gateway.tests.people import Person
from services.gateway.tests.recordings import publish
from services.gateway.tests.waiting import until


async def test_a_track_shows_all_that_is_known(site: Site, ada: Person) -> None:
    track = await publish(site, ada, "Aria")
    track = await ada.ask("GET", f"/tracks/{track['id']}")
    assert track["analysis"]["beats_s"] == [0.5]
    assert track["artists"][0]["name"] == "Ada & die Bänd"
    assert track["favourite_at"] is None
    assert track["rating"] is None
    assert track["disc_number"] is None
    assert track["loudness"]["integrated_lufs"] == -14.0
    assert track["loudness"]["album_gain_db"] is None
    assert track["analysis"]["key"] == "8A"
    assert [each["quality"] for each in track["renditions"]] == ["high", "hls"]
    assert track["added_at"].endswith("Z")


async def test_music_is_found_by_artist_album_genre_and_words(site: Site, ada: Person) -> None:
    track = await publish(site, ada, "Nachtlied")
    artists = await ada.ask("GET", "/artists", params={"library_id": ada.library_id})
    [artist] = artists["items"]
    assert (artist["track_count"], artists["total"], artists["next_cursor"]) == (1, 1, None)
    detail = await ada.ask("GET", f"/artists/{artist['id']}")
    assert [album["title"] for album in detail["albums"]] == ["Dawn"]
    albums = await ada.ask("GET", "/albums", params={"order": "newest", "genre": "Ambient"})
    assert track["album_id"] in [album["id"] for album in albums["items"]]
    album = await ada.ask("GET", f"/albums/{track['album_id']}")
    assert [each["id"] for each in album["tracks"]] == [track["id"]]
    genres = await ada.ask("GET", "/genres")
    assert "Ambient" in [genre["name"] for genre in genres["items"]]
    found = await ada.ask("GET", "/search", params={"q": "nachtleid"})
    assert [each["id"] for each in found["tracks"]] == [track["id"]]
    looked_up = await ada.ask("POST", "/tracks/lookup", json={"ids": [track["id"], "gone"]})
    assert [each["id"] for each in looked_up["items"]] == [track["id"]]


async def test_what_is_about_to_be_heard_is_looked_up_and_hurried(site: Site, ada: Person) -> None:
    """The hurry itself is seen in the browser: ``tests/browser/test_being_prepared.py``."""
    track = await publish(site, ada, "Ready")
    answer = await ada.ask("POST", "/tracks/prepare", json={"ids": [track["id"], "gone"]})
    assert [(each["id"], each["preparing"]) for each in answer["items"]] == [(track["id"], False)]
    await ada.ask("POST", "/tracks/prepare", 422, json={"ids": ["a"] * 11})


async def test_lists_come_in_pages(site: Site, ada: Person) -> None:
    for title in ("A", "B", "C"):
        await publish(site, ada, title)
    first = await ada.ask("GET", "/tracks", params={"limit": 2})
    rest = await ada.ask("GET", "/tracks", params={"limit": 2, "cursor": first["next_cursor"]})
    assert [track["title"] for track in first["items"] + rest["items"]] == ["A", "B", "C"]
    assert rest["next_cursor"] is None
    await ada.ask("GET", "/tracks", 422, params={"cursor": "no-cursor"})


async def test_what_is_written_can_be_changed(site: Site, ada: Person, operator: Person) -> None:
    track = await publish(site, ada, "Tpyo")
    edit = {"title": "Typo", "genres": [], "artist_names": ["Bo", "Cy"]}
    changed = await ada.ask("PATCH", f"/tracks/{track['id']}", json=edit)
    assert (changed["title"], changed["genres"]) == ("Typo", [])
    assert [artist["name"] for artist in changed["artists"]] == ["Bo", "Cy"]
    album = await ada.ask("PATCH", f"/albums/{track['album_id']}", json={"label": "Own"})
    assert album["label"] == "Own"
    artist_id = changed["artists"][0]["artist_id"]
    await ada.ask("PATCH", f"/artists/{artist_id}", 403, json={"name": "Boo"})
    artist = await operator.ask("PATCH", f"/artists/{artist_id}", json={"sort_name": "B."})
    assert artist["sort_name"] == "B."
    await ada.ask("DELETE", f"/tracks/{track['id']}", 204)
    await ada.ask("GET", f"/tracks/{track['id']}", 404)
    await ada.ask("DELETE", f"/tracks/{track['id']}", 404)


async def test_lyrics_are_read_and_replaced(site: Site, ada: Person) -> None:
    track = await publish(site, ada, "Song")
    path = f"/tracks/{track['id']}/lyrics"
    assert (await ada.ask("GET", path))["lines"] == [{"start_ms": 1000, "text": "la"}]
    lines = [{"start_ms": 0, "text": "fa"}]
    await ada.ask("PUT", path, 204, json={"language": "ita", "plain": "fa", "lines": lines})
    assert (await ada.ask("GET", path))["language"] == "ita"
    await ada.ask("PUT", path, 204, json={})
    await ada.ask("GET", path, 404)


async def test_changes_are_followed_by_a_cursor(site: Site, ada: Person) -> None:
    start = (await ada.ask("GET", "/changes"))["next_cursor"]
    track = await publish(site, ada, "New")
    news = await ada.ask("GET", "/changes", params={"cursor": start})
    kinds = {change["kind"] for change in news["changes"]}
    assert kinds >= {"track", "album", "artist"}
    assert track["id"] in [c["track"]["id"] for c in news["changes"] if c["kind"] == "track"]
    await ada.ask("DELETE", f"/tracks/{track['id']}", 204)
    later = await ada.ask("GET", "/changes", params={"cursor": news["next_cursor"]})
    removed = [c["removed"] for c in later["changes"] if c["kind"] == "removed"]
    assert {"kind": "track", "id": track["id"]} in removed


async def test_favourites_and_ratings_are_the_listeners_own(site: Site, ada: Person) -> None:
    track = await publish(site, ada, "Dear")
    for kind, key in (("track", "id"), ("album", "album_id")):
        await ada.ask("PUT", f"/favourites/{kind}/{track[key]}", 204)
        await ada.ask("PUT", f"/ratings/{kind}/{track[key]}", 204, json={"rating": 5})
    dear = await ada.ask("GET", "/tracks", params={"favourites": True})
    assert [(each["id"], each["rating"]) for each in dear["items"]] == [(track["id"], 5)]
    await ada.ask("DELETE", f"/favourites/track/{track['id']}", 204)
    assert (await ada.ask("GET", f"/tracks/{track['id']}"))["favourite_at"] is None
    await ada.ask("PUT", f"/ratings/track/{track['id']}", 422, json={"rating": 6})
    await ada.ask("PUT", f"/favourites/playlist/{track['id']}", 422)


async def test_plays_are_reported_and_counted_once(site: Site, ada: Person) -> None:
    track = await publish(site, ada, "Heard")
    play = {
        "id": "play-1",
        "track_id": track["id"],
        "started_at": datetime.now(UTC).isoformat(),
        "played_ms": 170_000,
        "end": "completed",
        "client": "tests",
    }
    for _ in range(2):
        answer = await ada.ask("POST", "/plays", 202, json={"plays": [play]})
        assert answer == {"accepted_count": 1}

    async def heard() -> bool:
        return bool((await ada.ask("GET", "/plays"))["items"])

    await until(heard)
    [told] = (await ada.ask("GET", "/plays"))["items"]
    assert (told["track"]["id"], told["played_ms"]) == (track["id"], 170_000)
    assert (await ada.ask("GET", f"/tracks/{track['id']}"))["play_count"] == 1
    await ada.ask("POST", "/plays", 422, json={"plays": [play] * 11})


async def test_the_queue_follows_its_listener(site: Site, ada: Person) -> None:
    track = await publish(site, ada, "Next")
    empty = await ada.ask("GET", "/queue")
    assert (empty["queue"]["version"], empty["queue"]["changed_at"]) == (0, None)
    save = {"track_ids": [track["id"]], "position_ms": 5000, "changed_by": "phone"}
    saved = await ada.ask("PUT", "/queue", json=save)
    await ada.ask("PUT", "/queue", json=save | {"version": saved["version"]})
    conflict = await ada.ask("PUT", "/queue", 409, json=save | {"version": saved["version"]})
    assert conflict["title"] == "Conflict"
    assert [each["id"] for each in (await ada.ask("GET", "/queue"))["tracks"]] == [track["id"]]


async def test_bookmarks_are_set_and_removed(site: Site, ada: Person) -> None:
    track = await publish(site, ada, "Long")
    path = f"/bookmarks/{track['id']}"
    await ada.ask("PUT", path, 204, json={"position_ms": 60_000, "comment": "here"})
    [bookmark] = (await ada.ask("GET", "/bookmarks"))["items"]
    assert (bookmark["position_ms"], bookmark["track"]["id"]) == (60_000, track["id"])
    await ada.ask("DELETE", path, 204)
    assert (await ada.ask("GET", "/bookmarks"))["items"] == []


async def test_playlists_are_made_by_hand_and_by_rule(site: Site, ada: Person) -> None:
    ids = [(await publish(site, ada, title))["id"] for title in ("One", "Two")]
    made = await ada.ask("POST", "/playlists", 201, json={"name": "Mine", "track_ids": ids})
    path = f"/playlists/{made['id']}"
    entries = (await ada.ask("GET", path))["items"]
    move = {"entry_id": entries[1]["entry_id"], "to": 0}
    edit = {"add": ids[:1], "move": move, "version": made["version"]}
    changed = await ada.ask("POST", f"{path}/tracks", json=edit)
    assert changed["track_count"] == 3
    await ada.ask("POST", f"{path}/tracks", 409, json={"add": ids, "version": made["version"]})
    titles = [entry["track"]["title"] for entry in (await ada.ask("GET", path))["items"]]
    assert titles == ["Two", "One", "One"]
    rule = {"conditions": [{"field": "title", "operator": "is", "value": "Two"}]}
    smart = await ada.ask("POST", "/playlists", 201, json={"name": "Rule", "rule": rule})
    assert smart["rule"]["match"] == "all"
    found = await ada.ask("GET", f"/playlists/{smart['id']}")
    assert [entry["track"]["title"] for entry in found["items"]] == ["Two"]
    renamed = await ada.ask("PATCH", path, json={"name": "Ours", "public": True})
    assert (renamed["name"], renamed["public"], renamed["rule"]) == ("Ours", True, None)
    assert len((await ada.ask("GET", "/playlists"))["items"]) >= 2
    await ada.ask("DELETE", path, 204)
    await ada.ask("GET", path, 404)


async def test_libraries_are_shared(ada: Person, bob: Person, operator: Person) -> None:
    made = await ada.ask("POST", "/libraries", 201, json={"name": "Ours"})
    await bob.ask("PATCH", f"/libraries/{made['id']}", 404, json={"name": "Mine"})
    edit = {"member_ids": [bob.id]}
    assert (await ada.ask("PATCH", f"/libraries/{made['id']}", json=edit))["member_ids"] == [bob.id]
    assert made["id"] in [each["id"] for each in (await bob.ask("GET", "/libraries"))["items"]]
    await operator.ask("POST", f"/libraries/{made['id']}/scan", 409)
    await operator.ask("POST", "/libraries/none/scan", 404)
    assert await ada.ask("DELETE", f"/libraries/{made['id']}") == {"removed_track_count": 0}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/playlists", {"name": "A", "surprise": 1}),
        ("/playlists", {"name": "A\x00"}),
        ("/playlists", {"name": ""}),
        ("/tracks/lookup", {"ids": ["a"] * 501}),
        ("/libraries", {"name": "x" * 201}),
    ],
)
async def test_what_does_not_fit_is_named(ada: Person, path: str, body: object) -> None:
    problem = await ada.ask("POST", path, 422, json=body)
    assert problem["code"] == "invalid_input"
    assert problem["errors"][0]["field"].startswith("body.")
