"""Tracks of a scanned folder that are shown and cannot be played yet."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.listener import Listener, until
from tests.running import running
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.visit import Visit
    from tests.running import Tutti

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARTIST = "Ada Ameise"
FIRST, BROKEN, LAST = "Ankunft", "Bruch", "Zuletzt"
SHOWN, WAITED_FOR = "Being prepared", "Preparing to play"
"""What the player says of such a track, before and after somebody asked to hear it."""


def test_what_is_being_prepared_is_waited_for(visit: Callable[..., Visit], tmp_path: Path) -> None:
    music = tmp_path / "music"
    _furnish(music)
    with (
        running(tmp_path / "var", INGEST_MUSIC_FOLDERS=str(music)) as tutti,
        Listener(tutti.address) as nadia,
    ):
        with _worker_asleep(tutti):
            _scan(nadia, music)
            here = visit(address=tutti.address)
            _tap_and_come_back(here, nadia)
        _hear_all(here)


def _furnish(music: Path) -> None:
    music.mkdir()
    for n, title in enumerate((FIRST, BROKEN, LAST)):
        tags = Tags(title=title, artists=(ARTIST,), album="Ein Abend", track=n + 1)
        file = Piece(830 + n, duration_s=8, tags=tags).encoded(music / title, "flac")
        if title == BROKEN:
            file.write_bytes(file.read_bytes()[:20_000])


@contextmanager
def _worker_asleep(tutti: Tutti) -> Iterator[None]:
    """Nothing is prepared while the context is open, however fast the machine is."""
    workers = [each for each in tutti.processes() if "services.ingest.worker" in each.cmdline()]
    assert workers
    for each in workers:
        each.suspend()
    try:
        yield
    finally:
        for each in workers:
            each.resume()


def _scan(nadia: Listener, music: Path) -> None:
    library = nadia.post("/libraries", json={"name": "Folder", "folder": str(music)})
    nadia.post(f"/libraries/{library['id']}/scan")
    until(lambda: len(nadia.titles()) == 3, "the folder is not shown")


def _tap_and_come_back(here: Visit, nadia: Listener) -> None:
    page, player = here.page, here.page.get_by_label("Player")
    here.sign_in(nadia.name)
    here.go("Tracks")
    expect(page.locator("main .preparing")).to_have_count(3)
    with page.expect_response(lambda response: response.request.method == "PUT"):  # the queue
        page.locator("main button.title", has_text=FIRST).click()
        expect(player).to_contain_text(WAITED_FOR)
        here.picture("1-tapped")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        assert here.fits()
        here.picture("2-tapped-on-a-phone")
        page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        here.go("Albums")
        expect(player).to_contain_text(WAITED_FOR)
    page.reload()
    expect(player).to_contain_text(FIRST)
    expect(player).to_contain_text(SHOWN)
    here.button("Play").last.click()
    expect(player).to_contain_text(WAITED_FOR)
    here.go("Tracks")
    here.picture("3-came-back")


def _hear_all(here: Visit) -> None:
    """The first plays by itself, then the last: what lies between them turned out to be broken."""
    page, player = here.page, here.page.get_by_label("Player")
    here.hears()
    expect(player).to_contain_text(ARTIST)
    here.picture("4-plays")
    here.button("Next").click()
    expect(player).to_contain_text(LAST)
    here.hears()
    expect(page.locator("main .preparing")).to_have_count(0)
    here.button("Queue").click()
    queue = page.get_by_role("complementary", name="Queue").get_by_role("listitem")
    expect(queue).to_have_count(2)
    here.picture("5-all-prepared")
