"""From a tap on a track to sound, in a real browser: python -m tests.benchmarks.tap_to_sound."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.benchmarks.figures import machine, percentiles
from tests.benchmarks.fleets import furnished
from tests.browser.conftest import launched
from tests.listener import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.listener import Listener

TRACKS = 20
DURATION_S = 20.0
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


def measure(browser: Browser, nadia: Listener, tracks: int) -> tuple[list[float], list[float]]:
    """Tap each track once; answers the times to `playing` and to the first advance, in s."""
    page = browser.new_context().new_page()
    page.add_init_script(WATCH)
    page.goto(nadia.address)
    page.get_by_label("Name").fill(nadia.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Tracks").click()
    titles = page.locator("main button.title")
    expect(titles).to_have_count(tracks)
    playing, moving = [], []
    for n in range(tracks):
        titles.nth(n).click()
        ready = page.wait_for_function(HEARD)
        times = ready.json_value()
        playing.append(times["playing"] / 1000)
        moving.append(times["moving"] / 1000)
    return playing, moving


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=TRACKS, help="tapped once each")
    tracks = parser.parse_args().tracks
    with furnished(tracks, DURATION_S) as (_, nadia), launched() as browser:
        print(machine())
        playing, moving = measure(browser, nadia, tracks)
        print(f"tap to playing        {percentiles(playing)}")
        print(f"tap to first advance  {percentiles(moving)}")


if __name__ == "__main__":
    main()
