"""From the door to one's own music."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ALBUM, SONGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COVER_IS_DRAWN = "cover => cover.complete && cover.naturalWidth > 0"


def test_a_newcomer_hears_their_own_music(
    visit: Callable[..., Visit], songs: list[Path], broken: Path
) -> None:
    here = visit()
    page = here.page
    here.picture("1-door")
    here.sign_up()
    expect(page.get_by_text("Your music goes here.")).to_be_visible()
    here.picture("2-empty")

    here.add([*songs, broken])
    rows = page.get_by_role("list", name="Your files").get_by_role("listitem")
    for title in SONGS:
        expect(rows.filter(has_text=title)).to_contain_text("In your library")
    expect(rows.filter(has_text=broken.name)).to_contain_text("not audio in a format we know")
    here.picture("3-added")

    here.go("Albums")
    page.get_by_role("link", name=ALBUM).click()
    drawn = page.locator("article img.cover")
    expect(drawn).to_be_visible()
    page.wait_for_function(COVER_IS_DRAWN, arg=drawn.element_handle())
    expect(page.get_by_role("listitem")).to_have_count(len(SONGS))
    here.picture("4-album")

    _song(here, SONGS[0]).click()
    at_s = here.hears()
    expect(here.button("Pause")).to_be_visible()
    here.picture("5-playing")

    here.slider().focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    here.hears(after_s=at_s + 3)

    here.button("Pause").click()
    expect(here.button("Play").last).to_be_visible()
    assert here.sound()["paused"]


def test_nobody_is_asked_who_they_are_before_they_said_so(visit: Callable[..., Visit]) -> None:
    here = visit()
    expect(here.page.get_by_label("Password")).to_be_visible()
    assert here.complaints == []
    name = here.sign_up()
    here.page.reload()
    expect(here.page.get_by_text(name)).to_be_visible()
    here.button("Sign out").click()
    expect(here.button("Sign in")).to_be_visible()
    here.page.reload()
    here.sign_in(name)


def test_the_queue_is_arranged_and_stays(visit: Callable[..., Visit], songs: list[Path]) -> None:
    here = visit()
    page = here.page
    here.sign_up()
    here.add(songs)
    here.go("Tracks")
    _song(here, SONGS[0]).click()
    here.hears()
    here.button("Queue").click()
    queue = page.get_by_role("complementary", name="Queue").get_by_role("listitem")
    expect(queue).to_have_count(len(SONGS))
    here.button(f"Add {SONGS[0]} to the queue").click()
    expect(queue).to_have_count(len(SONGS) + 1)
    here.picture("queue")

    here.button(f"Move {SONGS[2]} up").click()
    assert _titles(queue) == [SONGS[0], SONGS[2], SONGS[1], SONGS[0]]
    here.button(f"Take {SONGS[1]} out").click()
    assert _titles(queue) == [SONGS[0], SONGS[2], SONGS[0]]
    here.hears()

    before = here.sound()["address"]
    here.button("Next").click()
    page.wait_for_function("before => window.heard.at(-1).currentSrc !== before", arg=before)
    here.hears()
    expect(page.get_by_label("Player")).to_contain_text(SONGS[2])
    with page.expect_response("**/api/v1/queue"):
        here.button(f"Move {SONGS[2]} up").click()

    page.reload()
    expect(page.get_by_label("Player")).to_contain_text(SONGS[2])
    here.button("Queue").click()
    assert _titles(queue) == [SONGS[2], SONGS[0], SONGS[0]]
    here.button("Play").last.click()
    here.hears()

    here.button("Sign out").click()
    expect(here.button("Sign in")).to_be_visible()
    page.goto(f"{here.address}/albums")
    expect(here.button("Sign in")).to_be_visible()


def test_music_is_found_while_one_types(visit: Callable[..., Visit], songs: list[Path]) -> None:
    here = visit()
    page = here.page
    here.sign_up()
    here.add(songs)
    page.get_by_role("searchbox", name="Search").press_sequentially("ankumft")
    expect(_song(here, SONGS[0])).to_be_visible()
    here.picture("found")
    here.go("Artists")
    page.get_by_role("link", name="Ada Ameise").click()
    expect(page.get_by_role("heading", name="Ada Ameise")).to_be_visible()
    here.picture("artist")


def _song(here: Visit, title: str) -> Locator:
    return here.page.locator("button.title", has_text=title).first


def _titles(queue: Locator) -> list[str]:
    return [title.split("\n")[0] for title in queue.locator("strong").all_inner_texts()]
