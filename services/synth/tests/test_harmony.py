from collections import Counter
from itertools import pairwise

import pytest

from services.synth.domain.harmony import first_chord, harmony
from services.synth.domain.parameters import Mode
from services.synth.domain.score import BARS, BEATS, Piece
from services.synth.domain.styles import styles
from services.synth.domain.tables import tables
from services.synth.domain.theory import Colour
from services.synth.tests.composed import STYLES, piece, two_hours

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("style", STYLES)
def test_chords_fill_a_phrase_without_a_gap(style: str) -> None:
    for number in range(200):
        chords = harmony(piece(style), styles()[style].harmony, number)
        assert chords[0].beat == 0
        assert all(one.end == other.beat for one, other in pairwise(chords))
        assert chords[-1].end == BARS * BEATS
        assert max(each.beats for each in chords) <= 2 * BEATS


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("mode", list(Mode))
def test_phrases_end_with_a_cadence_of_their_place(style: str, mode: Mode) -> None:
    harmonies = styles()[style].harmony
    for number in range(40):
        chords = harmony(Piece(style, 0, mode, 5), harmonies, number)
        degrees = [each.chord.degree for each in chords]
        roots = [one for one, other in pairwise([*degrees, None]) if one != other]
        allowed = {
            pair
            for kind, weight in harmonies.cadences[number % 4].items()
            if weight
            for pair in tables(mode).cadences[kind]
        }
        assert (roots[-2], roots[-1]) in allowed


@pytest.mark.parametrize("style", STYLES)
def test_what_a_phrase_begins_with_is_known_before_it_is_written(style: str) -> None:
    harmonies = styles()[style].harmony
    for number in range(50):
        chord = first_chord(piece(style), harmonies, number)
        assert harmony(piece(style), harmonies, number)[0].chord == chord


def test_a_piece_begins_at_home() -> None:
    for style in STYLES:
        for seed in range(20):
            assert first_chord(piece(style, seed), styles()[style].harmony, 0).degree == 0


@pytest.mark.parametrize("style", STYLES)
def test_a_suspended_fourth_falls_to_its_third(style: str) -> None:
    chords = [each.chord for phrase in two_hours(style) for each in phrase.harmony]
    for suspended, resolution in pairwise(chords):
        if suspended.colour is Colour.FOURTH:
            assert resolution.degree == suspended.degree
            assert resolution.colour is Colour.TRIAD


@pytest.mark.parametrize("mode", list(Mode))
def test_chords_move_as_the_tables_say(mode: Mode) -> None:
    """The ways between two ends are drawn from the chain itself."""
    harmonies = styles()["nocturne"].harmony
    follow = tables(mode).follow
    seen: Counter[bool] = Counter()
    for number in range(300):
        chords = harmony(Piece("nocturne", 0, mode, 9), harmonies, number)
        degrees = [each.chord.degree for each in chords if each.chord.colour is not Colour.FOURTH]
        for first, second, third in zip(degrees, degrees[1:], degrees[2:], strict=False):
            seen[bool(follow[first, second, third] > 0.02)] += 1
    assert seen[True] / seen.total() > 0.97


def test_no_chord_is_heard_much_more_than_home() -> None:
    for mode in Mode:
        beats: Counter[int] = Counter()
        for number in range(200):
            for each in harmony(Piece("choir", 0, mode, 1), styles()["choir"].harmony, number):
                beats[each.chord.degree] += int(each.beats)
        assert beats[0] > 0.85 * max(beats.values())
