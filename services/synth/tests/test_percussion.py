import pytest

from services.synth.domain.composition import compose
from services.synth.domain.playing import Part
from services.synth.domain.score import BARS, BEATS, DRUMS, Piece
from services.synth.tests.composed import STYLES, events, piece, two_hours

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("style", STYLES)
def test_without_percussion_there_is_none_and_with_all_of_it_every_bar_has_some(style: str) -> None:
    for phrase in two_hours(style)[:12]:
        for bar in phrase.bars:
            strokes = [event for event in bar if event.part in DRUMS]
            assert strokes
            assert all(0 < event.threshold <= 1 for event in strokes)


def test_heavy_strokes_are_heard_before_light_ones() -> None:
    for phrase in two_hours("pulse")[:20]:
        strokes = list(events(phrase, Part.KICK))
        on_the_one = [e.threshold for e in strokes if e.beat % BEATS == 0]
        others = [e.threshold for e in strokes if e.beat % 1]
        assert max(on_the_one) <= min(others, default=1.0)


def test_a_section_ends_with_a_fill() -> None:
    """The snare's last half bar says more than the bars before it."""
    for section in range(10):
        phrase = compose(piece("pulse"), 4 * section + 3)
        snare = [e.beat for e in events(phrase, Part.SNARE)]
        late = [beat for beat in snare if beat >= BARS * BEATS - 2]
        before = [beat for beat in snare if beat % BEATS >= 2 and beat < (BARS - 1) * BEATS]
        assert len(late) > len(before) / (BARS - 1)


@pytest.mark.parametrize("style", STYLES)
def test_a_swell_leads_into_each_section_whatever_the_intensity(style: str) -> None:
    for number in (3, 7, 11):
        phrase = compose(Piece(style, 0, piece(style).mode, 8), number)
        leading = [e for e in events(phrase, Part.SWELL) if e.threshold == 0]
        assert [e.beat + e.beats for e in leading] == [BARS * BEATS]
