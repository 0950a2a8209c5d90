"""Which frames pass."""

from dataclasses import dataclass

import pytest

from services.gateway.domain.live.order import KEPT, Ring, Sieve, Verdict
from services.gateway.domain.live.packets import (
    FRAME_SAMPLES,
    Codec,
    Flag,
    Mark,
    binary,
    text,
)

NEXT, STALE, AFTER_GAP = Verdict.NEXT, Verdict.STALE, Verdict.AFTER_GAP


def judged(*frames: tuple[int, int]) -> list[Verdict]:
    """Verdicts on frames, each by epoch and number."""
    sieve = Sieve()
    return [sieve.judge(epoch, number * FRAME_SAMPLES) for epoch, number in frames]


def test_frames_in_order_pass_and_those_that_come_twice_do_not() -> None:
    assert judged((1, 7), (1, 8), (1, 8), (1, 7), (1, 9)) == [NEXT, NEXT, STALE, STALE, NEXT]


def test_a_former_owner_is_not_heard_any_more() -> None:
    assert judged((1, 1), (2, 2), (1, 3), (2, 3)) == [NEXT, NEXT, STALE, NEXT]


def test_a_new_owner_does_not_repeat_what_was_heard() -> None:
    assert judged((1, 10), (2, 8), (2, 9), (2, 10), (2, 11)) == [NEXT, STALE, STALE, STALE, NEXT]


def test_a_hole_is_told_of_once() -> None:
    assert judged((1, 1), (1, 5), (1, 6)) == [NEXT, AFTER_GAP, NEXT]


def test_a_stream_may_begin_anew_with_a_new_owner_only() -> None:
    assert judged((1, 5000), (2, 0), (2, 1)) == [NEXT, AFTER_GAP, NEXT]
    assert judged((1, 5000), (1, 0)) == [NEXT, STALE]


@dataclass(frozen=True, slots=True)
class At:
    position: int


def test_the_ring_goes_on_from_where_it_still_can() -> None:
    ring: Ring[At] = Ring()
    assert ring.since(0) is None
    for number in range(30):
        ring.add(At(number * FRAME_SAMPLES))
    first = 30 - KEPT
    assert ring.since((first - 1) * FRAME_SAMPLES) is None
    assert ring.since(31 * FRAME_SAMPLES) is None
    assert ring.since(30 * FRAME_SAMPLES) == []
    assert ring.since(28 * FRAME_SAMPLES) == ring.last(2)


@pytest.mark.parametrize(
    ("length", "opening"),
    [
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_message_tells_its_length(length: int, opening: bytes) -> None:
    assert text(b"x" * length) == opening + b"x" * length


def test_flags_change_a_copy() -> None:
    packet = binary(Mark(1, 2, 3, 4), Codec.PCM, b"sound")
    flagged = packet.flagged(Flag.JOIN)
    assert flagged is packet.flagged(Flag.JOIN)
    assert packet.plain[2:6] == b"TM\x01\x00"
    assert flagged[2:6] == b"TM\x01\x02"
    assert flagged[6:] == packet.plain[6:]
