import pytest

from services.synth.domain.parameters import Mode
from services.synth.domain.theory import (
    DEGREES,
    SCALES,
    Chord,
    Colour,
    degree_named,
    fits,
    scale_tones,
    spelling,
)

C, D, E, F_SHARP, G, B_FLAT = 0, 2, 4, 6, 7, 10


@pytest.mark.parametrize(
    ("chord", "name"),
    [
        (Chord(C, Mode.IONIAN, 0, Colour.SEVENTH), "Cmaj7"),
        (Chord(C, Mode.IONIAN, 1, Colour.SEVENTH), "Dm7"),
        (Chord(C, Mode.IONIAN, 4, Colour.SEVENTH), "G7"),
        (Chord(C, Mode.IONIAN, 6, Colour.SEVENTH), "Bm7b5"),
        (Chord(C, Mode.IONIAN, 6, Colour.TRIAD), "Bdim"),
        (Chord(C, Mode.IONIAN, 3, Colour.NINTH), "Fmaj9"),
        (Chord(C, Mode.IONIAN, 4, Colour.FOURTH), "Gsus4"),
        (Chord(C, Mode.IONIAN, 5, Colour.ADDED_NINTH), "Amadd9"),
        (Chord(D, Mode.DORIAN, 0, Colour.SIXTH), "Dm6"),
        (Chord(D, Mode.LYDIAN, 1, Colour.SECOND), "Esus2"),
        (Chord(B_FLAT, Mode.AEOLIAN, 2, Colour.TRIAD), "Db"),
        (Chord(E, Mode.PHRYGIAN, 1, Colour.SEVENTH), "Fmaj7"),
        (Chord(G, Mode.MIXOLYDIAN, 6, Colour.ADDED_NINTH), "Fadd9"),
    ],
)
def test_chords_are_named_as_musicians_write_them(chord: Chord, name: str) -> None:
    assert chord.name == name


def test_tones_are_stacked_from_the_root() -> None:
    assert Chord(C, Mode.IONIAN, 1, Colour.NINTH).tones == (2, 5, 9, 0, 4)


def test_each_letter_is_used_once_with_few_accidentals() -> None:
    assert spelling(F_SHARP, Mode.IONIAN) == ("F#", "G#", "A#", "B", "C#", "D#", "E#")
    assert spelling(1, Mode.IONIAN)[0] == "Db"
    assert spelling(1, Mode.AEOLIAN)[0] == "C#"
    for mode in Mode:
        for tonic in range(12):
            assert len({name[0] for name in spelling(tonic, mode)}) == DEGREES


def test_no_colour_grates() -> None:
    assert not fits(Colour.NINTH, Mode.IONIAN, degree_named("iii"))
    assert not fits(Colour.SECOND, Mode.PHRYGIAN, 0)
    assert not fits(Colour.FOURTH, Mode.LYDIAN, 0)
    assert not fits(Colour.SIXTH, Mode.AEOLIAN, 0)
    assert all(fits(Colour.TRIAD, mode, degree) for mode in Mode for degree in range(DEGREES))


def test_no_scale_has_two_semitones_in_a_row() -> None:
    for mode in SCALES:
        tones = scale_tones(0, mode)
        assert not any({t, (t + 1) % 12, (t + 2) % 12} <= tones for t in range(12))


def test_what_is_no_numeral_is_refused() -> None:
    with pytest.raises(ValueError, match="VIII"):
        degree_named("VIII")
