"""One visit to the web app: a page, what can be heard, and what went wrong behind it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, expect

from tests.listener import PASSWORD, until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Locator, Request

PATIENCE_MS = 60_000
REMEMBER_WHAT_PLAYS = """
  window.heard = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (!window.heard.includes(this)) window.heard.push(this);
    return play.call(this);
  };
"""
SOUND = """() => {
  const audio = window.heard.at(-1);
  return audio && { at_s: audio.currentTime, paused: audio.paused, error: audio.error?.message,
    address: audio.currentSrc, ready: audio.readyState };
}"""


@dataclass
class Visit:
    """Somebody in front of a browser."""

    page: Page
    address: str
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    """Errors on the console and requests that failed."""

    @classmethod
    def begin(cls, browser: Browser, address: str, size: tuple[int, int], pictures: Path) -> Visit:
        """Open the address in a new profile."""
        width, height = size
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        context.add_init_script(REMEMBER_WHAT_PLAYS)
        visit = cls(context.new_page(), address, pictures)
        visit.page.on("console", visit._on_console)
        visit.page.on("requestfailed", visit._on_failure)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.goto(address)
        return visit

    def end(self) -> None:
        """Close the window."""
        self.page.context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def _on_failure(self, request: Request) -> None:
        # A browser cuts off what it does not need any more: media by and by, events on leaving.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def forgive(self, words: str) -> None:
        """Forget complaints that match: what a browser says by itself of what a test does."""
        self.complaints[:] = [each for each in self.complaints if not re.search(words, each)]

    def button(self, name: str) -> Locator:
        """The button of exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def go(self, name: str) -> None:
        """Follow a link of the main navigation."""
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()

    def sign_up(self) -> str:
        """Make an account; answers its name."""
        name = f"visitor-{uuid.uuid4().hex[:10]}"
        make = self.button("New here? Make an account")
        expect(make.or_(self.button("Make account"))).to_be_visible()
        if make.is_visible():
            make.click()
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.button("Make account").click()
        expect(self.button("Sign out")).to_be_visible()
        return name

    def sign_in(self, name: str) -> None:
        """Come back to an account."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.button("Sign in").click()
        expect(self.button("Sign out")).to_be_visible()

    def add(self, files: Sequence[Path]) -> None:
        """Choose files on the page for adding music, and wait until each has ended."""
        self.go("Add music")
        self.page.get_by_label("Files", exact=True).set_input_files([*files])
        rows = self.page.get_by_role("list", name="Your files").get_by_role("listitem")
        expect(rows).to_have_count(len(files))
        ended = rows.and_(self.page.locator("[data-tone=good], [data-tone=bad]"))
        expect(ended).to_have_count(len(files), timeout=3 * PATIENCE_MS)

    def slider(self) -> Locator:
        """The place in the track, as the page shows it."""
        return self.page.get_by_role("slider", name="Place in the track")

    # What a page answers to a script is whatever JavaScript made of it.
    def sound(self) -> dict[str, Any]:
        """The state of the audio element that was last asked to play."""
        answer: dict[str, Any] = self.page.evaluate(SOUND) or {}
        return answer

    def hears(self, after_s: float = 0.0) -> float:
        """Wait until sound comes out beyond a place in the track; answers where it is."""

        def beyond() -> float | None:
            sound = self.sound()
            assert not sound.get("error"), sound
            plays = sound and not sound["paused"] and sound["at_s"] > after_s
            return float(sound["at_s"]) if plays else None

        first_s = until(beyond, f"nothing is heard: {self.sound()}", 60)
        return until(
            lambda: at_s if (at_s := float(self.sound()["at_s"])) != first_s else None,
            "the sound stands still",
            60,
        )

    def picture(self, name: str) -> None:
        """Keep what the page looks like."""
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def fits(self) -> bool:
        """Whether nothing makes the page scroll sideways."""
        wide = "() => [document.documentElement.scrollWidth, window.innerWidth]"
        needed, there = self.page.evaluate(wide)
        return bool(needed <= there)
