from datetime import UTC, datetime, timedelta

import pytest

from services.catalog.domain.sessions import GRACE, IDLE, MOST_SUCCESSORS, OLDEST, Turns, expiry

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOON = NOW + GRACE
LATE = SOON + timedelta(milliseconds=1)


def after(turns: Turns, shown: bytes, fresh: bytes, now: datetime = NOW) -> Turns:
    following = turns.after(shown, fresh, now)
    assert following is not None
    return following


def test_a_live_turn_leaves_only_its_successor() -> None:
    assert after(Turns((b"a",)), b"a", b"b") == Turns((b"b",), b"a", NOW)


def test_a_turn_that_never_was_ends_the_session() -> None:
    assert Turns((b"a",)).after(b"x", b"b", NOW) is None


@pytest.mark.parametrize(("moment", "stands"), [(NOW, True), (SOON, True), (LATE, False)])
def test_a_spent_turn_gets_another_successor_for_a_moment(moment: datetime, stands: bool) -> None:
    turns = after(Turns((b"a",)), b"a", b"b")
    again = turns.after(b"a", b"c", moment)
    assert (again is not None) is stands


def test_asking_again_does_not_prolong_the_moment() -> None:
    again = after(after(Turns((b"a",)), b"a", b"b"), b"a", b"c", SOON)
    assert again.after(b"a", b"d", LATE) is None


def test_of_several_successors_the_first_one_used_becomes_the_only_one() -> None:
    turns = after(after(Turns((b"a",)), b"a", b"b"), b"a", b"c")
    assert turns.live == (b"b", b"c")
    onwards = after(turns, b"b", b"d")
    assert onwards.live == (b"d",)
    assert onwards.after(b"c", b"e", NOW) is None


def test_a_spent_turn_whose_successor_was_used_ends_the_session() -> None:
    turns = after(after(Turns((b"a",)), b"a", b"b"), b"b", b"c")
    assert turns.after(b"a", b"d", NOW) is None


def test_a_turn_has_few_successors() -> None:
    turns = after(Turns((b"a",)), b"a", b"b")
    for fresh in range(MOST_SUCCESSORS - 1):
        turns = after(turns, b"a", bytes([fresh]))
    assert turns.after(b"a", b"one too many", NOW) is None


def test_a_session_slides_until_it_is_a_year_old() -> None:
    assert expiry(NOW, NOW) == NOW + IDLE
    assert expiry(NOW, NOW + OLDEST - timedelta(days=1)) == NOW + OLDEST
