from collections import Counter
from dataclasses import replace

import pytest

from services.synth.domain.composition import compose
from services.synth.domain.parameters import Mode
from services.synth.domain.player import swung
from services.synth.domain.playing import Part
from services.synth.domain.score import BARS, BEATS, Phrase
from services.synth.domain.styles import styles
from services.synth.domain.theory import scale_tones
from services.synth.tests.composed import STYLES, events, piece, pitched, two_hours

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("style", STYLES)
def test_music_is_in_its_key(style: str) -> None:
    key = piece(style)
    scale = scale_tones(key.tonic, key.mode)
    inside = Counter(
        int(event.pitch) % 12 in scale for phrase in two_hours(style) for event in pitched(phrase)
    )
    assert inside[True] / inside.total() >= 0.94


@pytest.mark.parametrize("style", STYLES)
def test_any_phrase_can_be_written_without_those_before_it(style: str) -> None:
    for number in (0, 57, 200):
        assert compose(piece(style), number) == two_hours(style)[number]


def heard(phrase: Phrase, intensity: float) -> tuple[tuple[float, float, str], ...]:
    return tuple(
        (event.beat, event.pitch, event.part)
        for event in pitched(phrase)
        if event.threshold <= intensity
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("intensity", [0.0, 0.5, 1.0])
def test_no_phrase_comes_again_within_two_hours(style: str, intensity: float) -> None:
    phrases = [heard(phrase, intensity) for phrase in two_hours(style)]
    assert len(set(phrases)) == len(phrases)


@pytest.mark.parametrize("style", STYLES)
def test_no_tune_comes_again_within_two_hours(style: str) -> None:
    tunes = [
        tuple((event.beat, event.pitch) for event in events(phrase, Part.MELODY))
        for phrase in two_hours(style)
    ]
    assert len(set(tunes)) == len(tunes)


@pytest.mark.parametrize("style", STYLES)
def test_nothing_strays_farther_than_the_style_is_loose(style: str) -> None:
    feel = styles()[style].feel
    places = {swung(quarter / 4, feel.swing) for quarter in range(4)}
    for phrase in two_hours(style)[::5]:
        for event in events(phrase):
            assert any(abs(event.beat % 1 - place) < 1e-9 for place in places)
            assert abs(event.late_ms) <= feel.looseness_ms
            if event.beat % BEATS == 0:
                assert event.late_ms >= 0


@pytest.mark.parametrize("style", STYLES)
def test_players_are_human(style: str) -> None:
    late = [event.late_ms for event in events(two_hours(style)[0], Part.MELODY, Part.PAD)]
    assert len(set(late)) == len(late)


@pytest.mark.parametrize("style", STYLES)
def test_pad_and_bass_sound_without_a_gap_at_any_intensity(style: str) -> None:
    for phrase in two_hours(style)[::5]:
        for part in (Part.PAD, Part.BASS):
            end = 0.0
            for event in (e for e in events(phrase, part) if e.threshold == 0):
                assert event.beat <= end
                end = max(end, event.beat + event.beats)
            assert end >= BARS * BEATS


@pytest.mark.parametrize("style", STYLES)
def test_intensity_fills_the_music(style: str) -> None:
    notes = [
        sum(e.threshold <= intensity for phrase in two_hours(style)[:20] for e in pitched(phrase))
        for intensity in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert notes == sorted(notes)
    assert notes[-1] >= 2 * notes[0]


@pytest.mark.parametrize("style", STYLES)
def test_at_rest_there_is_still_a_tune_now_and_then(style: str) -> None:
    with_tune = [
        any(event.threshold == 0 for event in events(phrase, Part.MELODY))
        for phrase in two_hours(style)
    ]
    assert sum(with_tune) / len(with_tune) > 0.5


@pytest.mark.parametrize("style", STYLES)
def test_every_value_is_one_that_an_engine_can_play(style: str) -> None:
    for phrase in two_hours(style)[::5]:
        for bar, in_bar in enumerate(phrase.bars):
            for event in in_bar:
                assert bar * BEATS <= event.beat < (bar + 1) * BEATS
                assert 0 < event.beats <= BARS * BEATS
                assert 20 <= event.pitch <= 108
                assert 0 < event.velocity <= 1
                assert -1 <= event.pan <= 1
                assert 0 <= event.threshold <= 1


@pytest.mark.parametrize("mode", list(Mode))
def test_every_style_can_play_in_every_key(mode: Mode) -> None:
    for style in STYLES:
        for tonic in (0, 5, 11):
            which = replace(piece(style), mode=mode, tonic=tonic)
            scale = scale_tones(tonic, mode)
            for number in range(3):
                chords = compose(which, number).harmony
                assert all(set(each.chord.tones) <= scale for each in chords)


def test_another_seed_is_other_music() -> None:
    for style in STYLES:
        assert heard(compose(piece(style, 1), 4), 1) != heard(compose(piece(style, 2), 4), 1)


def test_a_phrase_has_eight_bars() -> None:
    assert all(len(phrase.bars) == BARS for phrase in two_hours("pulse"))
