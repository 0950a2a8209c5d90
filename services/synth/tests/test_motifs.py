from services.synth.domain.cells import Cell
from services.synth.domain.dice import Dice
from services.synth.domain.motifs import SPAN, Tone, bank, rhythm, statement
from services.synth.domain.styles import styles

MELODIES = styles()["nocturne"].melody
MOTIFS = bank(7, MELODIES, 3)


def stated(text: str, place: int = 0) -> tuple[Tone, ...]:
    return statement(Cell.parse(text), MOTIFS, MELODIES, Dice(1, "statement", place))


def test_the_theme_goes_through_five_sections_and_each_has_a_motif_of_its_own() -> None:
    banks = [bank(7, MELODIES, section) for section in range(10)]
    assert len({each["b"] for each in banks}) == 2
    assert len({each["a"] for each in banks}) == 10


def test_a_motif_lies_within_its_two_bars_and_leaves_a_breath() -> None:
    for section in range(50):
        motifs = bank(7, MELODIES, section)
        for place, text in enumerate(("a", "b'", "a~+2", "b=", "c")):
            tones = statement(Cell.parse(text), motifs, MELODIES, Dice(1, "x", section, place))
            assert tones
            ends = [tone.beat + tone.beats for tone in tones]
            begins = [tone.beat for tone in tones]
            assert all(end <= begin for end, begin in zip(ends, begins[1:], strict=False))
            assert ends[-1] < SPAN


def plain(text: str) -> tuple[Tone, ...]:
    """The statement of a cell that chance left without an ornament."""
    return min((stated(text, place) for place in range(20)), key=len)


def test_inverted_and_higher_are_what_they_say() -> None:
    heights = [tone.height for tone in plain("a")]
    assert [tone.height for tone in plain("a~")] == [-height for height in heights]
    assert [tone.height for tone in plain("a+2")] == [height + 2 for height in heights]


def test_a_variation_keeps_the_first_bar() -> None:
    first = [tone for tone in plain("a") if tone.beat < 4]
    assert [tone for tone in plain("a'") if tone.beat < 4][: len(first) - 1] == first[:-1]


def test_a_rest_is_silent_and_a_rhythm_skips_its_rests() -> None:
    assert stated(".") == ()
    assert rhythm((-1, 2, 1), 4) == [(5, 2), (7, 1)]
