"""Live music as it comes out of a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ELSEWHERE, PHONE
from tests.browser.hearing import NEWS, heard_for, hears, median, tuned_in
from tests.listener import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Route, WebSocketRoute

    from tests.browser.visit import Visit
    from tests.running import Tutti

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPUS_RATE_HZ = 48_000
LISTENS_S = float(os.environ.get("TUTTI_LISTENS_S", "3"))
"""Longer where somebody has the time: TUTTI_LISTENS_S=60 make e2e."""
SETTLES_S = 4.0
"""How long a change and what sounded before it take to be heard out."""
HOLE_MS = 5.0
"""No music is that long without a sample that is not zero."""
LOCK_SCREEN = """
  window.lockScreen = {};
  navigator.mediaSession.setActionHandler = (name, act) => (window.lockScreen[name] = act);
"""
SHOWN = """() => {
  const { metadata, playbackState } = navigator.mediaSession;
  const [anchor] = window.heard;
  const { loop, volume, muted, paused, duration } = anchor;
  const held = { loop, volume, muted, paused, duration };
  return { title: metadata?.title, playbackState, anchor: held };
}"""
ANCHOR = {"loop": True, "volume": 1, "muted": False, "duration": 10}
"""What systems need to show a page on the lock screen: five seconds or more, and not muted."""


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
        assert max(each["hole_ms"] for each in heard) < HOLE_MS
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


def test_without_isolation_samples_go_by_messages(visit: Callable[..., Visit]) -> None:
    here = visit()
    # Chromium does not know where a page came from that a test answered with.
    here.page.context.grant_permissions(["local-network-access"])
    here.page.route(lambda _: True, unisolated)
    here.sign_up()
    page = tuned_in(here, "Drift")
    assert not page.evaluate("() => crossOriginIsolated")
    heard_for(page, 1)
    page.evaluate(NEWS)
    heard = heard_for(page, LISTENS_S)
    assert median(heard, "loudness") > 0.01
    assert max(each["hole_ms"] for each in heard) < HOLE_MS
    news = page.evaluate(NEWS)
    assert len(news) > 5 * LISTENS_S
    assert {(each["playing"], each["underruns"]) for each in news} == {(True, 0)}


def unisolated(route: Route) -> None:
    """Serve a page as a server does that knows of no isolation."""
    if route.request.resource_type != "document":
        route.fallback()
        return
    answer = route.fetch()
    headers = {
        name: value
        for name, value in answer.headers.items()
        if not name.startswith("cross-origin-")
    }
    route.fulfill(response=answer, headers=headers)


def test_without_https_the_page_itself_makes_the_sound(
    visit: Callable[..., Visit], tutti: Tutti
) -> None:
    here = visit(address=f"http://{ELSEWHERE}:{tutti.port}")
    here.sign_up()
    page = tuned_in(here, "Drift")
    assert page.evaluate("() => !isSecureContext && !('audioWorklet' in window.ear.context)")
    heard_for(page, 1)
    heard = heard_for(page, LISTENS_S)
    assert median(heard, "loudness") > 0.01
    assert max(each["hole_ms"] for each in heard) < HOLE_MS
    # What Chromium says of pages that are not secure.
    here.forgive("Cross-Origin-Opener-Policy header has been ignored|ScriptProcessorNode")


def test_the_lock_screen_shows_the_station_and_stops_it(visit: Callable[..., Visit]) -> None:
    here = visit()
    here.page.add_init_script(LOCK_SCREEN)
    here.sign_up()
    page = tuned_in(here, "Drift")
    anchor = {**ANCHOR, "paused": False}
    assert page.evaluate(SHOWN) == {"title": "Drift", "playbackState": "playing", "anchor": anchor}
    page.evaluate("() => window.lockScreen.pause()")
    expect(here.button("Play Drift").first).to_be_visible()
    anchor = {**ANCHOR, "paused": True}
    assert page.evaluate(SHOWN) == {"title": "Drift", "playbackState": "paused", "anchor": anchor}
    page.evaluate("() => window.lockScreen.play()")
    hears(page)
    page.evaluate("() => window.heard[0].pause()")  # as a system does during a call
    expect(here.button("Play Drift").first).to_be_visible()


def test_a_station_is_heard_by_other_apps_at_the_addresses_it_shows(
    visit: Callable[..., Visit],
) -> None:
    here = visit()
    here.sign_up()
    page = here.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    here.go("Live")
    here.button("Make a station").click()
    page.get_by_label("Name").fill("Cellar")
    here.button("Make it").click()
    page.get_by_text("Listen in another app").click()
    fields = page.locator(".elsewhere input")
    addresses = [field.input_value() for field in fields.all()]
    here.button("Copy the address for MP3, 192 kbit/s").click()
    expect(page.get_by_text("is copied.")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == addresses[0]
    here.picture("elsewhere")
    types = []
    for address in addresses:
        with httpx.stream("GET", address, timeout=60) as answer:
            types.append((answer.status_code, answer.headers["content-type"]))
            assert next(answer.iter_bytes())
    assert types == [
        (200, "audio/mpeg"),
        (200, "audio/ogg"),
        (200, "audio/aac"),
        (200, "audio/flac"),
        (200, "application/vnd.apple.mpegurl"),
    ]


def test_who_is_sent_away_is_told_why_and_does_not_come_again(
    visit: Callable[..., Visit],
) -> None:
    here = visit()
    here.sign_up()
    lines: list[WebSocketRoute] = []

    def listen_in(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    here.page.route_web_socket(lambda address: "/ws/stream" in address, listen_in)
    page = tuned_in(here, "Drift")
    lines[-1].close(code=1013, reason="too slow")
    expect(page.get_by_text("The line broke; calling again …").first).to_be_visible()
    expect(page.get_by_text("The line broke; calling again …")).to_have_count(0)
    assert len(lines) == 2
    expect(here.button("Pause Drift")).to_be_visible()
    lines[-1].close(code=1008, reason="there is no such station")
    expect(page.get_by_text("The server hung up: there is no such station").first).to_be_visible()
    expect(here.button("Play Drift").first).to_be_visible()
    page.wait_for_timeout(1_500)
    assert len(lines) == 2
