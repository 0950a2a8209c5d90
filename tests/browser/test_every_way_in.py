"""The same by keyboard alone, and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ALBUM, PHONE, SONGS
from tests.listener import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_TABS = 80
FOCUSED = """() => {
  const on = document.activeElement;
  return on.getAttribute("aria-label") || on.labels?.[0]?.innerText || on.innerText || "";
}"""
SHOWN = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


def test_all_of_it_works_by_keyboard(visit: Callable[..., Visit], songs: list[Path]) -> None:
    here = visit()
    page = here.page
    keys = page.keyboard
    # From now on the chooser comes to us; told only when the key is pressed, it may be too late.
    page.on("filechooser", lambda _: None)
    expect(here.button("Sign in").or_(here.button("Make account"))).to_be_visible()
    if here.button("Sign in").is_visible():
        _tab_to(here, "New here? Make an account")
        keys.press("Enter")
    _tab_to(here, "Name")
    keys.type("keyboard-player")
    _tab_to(here, "Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(here.button("Sign out")).to_be_visible()

    _tab_to(here, "Add music")
    keys.press("Enter")
    _tab_to(here, "Choose files")
    with page.expect_file_chooser() as chooser:
        keys.press("Enter")
    chooser.value.set_files(songs)
    good = page.get_by_role("list", name="Your files").locator("[data-tone=good]")
    expect(good).to_have_count(len(songs), timeout=180_000)

    _tab_to(here, "Albums")
    keys.press("Enter")
    expect(page.get_by_role("link", name=ALBUM)).to_be_visible()
    _tab_to(here, ALBUM)
    keys.press("Enter")
    expect(page.get_by_role("heading", name=ALBUM)).to_be_visible()
    _tab_to(here, "Play")
    keys.press("Enter")
    at_s = here.hears()
    _tab_to(here, "Place in the track")
    for _ in range(4):
        keys.press("ArrowRight")
    here.hears(after_s=at_s + 2)
    _tab_to(here, "Queue")
    keys.press("Enter")
    _tab_to(here, f"Take {SONGS[1]} out")
    keys.press("Space")
    queue = page.get_by_role("complementary", name="Queue").get_by_role("listitem")
    expect(queue).to_have_count(2)
    _tab_to(here, "Next")
    keys.press("Enter")
    expect(page.get_by_label("Player")).to_contain_text(SONGS[2])
    here.hears()
    _tab_to(here, "Sign out")
    keys.press("Enter")
    expect(here.button("Sign in")).to_be_visible()


def _tab_to(here: Visit, name: str) -> None:
    """Press Tab until what is focused has this name, and can be seen to be focused."""
    passed = []
    for _ in range(MOST_TABS):
        focused = str(here.page.evaluate(FOCUSED)).strip()
        if focused.split("\n")[0] == name:
            assert here.page.evaluate(SHOWN), f"one cannot see that {name} is focused"
            return
        passed.append(focused)
        here.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {name}, only to {passed}")


def test_it_fits_a_phone(visit: Callable[..., Visit], songs: list[Path], broken: Path) -> None:
    here = visit(PHONE)
    page = here.page
    assert here.fits()
    here.picture("1-door")
    here.sign_up()
    here.add([*songs, broken])
    assert here.fits()
    here.picture("2-added")
    for number, place in enumerate(("Home", "Albums", "Artists", "Tracks"), 3):
        here.go(place)
        expect(page.get_by_text("Ada Ameise").first).to_be_visible()
        assert here.fits(), place
        here.picture(f"{number}-{place.lower()}")
    here.go("Albums")
    page.get_by_role("link", name=ALBUM).click()
    expect(page.get_by_role("heading", name=ALBUM)).to_be_visible()
    page.locator("button.title", has_text=SONGS[2]).first.click()
    here.hears()
    assert here.fits()
    here.picture("7-album")
    here.button("Queue").click()
    assert here.fits()
    here.picture("8-queue")
