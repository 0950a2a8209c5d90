"""What a listening amounts to, by what a player says."""

from dataclasses import replace

import pytest

from services.gateway.domain.apps.playing import (
    GRACE_MS,
    PAUSED_MS,
    SLACK_MS,
    End,
    Playing,
    Report,
    State,
)

LENGTH_MS = 200_000
REPORT = Report("a", LENGTH_MS, State.PLAYING, 0)


def played(*reports: tuple[int, State, int]) -> Playing:
    """A listening that begins at 0 ms, and goes on by (clock in ms, state, position in ms)."""
    playing = Playing.begun(REPORT, "once", 0)
    for now_ms, state, position_ms in reports:
        playing = playing.after(replace(REPORT, state=state, position_ms=position_ms), now_ms)
    return playing


def test_what_was_heard_adds_up_over_pauses() -> None:
    playing = played(
        (30_000, State.PAUSED, 30_000),
        (90_000, State.PLAYING, 30_000),
        (150_000, State.STOPPED, 90_000),
    )
    assert playing.heard_ms == 90_000
    assert not playing.is_worth_counting
    assert playing.end is End.STOPPED


def test_what_was_skipped_was_not_heard() -> None:
    playing = played((10_000, State.PLAYING, 190_000), (20_000, State.STOPPED, LENGTH_MS))
    assert playing.heard_ms == 10_000 + SLACK_MS + 10_000


def test_going_back_takes_nothing_away() -> None:
    playing = played((60_000, State.PLAYING, 60_000), (61_000, State.PLAYING, 0))
    assert playing.heard_ms == 60_000


@pytest.mark.parametrize(
    ("heard_ms", "length_ms", "counts"),
    [(99_999, LENGTH_MS, False), (100_000, LENGTH_MS, True), (240_000, 3_600_000, True)],
)
def test_half_a_track_or_four_minutes_are_a_listening(
    heard_ms: int, length_ms: int, counts: bool
) -> None:
    playing = replace(played(), heard_ms=heard_ms, duration_ms=length_ms)
    assert playing.is_worth_counting is counts


def test_four_fifths_are_the_whole() -> None:
    assert replace(played(), heard_ms=160_000).end is End.COMPLETED
    assert replace(played(), heard_ms=159_999).end is End.STOPPED


def test_the_position_goes_on_at_the_players_pace_to_the_end_and_no_further() -> None:
    playing = Playing.begun(replace(REPORT, position_ms=10_000, rate=2.0), "once", 0)
    assert playing.position_at(5_000) == 20_000
    assert playing.position_at(10**9) == LENGTH_MS
    paused = replace(playing, state=State.PAUSED)
    assert paused.position_at(5_000) == 10_000


def test_another_track_or_a_new_start_is_another_listening() -> None:
    playing = played()
    assert playing.goes_on_with(REPORT)
    assert not playing.goes_on_with(replace(REPORT, track_id="b"))
    assert not playing.goes_on_with(replace(REPORT, state=State.STARTING))


def test_a_player_that_falls_silent_counts_as_playing_for_a_while() -> None:
    playing = played()
    assert not playing.is_over(LENGTH_MS + GRACE_MS)
    assert playing.is_over(LENGTH_MS + GRACE_MS + 1)
    paused = played((1_000, State.PAUSED, 1_000))
    assert not paused.is_over(1_000 + PAUSED_MS)
    assert paused.is_over(1_001 + PAUSED_MS)
    assert played((1_000, State.STOPPED, 1_000)).is_over(1_000)
