"""Signed media links."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.keys import PERIOD_S
from services.gateway.domain.links import (
    LEEWAY,
    LIFETIME,
    ExpiredLink,
    ForgedLink,
    MediaLink,
    MediaLinks,
    length_prefixed,
)

SECRET = b"a secret of the tests, long enough for them"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
LINKS = MediaLinks(SECRET)
EXPIRES = int((NOW + LIFETIME).timestamp())
LINK = LINKS.signed(MediaLink("track-1", "high", "user-1", "session-1", EXPIRES), NOW)


def test_a_link_is_good_until_it_expires() -> None:
    LINKS.check(LINK, NOW)
    LINKS.check(LINK, NOW + LIFETIME + LEEWAY)
    with pytest.raises(ExpiredLink):
        LINKS.check(LINK, NOW + LIFETIME + LEEWAY + timedelta(seconds=1))


@pytest.mark.parametrize(
    "change",
    [
        {"track_id": "track-2"},
        {"quality": "original"},
        {"user_id": "user-2"},
        {"session_id": "session-2"},
        {"session_id": ""},
        {"expires_unix_s": EXPIRES + 1},
        {"key_id": "0"},
        {"key_id": ""},
        {"signature": ""},
        {"signature": "0" * 64},
        {"signature": "ж"},
        {"track_id": "track-1high", "quality": ""},
    ],
)
def test_every_field_counts(change: dict[str, object]) -> None:
    with pytest.raises(ForgedLink):
        # Each names a field of its own type.
        LINKS.check(replace(LINK, **change), NOW)  # type: ignore[arg-type]


def test_a_forged_link_is_not_said_to_have_expired() -> None:
    with pytest.raises(ForgedLink):
        LINKS.check(replace(LINK, expires_unix_s=1), NOW)


def test_links_outlive_one_change_of_keys() -> None:
    later = NOW + timedelta(seconds=PERIOD_S)
    wanted = replace(LINK, expires_unix_s=int((later + LIFETIME).timestamp()))
    LINKS.check(LINKS.signed(wanted, NOW), later)
    with pytest.raises(ForgedLink):
        LINKS.check(LINKS.signed(wanted, NOW), later + timedelta(seconds=PERIOD_S))


def test_another_secret_signs_nothing_here() -> None:
    with pytest.raises(ForgedLink):
        LINKS.check(MediaLinks(SECRET[::-1]).signed(LINK, NOW), NOW)


FIELDS = st.lists(st.text(max_size=4), max_size=4).map(tuple)


@given(FIELDS, FIELDS)
def test_no_two_lists_of_fields_give_the_same_bytes(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    assert (length_prefixed(one) == length_prefixed(other)) == (one == other)
