import pytest

from services.ingest.domain.duplicates import (
    Candidate,
    Decision,
    Duplicate,
    Fresh,
    Replaces,
    Undecided,
    Waits,
    verdict,
)

SAME_WORSE = Candidate("t1", 0.95, same=True, new_is_better=True)
SAME_BETTER = Candidate("t1", 0.95, same=True, new_is_better=False)
ALIKE = Candidate("t1", 0.8, same=False, new_is_better=True)


def test_a_recording_unlike_all_others_goes_on() -> None:
    assert verdict([]) == Fresh()


def test_the_better_file_of_the_same_recording_replaces_the_original() -> None:
    assert verdict([SAME_WORSE]) == Replaces("t1")


def test_a_file_no_better_is_a_duplicate() -> None:
    assert verdict([SAME_BETTER]) == Duplicate("t1")


def test_a_person_is_asked_when_the_likeness_does_not_tell() -> None:
    assert verdict([ALIKE]) == Undecided("t1", 0.8)


def test_certainty_counts_more_than_likeness() -> None:
    longer_version = Candidate("t2", 0.99, same=False, new_is_better=True)
    assert verdict([longer_version, SAME_BETTER]) == Duplicate("t1")


@pytest.mark.parametrize("decision", [None, Decision.REPLACE, Decision.KEEP_BOTH])
def test_one_on_its_way_comes_first_whatever_a_person_said(decision: Decision | None) -> None:
    on_its_way = Candidate("", 0.8, same=False, new_is_better=True)
    assert verdict([on_its_way, SAME_BETTER], "t1", decision) == Waits()


def test_keeping_both_holds_for_the_track_that_was_asked_about() -> None:
    assert verdict([ALIKE], "t1", Decision.KEEP_BOTH) == Fresh()
    newer = Candidate("t4", 1.0, same=True, new_is_better=False)
    assert verdict([ALIKE, newer], "t1", Decision.KEEP_BOTH) == Duplicate("t4")


def test_replacing_needs_the_track_to_be_there_still() -> None:
    assert verdict([ALIKE], "t1", Decision.REPLACE) == Replaces("t1")
    assert verdict([], "t1", Decision.REPLACE) == Fresh()
