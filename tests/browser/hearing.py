"""What comes out of a browser that plays live music."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.listener import until

if TYPE_CHECKING:
    from typing import Any

    from playwright.sync_api import Page

    from tests.browser.visit import Visit

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
  let [hole, longest] = [0, 0];
  for (const x of samples) longest = Math.max(longest, (hole = x === 0 ? hole + 1 : 0));
  const hole_ms = (1000 * longest) / window.ear.context.sampleRate;
  return { loudness, centroid_hz: sum > 0 ? moment / sum : 0, hole_ms };
}"""
"""Of the last 170 ms or more."""
NEWS = "() => window.reports.splice(0)"


def tuned_in(here: Visit, name: str) -> Page:
    """Open the Live page and press play."""
    page = here.page
    page.add_init_script(LISTEN_IN)
    page.reload()
    here.go("Live")
    here.button(f"Play {name}").last.click()
    hears(page)
    return page


def hears(page: Page) -> None:
    """Wait until sound comes out."""
    heard = "() => window.ear?.context.state === 'running' && "
    until(lambda: page.evaluate(f"{heard}({HEARD})().loudness > 0.001"), "silence", 60)


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
