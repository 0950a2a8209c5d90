"""Whoever plays is killed, the music goes on; and the trial would hear it if it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from services.gateway.domain.live.packets import FRAME_SAMPLES, HEADER, Flag
from tests.chaos.hearing import Hearing, Notes
from tests.chaos.music import SYNTHS, kill, station

if TYPE_CHECKING:
    from tests.listener import Listener
    from tests.running import Tutti


@pytest.mark.chaos
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whoever_plays_is_killed_and_not_a_sample_is_missing(tutti: Tutti, nadia: Listener) -> None:
    with Hearing(nadia, station(nadia)) as hearing:
        for name in SYNTHS:  # one of them plays it, and the other one goes on
            kill(tutti, name, hearing)
    print(f"{hearing.notes.longest_wait_ms:.0f} ms at most")  # noqa: T201  shown when it fails
    assert not hearing.notes.findings


def frame(sequence: int, *, loudness: int = 1000, flags: int = Flag.NONE) -> bytes:
    position = sequence * FRAME_SAMPLES
    head = HEADER.pack(b"TM", 1, flags, 0, 2, HEADER.size, sequence, 0, position, 0)
    return head + np.full(2 * FRAME_SAMPLES, loudness, "<i2").tobytes()


@pytest.mark.parametrize(
    ("wrong", "finding"),
    [
        (frame(22), "after 92609 came 97020"),
        (frame(20), "after 92609 came 88200"),
        (frame(21, loudness=1), "at 92610 it is silent"),
        (frame(21, flags=Flag.GAP), "at 92610 it says that something is missing"),
    ],
)
def test_what_is_wrong_with_the_music_is_noted(wrong: bytes, finding: str) -> None:
    notes = Notes()
    notes.take(frame(20, flags=Flag.JOIN))
    assert not notes.findings
    notes.take(wrong)
    assert notes.findings == [finding]
