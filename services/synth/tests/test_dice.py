from statistics import fmean, pstdev

import pytest

from services.synth.domain.dice import Dice


def test_the_same_words_give_the_same_numbers_for_ever() -> None:
    dice = Dice(1, "melody", 5, 2)
    # Written down once: music that people have saved must not change with a release.
    assert [round(dice.chance(), 12) for _ in range(3)] == KEPT


KEPT = [0.945506959932, 0.257343590167, 0.385210786783]


@pytest.mark.parametrize(
    "other",
    [Dice(2, "melody", 5, 2), Dice(1, "bass", 5, 2), Dice(1, "melody", 6, 2), Dice(1, "melody", 5)],
)
def test_another_seed_purpose_or_place_gives_other_numbers(other: Dice) -> None:
    dice = Dice(1, "melody", 5, 2)
    assert {dice.chance() for _ in range(100)}.isdisjoint({other.chance() for _ in range(100)})


def test_the_largest_seed_and_a_place_before_the_first_are_fine() -> None:
    assert 0 <= Dice(2**64 - 1, "cadence", -1).chance() < 1


def test_chances_are_even() -> None:
    dice = Dice(3, "evenness")
    drawn = [dice.chance() for _ in range(20_000)]
    assert fmean(drawn) == pytest.approx(0.5, abs=0.01)
    assert pstdev(drawn) == pytest.approx(12**-0.5, abs=0.01)
    assert min(drawn) >= 0
    assert max(drawn) < 1


def test_what_strays_stays_within_its_bound() -> None:
    dice = Dice(4, "bound")
    strayed = [dice.around(12.0) for _ in range(10_000)]
    assert max(map(abs, strayed)) <= 12
    assert fmean(strayed) == pytest.approx(0, abs=0.2)


def test_rounding_keeps_the_mean() -> None:
    dice = Dice(5, "rounding")
    assert fmean(dice.rounded(1.3) for _ in range(10_000)) == pytest.approx(1.3, abs=0.02)


def test_names_come_as_often_as_they_weigh() -> None:
    dice = Dice(6, "weights")
    drawn = [dice.weighed({"a": 3, "b": 1, "never": 0}) for _ in range(10_000)]
    assert drawn.count("a") / len(drawn) == pytest.approx(0.75, abs=0.02)
    assert "never" not in drawn
