"""The order of a playlist after an edit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.faults import InvalidInput
from services.catalog.domain.playlists import (
    MOST_ENTRIES,
    EntriesEdit,
    Move,
    PlaylistFull,
    Slot,
    UnknownEntry,
    rearranged,
)


def slots(text: str) -> list[Slot]:
    """One slot for each letter; the viewer does not see those in capitals."""
    return [Slot(letter, f"track {letter}", seen=letter.islower()) for letter in text]


def order(text: str, edit: EntriesEdit) -> str:
    return "".join(slot.id or slot.track_id for slot in rearranged(slots(text), edit))


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        ("abc", EntriesEdit(), "abc"),
        ("abc", EntriesEdit(remove_entry_ids=["b", "gone"]), "ac"),
        ("abc", EntriesEdit(add_track_ids=["1", "2"]), "abc12"),
        ("abc", EntriesEdit(add_track_ids=["1", "2"], add_at=1), "a12bc"),
        ("abc", EntriesEdit(add_track_ids=["1"], add_at=0), "1abc"),
        ("abc", EntriesEdit(add_track_ids=["1"], add_at=99), "abc1"),
        ("aXbYc", EntriesEdit(add_track_ids=["1"], add_at=1), "aX1bYc"),
        ("abcd", EntriesEdit(move=Move("a", 2)), "bcad"),
        ("abcd", EntriesEdit(move=Move("d", 0)), "dabc"),
        ("abcd", EntriesEdit(move=Move("b", 99)), "acdb"),
        ("aXbc", EntriesEdit(move=Move("c", 1)), "aXcb"),
        ("abc", EntriesEdit(["a"], ["1"], 0, Move("c", 1)), "1cb"),
    ],
)
def test_an_edit_leaves_this_order(before: str, edit: EntriesEdit, after: str) -> None:
    assert order(before, edit) == after


def test_what_is_not_there_cannot_be_moved() -> None:
    with pytest.raises(UnknownEntry):
        rearranged(slots("abc"), EntriesEdit(move=Move("x", 0)))
    with pytest.raises(UnknownEntry):
        rearranged(slots("abc"), EntriesEdit(remove_entry_ids=["a"], move=Move("a", 0)))


def test_places_count_from_0() -> None:
    with pytest.raises(InvalidInput):
        EntriesEdit(add_at=-1)
    with pytest.raises(InvalidInput):
        EntriesEdit(move=Move("a", -1))


def test_a_playlist_gets_full() -> None:
    with pytest.raises(PlaylistFull):
        rearranged(slots("a"), EntriesEdit(add_track_ids=["1"] * MOST_ENTRIES))


@given(
    st.text(st.sampled_from("abcdefGHIJ"), max_size=10).map(
        lambda text: "".join(dict.fromkeys(text))
    ),
    st.integers(0, 12),
    st.data(),
)
def test_a_moved_entry_stands_where_it_was_sent_and_the_rest_keep_their_order(
    before: str, to: int, data: st.DataObject
) -> None:
    seen = [letter for letter in before if letter.islower()]
    if not seen:
        return
    moved = data.draw(st.sampled_from(seen))
    after = order(before, EntriesEdit(move=Move(moved, to)))
    seen_after = [letter for letter in after if letter.islower()]
    assert seen_after.index(moved) == min(to, len(seen) - 1)
    assert after.replace(moved, "") == before.replace(moved, "")
