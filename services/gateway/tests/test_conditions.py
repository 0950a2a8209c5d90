"""Which bytes are wanted, if any."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.addresses import client_address
from services.gateway.domain.conditions import (
    ByteRange,
    Unsatisfiable,
    http_date,
    is_among,
    range_applies,
    unchanged,
    wanted_range,
)

MODIFIED = datetime(2026, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC)
ETAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("bytes=0-9", ByteRange(0, 10)),
        ("bytes=90-", ByteRange(90, 10)),
        ("bytes=-10", ByteRange(90, 10)),
        ("bytes=-1000", ByteRange(0, 100)),
        ("bytes=50-1000", ByteRange(50, 50)),
        ("Bytes=0-0", ByteRange(0, 1)),
        ("bytes=9-1", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-1,3-4", None),
        ("seconds=0-1", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_one_range_is_read_and_all_else_asks_for_the_whole(
    header: str | None, expected: ByteRange | None
) -> None:
    assert wanted_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_ranges_beyond_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted_range(header, 100)


def test_nothing_of_an_empty_object_can_be_had() -> None:
    for header in ("bytes=0-0", "bytes=-1"):
        with pytest.raises(Unsatisfiable):
            wanted_range(header, 0)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200))
def test_a_range_lies_within_and_says_so(first: int, last: int, size: int) -> None:
    try:
        wanted = wanted_range(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size
        return
    if wanted is None:
        assert last < first
        return
    assert list(range(size))[wanted.start :][: wanted.length] == [
        place for place in range(size) if first <= place <= last
    ]
    assert wanted.content_range(size).endswith(f"/{size}")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ("*", True),
        ('"ab"', False),
        ("abc", False),
    ],
)
def test_tags_are_compared_weakly(header: str, expected: bool) -> None:
    assert is_among(ETAG, header) is expected


def test_a_tag_counts_before_a_date() -> None:
    since = http_date(MODIFIED)
    assert unchanged(ETAG, MODIFIED, None, since)
    assert not unchanged(ETAG, MODIFIED, None, http_date(MODIFIED - timedelta(seconds=1)))
    assert not unchanged(ETAG, MODIFIED, '"other"', since)
    assert not unchanged(ETAG, MODIFIED, None, None)
    assert not unchanged(ETAG, MODIFIED, None, "yesterday")


def test_a_range_of_something_else_is_not_served() -> None:
    assert range_applies(ETAG, MODIFIED, None)
    assert range_applies(ETAG, MODIFIED, ETAG)
    assert range_applies(ETAG, MODIFIED, http_date(MODIFIED))
    assert not range_applies(ETAG, MODIFIED, 'W/"abc"')
    assert not range_applies(ETAG, MODIFIED, '"other"')
    assert not range_applies(ETAG, MODIFIED, http_date(MODIFIED + timedelta(seconds=1)))


def test_strange_addresses_are_counted_as_they_are() -> None:
    assert client_address("", "", ()) == ""
    assert client_address("testclient", "1.2.3.4", ()) == "testclient"
    assert client_address("2001:db8:1:2:3::4", "", ()) == "2001:db8:1:2::/64"
