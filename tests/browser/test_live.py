"""Live music as it comes out of a browser."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.listener import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from playwright.sync_api import Page

    from tests.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPUS_RATE_HZ = 48_000
LISTENS_S = 3.0
SETTLES_S = 4.0
"""How long a change and what sounded before it take to be heard out."""
LISTEN_IN = """
  window.reports = [];
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (this instanceof AudioWorkletNode)
      this.port.addEventListener("message", ({ data }) => window.reports.push(data));
    if (to instanceof AudioDestinationNode) {
      window.ear = new AnalyserNode(this.context, { fftSize: 8192, smoothingTimeConstant: 0 });
      connect.call(this, window.ear);
    }
    return connect.call(this, to, ...rest);
  };
"""
"""Taps what goes to the loudspeaker, and what the worklet says of itself."""
HEARD = """() => {
  const samples = new Float32Array(window.ear.fftSize);
  window.ear.getFloatTimeDomainData(samples);
  const levels = new Float32Array(window.ear.frequencyBinCount);
  window.ear.getFloatFrequencyData(levels);
  const bin_hz = window.ear.context.sampleRate / window.ear.fftSize;
  let [sum, moment] = [0, 0];
  levels.forEach((level_db, bin) => {
    const amplitude = 10 ** (level_db / 20);
    sum += amplitude;
    moment += amplitude * bin * bin_hz;
  });
  const loudness = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
  return { loudness, centroid_hz: sum > 0 ? moment / sum : 0 };
}"""
NEWS = "() => window.reports.splice(0)"


def tuned_in(here: Visit, name: str) -> Page:
    """Open the Live page and press play."""
    page = here.page
    page.add_init_script(LISTEN_IN)
    page.reload()
    here.go("Live")
    here.button(f"Play {name}").last.click()
    until(lambda: page.evaluate("() => window.reports.some((each) => each.playing)"), "silence", 60)
    return page


# What a page answers to a script is whatever JavaScript made of it.
def heard_for(page: Page, duration_s: float) -> list[dict[str, Any]]:
    """What was heard, looked at eight times a second."""
    heard = []
    end_s = time.monotonic() + duration_s
    while time.monotonic() < end_s:
        heard.append(page.evaluate(HEARD))
        page.wait_for_timeout(125)
    return heard


def median(heard: list[dict[str, Any]], what: str) -> float:
    values = sorted(float(each[what]) for each in heard)
    return values[len(values) // 2]


def test_a_station_is_heard_without_a_hole_and_grows_brighter_with_intensity(
    visit: Callable[..., Visit],
) -> None:
    here = visit()
    here.sign_up()
    page = tuned_in(here, "Drift")
    assert page.evaluate("() => crossOriginIsolated"), "memory cannot be shared"
    page.evaluate(NEWS)
    intensity = page.get_by_role("slider", name="Intensity")
    brightness_hz = {}
    for place in ("Home", "End"):
        intensity.press(place)
        heard_for(page, SETTLES_S)
        heard = heard_for(page, LISTENS_S)
        assert median(heard, "loudness") > 0.01
        brightness_hz[place] = median(heard, "centroid_hz")
    assert brightness_hz["End"] > 1.5 * brightness_hz["Home"], brightness_hz
    news = page.evaluate(NEWS)
    assert len(news) > 5 * (SETTLES_S + LISTENS_S)
    assert {(each["playing"], each["underruns"]) for each in news} == {(True, 0)}
    here.picture("playing")

    page.get_by_role("checkbox", name="Data saver").check()
    page.evaluate(NEWS)
    heard_for(page, LISTENS_S)
    assert median(heard_for(page, 1), "loudness") > 0.01, "nothing is heard of Opus"
    assert page.evaluate("() => window.ear.context.sampleRate") == OPUS_RATE_HZ
    assert page.evaluate(NEWS)[-1]["underruns"] == 0

    here.go("Albums")
    assert median(heard_for(page, 1), "loudness") > 0.001, "it stopped on another page"
    here.button("Pause").click()
    until(lambda: not page.evaluate(NEWS), "it plays on", 10)


def test_a_room_is_shared_by_its_link_and_steered_together(visit: Callable[..., Visit]) -> None:
    ada, bob = visit(), visit(PHONE)
    ada.sign_up()
    ada.go("Live")
    ada.button("Make a station").click()
    ada.page.get_by_label("Name").fill("Attic")
    ada.button("Make it").click()
    expect(ada.page.get_by_role("region", name="Attic")).to_be_visible()
    ada.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.button("Share Attic").click()
    expect(ada.page.get_by_text("The link is copied.")).to_be_visible()
    link = ada.page.evaluate("() => navigator.clipboard.readText()")
    ada.button("Play Attic").first.click()

    name = bob.sign_up()
    bob.page.goto(link)
    bob.button("Play Attic").first.click()
    assert bob.fits()
    for each in (ada, bob):
        expect(each.page.get_by_text("2 listeners")).to_be_visible()
    bob.page.get_by_role("combobox", name="Key").select_option("A")
    expect(ada.page.get_by_role("combobox", name="Key")).to_have_value("9")
    expect(ada.page.get_by_text(f"{name} changed this.")).to_be_visible()
    bob.picture("phone")
