"""From a tap on a track to sound, in a real browser: python -m tests.benchmarks.tap_to_sound."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from playwright.sync_api import expect, sync_playwright

from tests.benchmarks.figures import furnished, machine, percentiles
from tests.browser.conftest import FLAGS
from tests.listener import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.listener import Listener

TRACKS = 20
WATCH = """
  window.times = {};
  addEventListener("click", () => { window.times = { tap: performance.now() }; }, true);
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    const note = (name) => { window.times[name] ??= performance.now() - window.times.tap; };
    this.onplaying = () => note("playing");
    const move = () => {
      if (this.currentTime > 0 && !this.paused && this.readyState > 2) note("moving");
      if (window.times.moving === undefined) requestAnimationFrame(move);
    };
    requestAnimationFrame(move);
    return play.call(this);
  };
"""

HEARD = "() => window.times.moving && window.times.playing && window.times"


def measure(browser: Browser, nadia: Listener) -> tuple[list[float], list[float]]:
    """Tap each track once; answers the times to `playing` and to the first advance, in s."""
    page = browser.new_context().new_page()
    page.add_init_script(WATCH)
    page.goto(nadia.address)
    page.get_by_label("Name").fill(nadia.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Tracks").click()
    titles = page.locator("main button.title")
    expect(titles).to_have_count(TRACKS)
    playing, moving = [], []
    for n in range(TRACKS):
        titles.nth(n).click()
        ready = page.wait_for_function(HEARD)
        times = ready.json_value()
        playing.append(times["playing"] / 1000)
        moving.append(times["moving"] / 1000)
    return playing, moving


def main() -> None:
    """Print the figures."""
    program = os.environ.get("TUTTI_BROWSER") or shutil.which("chromium")
    with furnished(TRACKS, 20) as (_, nadia), sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=FLAGS)
        print(machine())
        playing, moving = measure(browser, nadia)
        print(f"tap to playing        {percentiles(playing)}")
        print(f"tap to first advance  {percentiles(moving)}")
        browser.close()


if __name__ == "__main__":
    main()
