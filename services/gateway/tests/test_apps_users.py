"""People, scans and what is not here, as music apps see them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from services.gateway.tests.apps import App, app_of
from services.gateway.tests.people import sign_in
from services.gateway.tests.recordings import publish

if TYPE_CHECKING:
    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person


@pytest.fixture
async def app(site: Site, ada: Person) -> App:
    return await app_of(ada, site.client)


@pytest.fixture
async def operators(site: Site, operator: Person) -> App:
    return await app_of(operator, site.client)


async def test_one_reads_oneself_and_an_operator_everybody(
    ada: Person, app: App, operators: App
) -> None:
    for given in ({}, {"username": ada.name.upper()}):
        user = (await app.ask("getUser", **given))["user"]
        assert (user["username"], user["adminRole"], user["jukeboxRole"]) == (
            ada.name,
            False,
            False,
        )
        assert all(isinstance(folder, int) for folder in user["folder"])
    assert (await app.refused("getUser", username="operator"))[0] == 50
    assert (await app.refused("getUsers"))[0] == 50
    everybody = (await operators.ask("getUsers"))["users"]["user"]
    assert {ada.name, "operator"} <= {user["username"] for user in everybody}
    assert (await operators.ask("getUser", username=ada.name))["user"]["username"] == ada.name
    assert (await operators.refused("getUser", username="nobody"))[0] == 70


async def test_an_operator_makes_changes_and_removes_users(site: Site, operators: App) -> None:
    name = f"eve-{uuid.uuid4().hex[:8]}"
    password = b"correct horse battery".hex()
    await operators.ask(
        "createUser", username=name, password=f"enc:{password}", email="eve@example.org"
    )
    async with sign_in(site.client, name) as eve:
        assert (await eve.ask("GET", "/me"))["email"] == "eve@example.org"
        await operators.ask("updateUser", username=name, email="e@example.org", adminRole="true")
        me = await eve.ask("GET", "/me")
        assert (me["email"], me["role"]) == ("e@example.org", "operator")
        assert (await operators.refused("updateUser", username=name, password="another one"))[
            0
        ] == 50
        await operators.ask("deleteUser", username=name)
    assert (await operators.refused("getUser", username=name))[0] == 70
    assert (await operators.refused("createUser", username="x"))[0] == 10


async def test_listeners_make_no_users(app: App) -> None:
    given = {"username": "eve", "password": "correct horse battery", "email": "e@example.org"}
    for method in ("createUser", "updateUser", "deleteUser", "startScan"):
        assert (await app.refused(method, **given))[0] == 50, method


async def test_an_app_changes_the_password_it_has_and_no_other(
    site: Site, ada: Person, app: App
) -> None:
    other = await app_of(ada, site.client)
    await app.ask("changePassword", username=ada.name, password="seven brass bells")
    assert (await app.refused("ping"))[0] == 40
    await App(site.client, ada.name, "seven brass bells", app.password_id).ask("ping")
    await other.ask("ping")
    async with sign_in(site.client, ada.name):  # that of the account is what it was
        pass
    assert (await other.refused("changePassword", username=ada.name, password="short"))[0] == 0
    assert (await other.refused("changePassword", username="operator", password="x" * 12))[0] == 50


async def test_scans_are_told_of(site: Site, ada: Person, app: App, operators: App) -> None:
    await publish(site, ada, "Dusk")
    status = (await app.ask("getScanStatus"))["scanStatus"]
    assert (status["scanning"], status["count"]) == (False, 1)
    assert "scanStatus" in await operators.ask("startScan")


async def test_what_is_known_of_artists_and_albums_is_told(
    site: Site, ada: Person, app: App
) -> None:
    track = await publish(site, ada, "Dusk")
    await publish(site, ada, "Ebb")
    artist, album = f"ar-{track['artists'][0]['artist_id']}", f"al-{track['album_id']}"
    for name in (artist, album, f"tr-{track['id']}"):
        assert (await app.ask("getArtistInfo2", id=name))["artistInfo2"] == {}
        assert (await app.ask("getArtistInfo", id=name))["artistInfo"] == {}
    for name in (album, f"tr-{track['id']}"):
        assert (await app.ask("getAlbumInfo2", id=name))["albumInfo"] == {}
    assert (await app.refused("getAlbumInfo", id=artist))[0] == 70
    assert (await app.refused("getArtistInfo", id="pl-1"))[0] == 70

    async def top(**given: object) -> list[str]:
        songs = (await app.ask("getTopSongs", **given))["topSongs"].get("song", [])
        return [song["title"] for song in songs]

    await app.ask("scrobble", id=f"tr-{track['id']}")
    assert set(await top(id=artist)) == {"Dusk", "Ebb"}
    assert set(await top(artist="ada & die bänd")) == {"Dusk", "Ebb"}
    assert len(await top(id=artist, artist="nobody", count=1)) == 1
    assert await top(artist="nobody") == []
    assert (await app.refused("getTopSongs"))[0] == 10


async def test_what_a_server_for_music_has_not_is_told_as_the_api_has_it(app: App) -> None:
    assert (await app.ask("getVideos"))["videos"] == {}
    assert (await app.ask("getChatMessages"))["chatMessages"] == {}
    assert (await app.refused("getVideoInfo", id="1"))[0] == 70
    assert (await app.refused("getCaptions", id="1"))[0] == 70
    assert (await app.refused("addChatMessage", message="hello"))[0] == 50
    assert (await app.refused("jukeboxControl", action="start"))[0] == 50
    assert (await app.refused("jukeboxControl"))[0] == 10
