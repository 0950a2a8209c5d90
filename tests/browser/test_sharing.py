"""What one lets in: apps with passwords of their own, and others by link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ALBUM, DESKTOP, PHONE, SONGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from tests.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAID_OF_IT = "Für den Abend <am See>"


def test_an_app_connects_with_a_password_of_its_own(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.sign_up()
    here.page.get_by_role("link", name="Settings").click()
    here.page.get_by_label("For which app or device").first.fill("telephone")
    here.button("Make an app password").click()
    made = here.page.get_by_role("region", name="New: telephone")
    expect(made).to_be_visible()
    _pictures(here, "app-password")
    fields = ("Server address", "User name", "Password")
    address, user, secret = (made.get_by_label(name, exact=True).input_value() for name in fields)

    assert _ping(address, user, secret)["status"] == "ok"
    here.button("Revoke telephone").click()
    expect(here.page.get_by_text("telephone")).to_have_count(0)
    assert _ping(address, user, secret)["error"]["code"] == 40


def test_an_album_is_heard_by_whoever_has_the_link(
    visit: Callable[..., Visit], songs: list[Path]
) -> None:
    here = visit()
    here.sign_up()
    here.add(songs)
    here.go("Albums")
    here.page.get_by_role("link", name=ALBUM).click()
    here.button("Share").click()
    here.page.get_by_label("What you want to say about it").fill(SAID_OF_IT)
    here.page.get_by_label("The link ends").select_option("After a week")
    here.page.get_by_label("Original files may be downloaded").check()
    here.picture("share")
    here.button("Make the link").click()
    link = here.page.get_by_label("Link", exact=True).input_value()
    here.picture("shared")

    guest = visit(PHONE, link)
    expect(guest.page.get_by_role("heading", name=ALBUM)).to_be_visible()
    expect(guest.page.get_by_text(SAID_OF_IT)).to_be_visible()
    guest.button("Play").click()
    guest.hears()
    guest.picture("guest-phone")
    assert guest.fits()
    before = guest.sound()["address"]
    guest.button("Next").click()
    guest.page.wait_for_function("before => window.heard.at(-1).currentSrc !== before", arg=before)
    guest.hears()
    guest.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    guest.picture("guest")
    with guest.page.expect_download() as taken:
        guest.page.get_by_role("link", name=f"Download {SONGS[0]}").click()
    assert taken.value.path().read_bytes() == songs[0].read_bytes()

    here.page.keyboard.press("Escape")
    here.page.get_by_role("link", name="Settings").click()
    row = here.page.get_by_role("list", name="Shared links").get_by_role("listitem")
    expect(row).to_contain_text("opened 1 time")
    here.picture("links")
    here.button(f"End the link to {ALBUM}").click()
    expect(row).to_have_count(0)
    guest.page.reload()
    expect(guest.page.get_by_role("heading", name="This link has ended")).to_be_visible()
    guest.picture("ended")
    guest.forgive("404")


def test_playlists_are_made_arranged_and_found_by_rule(
    visit: Callable[..., Visit], songs: list[Path]
) -> None:
    here = visit()
    page = here.page
    here.sign_up()
    here.add(songs)
    here.go("Tracks")
    _fill_playlist(here, "Abend")
    here.go("Playlists")
    here.picture("playlists")
    page.get_by_role("link", name="Abend").click()
    rows = page.locator("ol.tracks > li")
    expect(rows).to_have_count(len(SONGS))
    here.button(f"Move {SONGS[2]} up").click()
    expect(rows.nth(1)).to_contain_text(SONGS[2])
    here.button(f"Take {SONGS[0]} out").click()
    expect(rows).to_have_count(2)
    _pictures(here, "playlist")
    here.button("Export Abend").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="M3U8").click()

    here.go("Playlists")
    page.get_by_label("Playlist file").set_input_files(taken.value.path())
    expect(page.get_by_role("dialog")).to_contain_text("2 tracks found.")
    here.picture("imported")
    here.button("Close").click()
    here.button("New smart playlist").click()
    _write_rule(here, "Von Ada")
    _pictures(here, "smart")
    here.button("Make it").click()
    expect(page.get_by_role("heading", name="Von Ada")).to_be_visible()
    expect(rows).to_have_count(len(SONGS))
    here.button("Play").first.click()
    here.hears()
    here.picture("smart-playlist")


def _fill_playlist(here: Visit, name: str) -> None:
    page = here.page
    for number, title in enumerate(SONGS):
        here.button(f"More for {title}").click()
        if not number:
            here.picture("menu")
        here.button("Add to a playlist").click()
        if number:
            here.picture("add")
            page.get_by_role("list", name="Playlists").get_by_role("button").click()
        else:
            page.get_by_label("A new playlist").fill(name)
            here.button("Make it").click()
        expect(page.get_by_role("dialog")).to_have_count(0)


def _write_rule(here: Visit, name: str) -> None:
    page = here.page
    page.get_by_label("Name").fill(name)
    field, value = page.get_by_label("What to look at"), page.get_by_label("What to compare with")
    field.select_option("Year")
    value.fill("zwei")
    expect(page.get_by_text("A number, such as")).to_be_visible()
    expect(here.button("Make it")).to_be_disabled()
    value.fill("2019")
    here.button("One more test").click()
    field.last.select_option("Artist")
    value.last.fill("ada")


def _pictures(here: Visit, name: str) -> None:
    """Of the page on a desk and on a telephone."""
    here.picture(name)
    here.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    here.picture(f"{name}-phone")
    assert here.fits()
    here.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})


def _ping(address: str, user: str, secret: str) -> dict[str, Any]:
    asked = {"u": user, "p": secret, "v": "1.16.1", "c": "test", "f": "json"}
    answer = httpx.get(f"{address}/rest/ping", params=asked).json()
    told: dict[str, Any] = answer["subsonic-response"]
    return told
