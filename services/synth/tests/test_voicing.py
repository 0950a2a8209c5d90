from itertools import pairwise

import numpy as np
import pytest

from services.synth.domain.parameters import Mode
from services.synth.domain.playing import Part
from services.synth.domain.score import Phrase
from services.synth.domain.styles import styles
from services.synth.domain.theory import DEGREES, Chord, Colour, fits
from services.synth.domain.voicing import voicings
from services.synth.tests.composed import STYLES, events, two_hours

pytestmark = pytest.mark.slow


def voiced(phrase: Phrase) -> list[list[float]]:
    chords: dict[float, list[float]] = {}
    for event in events(phrase, Part.PAD):
        chords.setdefault(event.beat, []).append(event.pitch)
    return [sorted(pitches) for _, pitches in sorted(chords.items())]


@pytest.mark.parametrize("style", STYLES)
def test_a_voice_moves_two_semitones_at_most_on_average(style: str) -> None:
    chords = [chord for phrase in two_hours(style) for chord in voiced(phrase)]
    moved = [np.abs(np.subtract(after, before)).mean() for before, after in pairwise(chords)]
    assert np.mean(moved) <= 2
    assert np.percentile(moved, 95) <= 3.5


@pytest.mark.parametrize("style", STYLES)
def test_voices_keep_their_range_and_their_distance(style: str) -> None:
    register = styles()[style].pad
    for phrase in two_hours(style)[::5]:
        for pitches in voiced(phrase):
            assert len(pitches) == len(register.thresholds)
            assert register.low <= pitches[0]
            assert pitches[-1] <= register.high
            gaps = np.diff(pitches)
            assert gaps.min() >= 2
            # Close intervals turn to mud below the C in the middle.
            assert all(gap >= 4 for pitch, gap in zip(pitches, gaps, strict=False) if pitch < 57)
            assert all(gap >= 7 for pitch, gap in zip(pitches, gaps, strict=False) if pitch < 52)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("mode", list(Mode))
def test_any_chord_of_any_key_can_be_voiced(style: str, mode: Mode) -> None:
    register = styles()[style].pad
    for tonic in range(12):
        for colour in Colour:
            for degree in range(DEGREES):
                if fits(colour, mode, degree):
                    chord = Chord(tonic, mode, degree, colour)
                    voices = len(register.thresholds)
                    (pitches,) = voicings([chord], chord, voices, register.low, register.high)
                    assert {pitch % 12 for pitch in pitches} <= set(chord.tones)
                    # With the bass's root, the third (or what stands for it) says what it is.
                    assert chord.tones[1] in {pitch % 12 for pitch in pitches}
