import numpy as np
import pytest

from services.synth.domain.parameters import Mode
from services.synth.domain.tables import tables
from services.synth.domain.theory import degree_named


@pytest.mark.parametrize("mode", list(Mode))
def test_after_any_two_chords_there_is_one(mode: Mode) -> None:
    assert np.allclose(tables(mode).follow.sum(axis=2), 1)
    assert tables(mode).openers.sum() == pytest.approx(1)


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_closes_at_home(mode: Mode) -> None:
    cadences = tables(mode).cadences
    assert all(last == 0 for _, last in [*cadences["close"], *cadences["plagal"]])
    assert all(last != 0 for _, last in cadences["turn"])


def test_two_chords_before_say_more_than_one() -> None:
    follow = tables(Mode.IONIAN).follow
    one, four, five, six = (degree_named(name) for name in ("I", "IV", "V", "vi"))
    # After I V comes vi; after IV V as readily I.
    assert follow[one, five, six] > follow[four, five, six]
    assert follow[four, five, one] > follow[one, five, one]
