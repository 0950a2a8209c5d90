from concurrent.futures import ThreadPoolExecutor

from services.synth.domain.composition import compose
from services.synth.domain.phrases import Phrases
from services.synth.domain.score import Phrase, Piece
from services.synth.tests.composed import piece


class Composer:
    """Composes, and counts."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, which: Piece, number: int) -> Phrase:
        self.asked.append(number)
        return compose(which, number)


def test_what_was_prepared_is_not_composed_again() -> None:
    composer = Composer()
    phrases = Phrases(composer)
    assert not phrases.ready(piece("drift"), 3)
    phrases.prepare(piece("drift"), 3)
    assert phrases.ready(piece("drift"), 3)
    assert phrases(piece("drift"), 3) == compose(piece("drift"), 3)
    assert composer.asked == [3]


def test_those_used_longest_ago_are_forgotten() -> None:
    composer = Composer()
    phrases = Phrases(composer, room=2)
    for number in (0, 1, 0, 2, 0, 1):
        phrases(piece("drift"), number)
    assert composer.asked == [0, 1, 2, 1]


def test_threads_may_share_them() -> None:
    phrases = Phrases(compose, room=4)
    numbers = [number % 6 for number in range(60)]
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda number: phrases(piece("deep"), number), numbers))
    assert [phrase.number for phrase in written] == numbers
    assert all(phrase == compose(piece("deep"), phrase.number) for phrase in written[:6])
