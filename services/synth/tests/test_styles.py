from pathlib import Path

import pytest

from libs.common.faults import InvalidInput
from services.synth.domain.cells import Cell
from services.synth.domain.reading import Unreadable
from services.synth.domain.styles import FOLDER, style_named, style_of, styles
from services.synth.domain.tables import tables
from services.synth.tests.composed import STYLES


def test_there_are_six() -> None:
    assert tuple(styles()) == STYLES
    assert all(name == style.name == style.sound for name, style in styles().items())


@pytest.mark.parametrize("style", STYLES)
def test_a_stream_can_begin_with_a_style_alone(style: str) -> None:
    parameters = styles()[style].parameters(seed=5)
    assert parameters.style == style
    assert parameters.seed == 5


@pytest.mark.parametrize("style", STYLES)
def test_cadences_are_known_to_every_mode(style: str) -> None:
    for cadences in styles()[style].harmony.cadences:
        assert cadences.keys() <= tables(styles()[style].begins_with.mode).cadences.keys()


def test_a_style_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="one of choir, deep, drift"):
        style_named("polka")


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("tempo_bpm = 96", "tempo_bpm = 20", r"broken.toml: begins_with.tempo_bpm must be from 60"),
        ("tempo_bpm = 96", 'tempo_bpm = "fast"', r"begins_with.tempo_bpm must be a number"),
        ("tonic = 9", "tonic = 9.5", r"begins_with.tonic must be a whole number"),
        ('mode = "dorian"', 'mode = "locrian"', r"begins_with.mode must be one of ionian, dorian"),
        ("looseness_ms = 7", "looseness = 7", r"feel.looseness is unknown; there are swing"),
        ("looseness_ms = 7", "", r"feel.looseness_ms is missing"),
        ('"r...r...r...r..."', '"r...r..."', r"bass.patterns\[0\] must be sixteen of r, f, t, o"),
        ("[[8, 8, 8, 8]", "[[8, 8, 8]", r"harmony: rhythms must each add up to 32"),
        ("[1, 1, 1, 1]", "[1, 1, 1]", r"melody: rhythms must each add up to 4"),
        ('"a+1"', '"z"', r"melody.forms\[0\]\[0\]\[1\]: 'z' must be a or b"),
        ("triad = 4", "cluster = 4", r"harmony.colours.cluster must be one of triad, seventh"),
        ("a_bar = 0.7", "a_bar = true", r"bells.a_bar must be a number"),
        ("low = 50", "low = 70", r"pad: high must be an octave above low"),
        ("[feel]", "[feel", r"broken.toml: .*line"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_name_and_key(
    tmp_path: Path, right: str, wrong: str, words: str
) -> None:
    text = (FOLDER / "pulse.toml").read_text("utf-8")
    assert right in text
    broken = tmp_path / "broken.toml"
    broken.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(Unreadable, match=words):
        style_of(broken)


def test_cells_are_read_as_forms_write_them() -> None:
    assert Cell.parse("a") == Cell("a")
    assert Cell.parse("b~'-2") == Cell("b", steps=-2, inverted=True, varied=True)
    assert Cell.parse("a=+1") == Cell("a", steps=1, broad=True)
    assert Cell.parse("c") == Cell("c")
    assert Cell.parse(".") == Cell(".")
