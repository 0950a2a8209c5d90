from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from services.synth.domain.playing import Part
from services.synth.domain.score import BARS, BEATS, Event, Phrase
from services.synth.domain.styles import styles
from services.synth.domain.theory import scale_tones
from services.synth.tests.composed import STYLES, events, piece, two_hours

pytestmark = pytest.mark.slow


def tune(phrase: Phrase) -> list[Event]:
    return list(events(phrase, Part.MELODY))


def role(style: str, phrase: Phrase, event: Event) -> str:
    tone = int(event.pitch) % 12
    if tone in phrase.chord_at(event.beat).tones:
        return "chord"
    key = piece(style)
    return "scale" if tone in scale_tones(key.tonic, key.mode) else "chromatic"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("intensity", [0.3, 0.6, 1.0])
def test_seven_tones_in_ten_belong_to_the_chord(style: str, intensity: float) -> None:
    roles = Counter(
        role(style, phrase, event)
        for phrase in two_hours(style)
        for event in tune(phrase)
        if event.threshold <= intensity
    )
    shares = {name: 100 * count / roles.total() for name, count in roles.items()}
    assert shares["chord"] == pytest.approx(70, abs=3)
    assert shares["scale"] == pytest.approx(25, abs=3)
    assert shares["chromatic"] == pytest.approx(5, abs=3)


@pytest.mark.parametrize("style", STYLES)
def test_what_is_chromatic_leads_into_the_next_tone(style: str) -> None:
    for phrase in two_hours(style):
        for event, after in pairwise(tune(phrase)):
            if role(style, phrase, event) == "chromatic":
                assert abs(after.pitch - event.pitch) == 1
                assert role(style, phrase, after) == "chord"
                assert after.beat - event.beat <= 1
                assert after.threshold <= event.threshold
        assert role(style, phrase, tune(phrase)[-1]) == "chord"


@pytest.mark.parametrize("style", STYLES)
def test_a_tune_goes_in_steps_more_than_in_leaps(style: str) -> None:
    intervals = np.array(
        [
            abs(after.pitch - before.pitch)
            for phrase in two_hours(style)
            for before, after in pairwise(tune(phrase))
        ]
    )
    assert (intervals <= 2).mean() > 0.5
    assert (intervals <= 5).mean() > 0.85
    assert (intervals > 12).mean() < 0.01


@pytest.mark.parametrize("style", STYLES)
def test_a_tune_breathes(style: str) -> None:
    for phrase in two_hours(style):
        sung = sum(event.beats for event in tune(phrase))
        assert sung <= 7 / 8 * BARS * BEATS
        # And before the next phrase there is silence.
        assert max(event.beat + event.beats for event in tune(phrase)) <= BARS * BEATS - 1


@pytest.mark.parametrize("style", STYLES)
def test_the_third_phrase_of_a_section_stands_highest(style: str) -> None:
    heights = [
        np.mean([e.pitch for phrase in two_hours(style)[slot::4] for e in tune(phrase)])
        for slot in range(4)
    ]
    assert int(np.argmax(heights)) == 2
    assert heights[3] < heights[2] - 1


@pytest.mark.parametrize("style", STYLES)
def test_motifs_come_back(style: str) -> None:
    """Of the two-bar rhythms of a section, few are heard once only."""
    coming_back = 0
    phrases = two_hours(style)
    sections = [phrases[first : first + 4] for first in range(0, len(phrases) - 3, 4)]
    for section in sections:
        rhythms = Counter(
            tuple(round(e.beat % 8, 3) for e in tune(phrase) if cell * 8 <= e.beat < cell * 8 + 8)
            for phrase in section
            for cell in range(4)
        )
        del rhythms[()]
        coming_back += max(rhythms.values()) >= 2
    assert coming_back / len(sections) > 0.8


@pytest.mark.parametrize("style", STYLES)
def test_a_tune_keeps_its_register(style: str) -> None:
    register = styles()[style].melody.register
    pitches = [event.pitch for phrase in two_hours(style) for event in tune(phrase)]
    assert min(pitches) >= register.low - 1
    assert max(pitches) <= register.high + 1
