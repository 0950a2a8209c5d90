import pytest

from services.synth.domain.composition import compose
from services.synth.domain.playing import Part
from services.synth.domain.score import Phrase
from services.synth.domain.styles import styles
from services.synth.tests.composed import STYLES, events, piece


def phrases(style: str) -> list[Phrase]:
    return [compose(piece(style), number) for number in range(8)]


@pytest.mark.parametrize("style", STYLES)
def test_pad_plucks_and_bells_play_the_chord(style: str) -> None:
    for phrase in phrases(style):
        for event in events(phrase, Part.PAD, Part.PLUCK, Part.BELL):
            assert int(event.pitch) % 12 in phrase.chord_at(event.beat).tones


@pytest.mark.parametrize("style", STYLES)
def test_under_every_chord_lies_its_root_or_now_and_then_its_third(style: str) -> None:
    places = []
    for phrase in phrases(style):
        for harmony in phrase.harmony:
            (held,) = (
                event
                for event in events(phrase, Part.BASS)
                if (event.beat, event.threshold) == (harmony.beat, 0)
            )
            assert held.beats == harmony.beats
            places.append(harmony.chord.tones.index(int(held.pitch) % 12))
    assert set(places) <= {0, 1}
    assert places.count(0) / len(places) > 0.7


@pytest.mark.parametrize("style", STYLES)
def test_the_bass_is_the_lowest_and_in_its_register(style: str) -> None:
    register = styles()[style].bass.register
    for phrase in phrases(style):
        held = [event.pitch for event in events(phrase, Part.BASS) if event.threshold == 0]
        assert register.low <= min(held)
        assert max(held) <= register.high
        assert max(held) < min(event.pitch for event in events(phrase, Part.PAD))


def test_what_is_plucked_hardly_rings_into_the_next_chord() -> None:
    for phrase in phrases("nocturne"):
        for event in events(phrase, Part.PLUCK):
            end = next(each.end for each in phrase.harmony if event.beat < each.end)
            assert event.beat + event.beats <= end + 0.5


def test_off_the_beat_more_intensity_is_asked_for() -> None:
    for phrase in phrases("pulse"):
        plucks = list(events(phrase, Part.PLUCK))
        on_the_one = [event.threshold for event in plucks if event.beat % 4 == 0]
        between = [event.threshold for event in plucks if event.beat % 0.5]
        assert max(on_the_one) < min(between, default=1.0)
