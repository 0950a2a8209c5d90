"""Live music in a browser while parts of the server die under it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.hearing import HEARD, heard_for, median, tuned_in
from tests.listener import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from playwright.sync_api import Page

    from tests.browser.visit import Visit
    from tests.running import Tutti

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SYNTHS = ("synth", "synth-twin")
CALLS_AGAIN = "The line broke; calling again …"
NOBODY_THERE = "ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket"
"""What a browser says by itself of a server that is away."""
PLAYS_AGAIN_S = 60.0


def test_music_goes_on_when_its_synth_and_its_gateway_are_killed(
    visit: Callable[..., Visit], tutti: Tutti
) -> None:
    here = visit()
    here.sign_up()
    page = tuned_in(here, "Drift")
    heard_for(page, 1)
    for name in SYNTHS:  # one of them plays it, and the other one goes on
        killed = kill(tutti, name)
        heard = heard_for(page, 2)
        assert median(heard, "loudness") > 0.003, f"the music ended with {name}"
        until(lambda: runs_anew(tutti, name, killed), f"{name} was not started again", 60)  # noqa: B023 asked at once
        page.wait_for_timeout(1_000)
    expect(here.button("Pause Drift")).to_be_visible()
    assert here.complaints == []

    killed = kill(tutti, "gateway")
    expect(page.get_by_role("status").filter(has_text=CALLS_AGAIN)).to_be_visible()
    here.picture("calling")
    until(lambda: plays(page), "it does not play again", PLAYS_AGAIN_S)
    expect(page.get_by_text(CALLS_AGAIN)).to_have_count(0)
    heard = heard_for(page, 2)
    assert median(heard, "loudness") > 0.003
    assert runs_anew(tutti, "gateway", killed)
    here.forgive(NOBODY_THERE)


def plays(page: Page) -> bool:
    """Whether the page says so, and something is heard."""
    if page.get_by_text(CALLS_AGAIN).count():
        page.wait_for_timeout(100)
        return False
    return float(page.evaluate(HEARD)["loudness"]) > 0.001


def kill(tutti: Tutti, name: str) -> dict[str, Any]:
    """Kill a program of the fleet, which may only just be starting; answers what it was."""
    until(lambda: program(tutti, name)["state"] == "ready", f"{name} does not start", 60)
    was = program(tutti, name)
    psutil.Process(was["pid"]).kill()
    return was


def runs_anew(tutti: Tutti, name: str, killed: dict[str, Any]) -> bool:
    """Whether it was started again, and is ready."""
    now = program(tutti, name)
    return bool(now["state"] == "ready" and now["pid"] != killed["pid"])


# What the fleet writes down is JSON.
def program(tutti: Tutti, name: str) -> dict[str, Any]:
    """How a program of the fleet is."""
    written = json.loads((tutti.home / "fleet.json").read_text())
    found: dict[str, Any] = written["programs"][name]
    return found
